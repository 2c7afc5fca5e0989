"""JSON that was checked on arrival, as values."""

import json
from typing import Any

import msgspec


def decode(body: bytes) -> dict[str, Any]:
    """A JSON object that was checked on arrival; half a surrogate in it becomes a question mark."""
    try:
        decoded: dict[str, Any] = msgspec.json.decode(body)
    except msgspec.DecodeError:
        loose = json.dumps(json.loads(body.decode("utf-8-sig")), ensure_ascii=False)
        decoded = msgspec.json.decode(loose.encode("utf-8", "replace"))
    return decoded
