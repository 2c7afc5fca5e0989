"""/api/aliases: public names that stand for an ordered list of models."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from channels_app import candidates
from channels_app.models import Alias
from dashboard.api.schemas.models import AliasIn, AliasOut, AliasPatch

router = Router(tags=["aliases"])


@router.get("", response=list[AliasOut])
def list_aliases(request: HttpRequest) -> Any:
    return Alias.objects.all()


@router.post("", response={201: AliasOut})
def create_alias(request: HttpRequest, payload: AliasIn) -> Status[Alias]:
    return Status(201, save(Alias(), payload))


@router.get("/{int:alias_id}", response=AliasOut)
def get_alias(request: HttpRequest, alias_id: int) -> Alias:
    return get_object_or_404(Alias, pk=alias_id)


@router.patch("/{int:alias_id}", response=AliasOut)
def change_alias(request: HttpRequest, alias_id: int, payload: AliasPatch) -> Alias:
    return save(get_object_or_404(Alias, pk=alias_id), payload)


@router.delete("/{int:alias_id}", response={204: None})
def delete_alias(request: HttpRequest, alias_id: int) -> Status[None]:
    with transaction.atomic():
        get_object_or_404(Alias, pk=alias_id).delete()
    candidates.refresh()
    return Status(204, None)


def save(alias: Alias, payload: AliasPatch) -> Alias:
    if payload.name is not None:
        alias.name = payload.name
    if payload.models is not None:
        alias.targets = payload.models
    if payload.strategy is not None:
        alias.strategy = payload.strategy
    if payload.enabled is not None:
        alias.enabled = payload.enabled
    alias.full_clean()
    with transaction.atomic():
        alias.save()
    candidates.refresh()
    return alias
