"""The management API at /api/: its routers, and one shape for every error."""

import logging

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError as SchemaError

from channels_app.secrets import SecretsError
from dashboard.api import (
    aliases,
    as_code,
    backups,
    captures,
    channels,
    discovery,
    engines,
    fetched,
    imports,
    keys,
    live,
    native,
    replays,
    system,
    trials,
    usage,
)
from dashboard.api.schemas.channels import MODEL_FORMS
from dashboard.handed_in import NotUsable, database_trouble

logger = logging.getLogger(__name__)

FIELD_NAMES = {"__all__": "", "targets": "models"}  # what the API calls a model's field otherwise

api = NinjaAPI(
    title="Novapi management",
    version=settings.NOVAPI_VERSION,
    description="What the dashboard uses. Scripts send `Authorization: Bearer <master key>`.",
    urls_namespace="management",
)
api.add_router("/channels", channels.router)
api.add_router("/channels", trials.router)
api.add_router("/channels", fetched.router)
api.add_router("/discovery", discovery.router)
api.add_router("/channels", engines.router)
api.add_router("/channels", native.router)
api.add_router("/keys", keys.router)
api.add_router("/aliases", aliases.router)
api.add_router("/usage", usage.router)
api.add_router("/usage", captures.router)
api.add_router("/usage", replays.router)
api.add_router("/usage", as_code.router)
api.add_router("", backups.router)
api.add_router("/import", imports.router)
api.add_router("", live.router)
api.add_router("", system.router)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a model or a constraint refuses, by field."""
    fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return invalid(request, {FIELD_NAMES.get(name, name): list(texts) for name, texts in fields.items()})


@api.exception_handler(SchemaError)
def on_malformed(request: HttpRequest, error: SchemaError) -> HttpResponse:
    """What does not fit the JSON shape, by field."""
    fields: dict[str, list[str]] = {}
    for item in error.errors:
        named = item["loc"][2:] if item["loc"][0] == "body" else item["loc"][1:]  # a body has its own name before
        path = ".".join(str(part) for part in named if part not in MODEL_FORMS)
        fields.setdefault(path, []).append(str(item["msg"]))
    return invalid(request, fields)


@api.exception_handler(NotUsable)
def on_not_usable(request: HttpRequest, error: NotUsable) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=error.status)


@api.exception_handler(OperationalError)
def on_database_trouble(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """A full disk, or another program that holds the database."""
    return on_not_usable(request, database_trouble(error))


@api.exception_handler(SecretsError)
def on_closed_secrets(request: HttpRequest, error: SecretsError) -> HttpResponse:
    return api.create_response(request, {"detail": str(error)}, status=503)


@api.exception_handler(Exception)
def on_anything_else(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("Unexpected error at %s", request.path, exc_info=error)
    return api.create_response(request, {"detail": "Something went wrong; Novapi's log says what."}, status=500)


def invalid(request: HttpRequest, fields: dict[str, list[str]]) -> HttpResponse:
    """422 with one sentence for people and the fields at fault for forms."""
    sentence = " ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in fields.items())
    return api.create_response(request, {"detail": sentence, "fields": fields}, status=422)
