"""/api/keys: what apps present."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from channels_app import candidates, secrets
from channels_app.models import ClientKey
from dashboard.api.schemas.base import QuotaIn
from dashboard.api.schemas.keys import KeyIn, KeyOut, KeyPatch, KeyWithToken
from gateway.runaway import guard

NULLABLE = frozenset({"expires_at", *QuotaIn.model_fields})
router = Router(tags=["keys"])


@router.get("", response=list[KeyOut])
def list_keys(request: HttpRequest) -> Any:
    return ClientKey.objects.all()


@router.post("", response={201: KeyWithToken})
def create_key(request: HttpRequest, payload: KeyIn) -> Status[ClientKey]:
    """A key for one app. It works when the answer arrives."""
    key = ClientKey()
    key.set_token(secrets.new_client_token())
    return Status(201, save(key, payload))


@router.get("/master", response=KeyWithToken)
def get_master(request: HttpRequest) -> ClientKey:
    return readable(ClientKey.master())


@router.post("/master/rotate", response=KeyWithToken)
def rotate_master(request: HttpRequest) -> ClientKey:
    """Replace the master key; the old one stops working at once."""
    key = ClientKey.master()
    key.rotate()
    candidates.refresh()
    return key


@router.get("/{int:key_id}", response=KeyWithToken)
def get_key(request: HttpRequest, key_id: int) -> ClientKey:
    return readable(get_object_or_404(ClientKey, pk=key_id))


@router.patch("/{int:key_id}", response=KeyOut)
def change_key(request: HttpRequest, key_id: int, payload: KeyPatch) -> ClientKey:
    return save(get_object_or_404(ClientKey, pk=key_id), payload)


@router.post("/{int:key_id}/resume", response=KeyOut)
def resume_key(request: HttpRequest, key_id: int) -> ClientKey:
    """Let the apps of this key go on that were stopped for running away."""
    key = get_object_or_404(ClientKey, pk=key_id)
    guard.resume(key.pk)
    return key


@router.delete("/{int:key_id}", response={204: None})
def delete_key(request: HttpRequest, key_id: int) -> Status[None]:
    key = get_object_or_404(ClientKey, pk=key_id)
    if key.is_master:
        raise ValidationError("The master key can't be deleted; rotate it instead.")
    with transaction.atomic():
        key.delete()
    guard.resume(key_id)  # or its apps would count as stopped until the next start
    candidates.refresh()
    return Status(204, None)


def readable(key: ClientKey) -> ClientKey:
    """Raises SecretsError; what builds the answer would only say that it can't."""
    secrets.unseal(key.sealed)
    return key


def save(key: ClientKey, payload: KeyPatch) -> ClientKey:
    for name, value in payload.model_dump(exclude_unset=True).items():
        setattr(key, name, value if value is not None or name in NULLABLE else getattr(key, name))
    key.full_clean()
    with transaction.atomic():
        key.save()
    candidates.refresh()
    return key
