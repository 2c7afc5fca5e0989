"""The list of models, in the shape of the protocol that asks: three of them use the same path."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels_app.table import RoutingTable
from gateway.call import Answer
from gateway.endpoints.answers import json_answer
from gateway.errors import UnknownModel
from gateway.offers import unknown_model_text

METHODS = ["generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents"]


def model_list(table: RoutingTable, dialect: str) -> Answer:
    """GET /v1/models, /v1beta/models."""
    shown = SHAPES[dialect]
    return json_answer(LISTS[dialect]([shown(name, created) for name, created in table.model_created.items()]))


def model_details(name: str, table: RoutingTable, dialect: str) -> Answer:
    """GET /v1/models/{id}; ids contain slashes and colons."""
    if name not in table.model_created:
        raise UnknownModel(unknown_model_text(name, table), param="model")
    return json_answer(SHAPES[dialect](name, table.model_created[name]))


def openai_model(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": "novapi"}


def anthropic_model(name: str, created: int) -> dict[str, Any]:
    since = datetime.fromtimestamp(created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "model", "id": name, "display_name": name, "created_at": since}


def gemini_model(name: str, created: int) -> dict[str, Any]:
    return {"name": f"models/{name}", "version": "", "displayName": name, "supportedGenerationMethods": METHODS}


def anthropic_page(models: list[dict[str, Any]]) -> dict[str, Any]:
    """All of them on one page."""
    ids = [model["id"] for model in models] or [None]
    return {"data": models, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}


SHAPES = {"openai-chat": openai_model, "anthropic": anthropic_model, "gemini": gemini_model}
LISTS: Mapping[str, Any] = {
    "openai-chat": lambda models: {"object": "list", "data": models},
    "anthropic": anthropic_page,
    "gemini": lambda models: {"models": models},
}
