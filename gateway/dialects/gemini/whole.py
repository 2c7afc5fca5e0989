"""A whole answer told as a stream, for channels that answer in one piece although a stream was asked for."""

from typing import Any

import msgspec


def as_events(body: dict[str, Any]) -> bytes:
    """A GenerateContentResponse is a chunk as it is."""
    return b"data: %b\n\n" % msgspec.json.encode(body)
