"""A whole Responses answer told as a stream, for channels that answer in one piece although a stream was asked for."""

from typing import Any

import msgspec

from gateway.sse import Event, encode


def as_events(body: dict[str, Any]) -> bytes:
    """Created, every output item as done, and the final event: what Codex and the SDKs need."""
    begun = body | {"status": "in_progress", "output": []}
    items = [item for item in body.get("output") or [] if isinstance(item, dict)]
    events: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for number, item in enumerate(items):
        events.append({"type": "response.output_item.added", "output_index": number, "item": item})
        events.append({"type": "response.output_item.done", "output_index": number, "item": item})
    status = body.get("status") if body.get("status") in ("incomplete", "failed") else "completed"
    events.append({"type": f"response.{status}", "response": body})
    return b"".join(encoded(event, number) for number, event in enumerate(events))


def encoded(event: dict[str, Any], number: int) -> bytes:
    data = {"type": event["type"], "sequence_number": number} | event
    return encode(Event(event["type"].encode(), msgspec.json.encode(data)))
