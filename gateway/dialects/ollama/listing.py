"""What Ollama tells about its models, for public names that have no files behind them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from gateway.dialects.format import Body
from gateway.dialects.ollama.responses import rfc3339

# Clients hide what a model is not said to be capable of, and a public name does not tell.
CHAT = ("completion", "tools", "vision", "thinking")
ARCHITECTURE = "novapi"  # clients look for "<general.architecture>.context_length"
STAYS_LOADED = timedelta(minutes=5)  # Ollama's default `keep_alive`
DETAILS: Body = {
    "parent_model": "",
    "format": "",
    "family": "",
    "families": [],
    "parameter_size": "",
    "quantization_level": "",
}


def build_tags(names: Iterable[str], modified_at: datetime, capabilities: Sequence[str] = CHAT) -> Body:
    """`GET /api/tags`: every model."""
    at = rfc3339(modified_at)
    return {"models": [entry(name) | {"modified_at": at, "capabilities": list(capabilities)} for name in names]}


def build_show(
    name: str, modified_at: datetime, capabilities: Sequence[str] = CHAT, context_length: int | None = None
) -> Body:
    """`POST /api/show`: one model. `context_length` in tokens, where it is known."""
    info: dict[str, Any] = {"general.architecture": ARCHITECTURE, "general.basename": name}
    if context_length is not None:
        info[f"{ARCHITECTURE}.context_length"] = context_length
    return {
        "license": "",
        "modelfile": "",
        "parameters": "",
        "template": "",
        "details": DETAILS | {"families": []},
        "model_info": info,
        "capabilities": list(capabilities),
        "modified_at": rfc3339(modified_at),
    }


def build_ps(names: Iterable[str], now: datetime) -> Body:
    """`GET /api/ps`: the models that are loaded; none of them takes memory here."""
    expires_at = rfc3339(now + STAYS_LOADED)
    return {"models": [entry(name) | {"expires_at": expires_at, "size_vram": 0} for name in names]}


def build_version(version: str) -> Body:
    """`GET /api/version`. Some clients refuse what is older than the Ollama they were written for."""
    return {"version": version}


def entry(name: str) -> Body:
    digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return {"name": name, "model": name, "size": 0, "digest": digest, "details": DETAILS | {"families": []}}
