"""The management API at /api/: its routers, and one shape for every error."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError as SchemaError

from dashboard.api import aliases, channels, keys, system

api = NinjaAPI(
    title="Novapi management",
    version=settings.NOVAPI_VERSION,
    description="What the dashboard uses. Scripts send `Authorization: Bearer <master key>`.",
    urls_namespace="management",
)
api.add_router("/channels", channels.router)
api.add_router("/keys", keys.router)
api.add_router("/aliases", aliases.router)
api.add_router("", system.router)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What a model or a constraint refuses, by field."""
    fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return invalid(request, {("" if name == "__all__" else name): list(texts) for name, texts in fields.items()})


@api.exception_handler(SchemaError)
def on_malformed(request: HttpRequest, error: SchemaError) -> HttpResponse:
    """What does not fit the JSON shape, by field."""
    fields: dict[str, list[str]] = {}
    for item in error.errors:
        path: list[Any] = [part for part in item["loc"][2:] if not str(part).startswith(("function-", "str", "Model"))]
        fields.setdefault(".".join(map(str, path)), []).append(str(item["msg"]))
    return invalid(request, fields)


def invalid(request: HttpRequest, fields: dict[str, list[str]]) -> HttpResponse:
    """422 with one sentence for people and the fields at fault for forms."""
    sentence = " ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in fields.items())
    return api.create_response(request, {"detail": sentence, "fields": fields}, status=422)
