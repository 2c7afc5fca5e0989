"""Embeddings as OpenAI has them: numbers, or base64 of little-endian 32-bit floats, which its SDKs ask for."""

import base64
import binascii
import struct
from typing import Any

from gateway.dialects.format import Body, Malformed


def is_vector(value: Any) -> bool:
    return isinstance(value, list) and all(type(number) in (int, float) for number in value)


def in_order(data: list[Any]) -> list[Body]:
    """By `index`, where all have one."""
    items = [item for item in data if isinstance(item, dict)]
    if all(type(item.get("index")) is int for item in items):
        items.sort(key=lambda item: int(item["index"]))
    return items


def vector_of(item: Body) -> list[float]:
    vector = item.get("embedding")
    if isinstance(vector, str):
        return unpacked(vector)
    if not is_vector(vector):
        raise Malformed("an embedding must be a list of numbers", "data")
    return list(vector or ())


def packed(vector: list[float]) -> str:
    """Numbers as base64 of little-endian 32-bit floats."""
    try:
        return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
    except (OverflowError, struct.error):
        raise Malformed("an embedding has a number that is too large", "embeddings") from None


def unpacked(text: str) -> list[float]:
    try:
        raw = base64.b64decode(text, validate=True)
        return list(struct.unpack(f"<{len(raw) // 4}f", raw))
    except (binascii.Error, ValueError, struct.error):
        raise Malformed("an embedding is not base64 of floats", "data") from None
