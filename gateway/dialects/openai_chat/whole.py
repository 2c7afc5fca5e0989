"""A whole chat answer told as a stream, for channels that answer in one piece although a stream was asked for."""

from typing import Any

import msgspec

from gateway.sse import DONE, Event, encode


def as_events(body: dict[str, Any], with_usage: bool) -> bytes:
    """The events of a `chat.completion` (or legacy completion): its content, its end, its usage if asked for.

    `body` is the answer's JSON; choices may carry `message` (chat) or `text` (completions).
    """
    shared = {name: value for name, value in body.items() if name not in ("choices", "usage", "object")}
    shared["object"] = str(body.get("object", "chat.completion")).removesuffix(".chunk")
    if shared["object"] == "chat.completion":
        shared["object"] = "chat.completion.chunk"
    choices = [choice for choice in body.get("choices") or [] if isinstance(choice, dict)]
    events = [shared | {"choices": [opening(choice)]} for choice in choices]
    events += [shared | {"choices": [ending(choice)]} for choice in choices]
    if with_usage and body.get("usage"):
        events.append(shared | {"choices": [], "usage": body["usage"]})
    return b"".join(encode(Event(b"", msgspec.json.encode(event))) for event in events) + encode(Event(b"", DONE))


def opening(choice: dict[str, Any]) -> dict[str, Any]:
    """Everything a choice says, in one delta."""
    start = {"index": choice.get("index", 0), "finish_reason": None}
    if "text" in choice:
        return start | {"text": choice["text"]}
    delta = dict(choice.get("message") or {})
    if calls := delta.get("tool_calls"):
        delta["tool_calls"] = [{"index": number} | call for number, call in enumerate(calls)]
    return start | {"delta": delta}


def ending(choice: dict[str, Any]) -> dict[str, Any]:
    rest: dict[str, Any] = {"text": ""} if "text" in choice else {"delta": {}}
    return {"index": choice.get("index", 0), "finish_reason": choice.get("finish_reason") or "stop"} | rest
