"""/api/providers, /api/models, /api/preferences, /api/status, /api/about."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from channels_app import bundle, candidates, secrets
from channels_app.models import Preferences
from channels_app.providers import PROVIDERS
from dashboard import about, launch
from dashboard.api.schemas.models import ModelOut, ProviderOut
from dashboard.api.schemas.system import AboutOut, PreferencesOut, PreferencesPatch, StatusOut
from dashboard.catalogue import catalogue
from dashboard.libraries import OWN_LICENCE
from gateway.captures import captures
from gateway.events import hub
from gateway.native.loaded import READERS
from gateway.native.pulls import PULLERS
from gateway.pause import pause
from gateway.recorder import recorder
from gateway.runaway import guard

SWITCHED_OFF_BY_NULL = frozenset({"failures_to_pause", "record_days", "runaway_failures", "runaway_usd_per_minute"})
router = Router(tags=["system"])


@router.get("/providers", response=list[ProviderOut])
def list_providers(request: HttpRequest) -> Any:
    """Every vendor and local engine a channel can be made for."""
    return [
        {
            "id": row.id,
            "name": row.name,
            "name_zh": row.name_zh,
            "base_url": row.base_url,
            "needs_base_url": row.needs_base_url,
            "auth": row.auth,
            "dialects": row.dialects,
            "local": row.local,
            "has_model_list": row.models is not None,
            "key_prefixes": row.key_prefixes,
            "docs": row.docs,
            "keys_url": row.keys_url,
            "billing_url": row.billing_url,
            "tells_loaded": row.id in READERS,
            "pulls": row.id in PULLERS,
            "unverified": sorted(row.unverified),
        }
        for row in PROVIDERS.values()
    ]


@router.get("/models", response=list[ModelOut])
def list_models(request: HttpRequest) -> Any:
    """What apps can ask for, as the gateway sees it now, and all that is known of who serves it."""
    return catalogue(candidates.current())


@router.get("/preferences", response=PreferencesOut)
def get_preferences(request: HttpRequest) -> Preferences:
    return Preferences.load()


@router.patch("/preferences", response=PreferencesOut)
def change_preferences(request: HttpRequest, payload: PreferencesPatch) -> Preferences:
    preferences = Preferences.load()
    for name, value in payload.model_dump(exclude_unset=True).items():
        if value is not None or name in SWITCHED_OFF_BY_NULL:
            setattr(preferences, name, value)
    preferences.full_clean()
    with transaction.atomic():
        preferences.save()
    candidates.refresh()
    return preferences


@router.get("/status", response=StatusOut)
def get_status(request: HttpRequest) -> Any:
    table = candidates.current()
    base_url, port = about.address(request)
    return {
        "version": settings.NOVAPI_VERSION,
        **about.versions(),
        "base_url": base_url,
        "port": port,
        "moved_from": launch.moved_from(),
        "started_at": about.started_at(),
        "home": str(settings.NOVAPI_HOME),
        "database_mb": about.database_mb(),
        "secrets": secrets.storage(),
        "unreadable_keys": table.unreadable_keys,
        "channels": len(table.offering()),
        "models": len(table.model_created),
        "paused_until": pause.told(),
        "stopped_apps": len(guard.stopped),
        "readers": len(hub.watchers),
        "records_waiting": recorder.waiting,
        "records_lost": recorder.lost,
        "captures_waiting": captures.waiting,
        "captures_lost": captures.lost,
        "captures_mb": round(captures.bytes / 2**20, 2),
    }


@router.get("/about", response=AboutOut)
def get_about(request: HttpRequest) -> Any:
    """What Novapi is made of, and under which licences."""
    return {
        "version": settings.NOVAPI_VERSION,
        "licence": OWN_LICENCE,
        "built_at": about.built_at(),
        "executable": bundle.is_frozen(),
        **about.serving,
        "libraries": about.told_packages(),
    }


@router.get("/about/licences", response={200: str})
def get_licences(request: HttpRequest) -> HttpResponse:
    """Every licence in full, as one text: of the libraries, and of what the dashboard has in it."""
    return HttpResponse("\n\n".join(about.licences()), content_type="text/plain; charset=utf-8")
