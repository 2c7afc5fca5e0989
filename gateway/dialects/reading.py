"""Read members of a client's JSON, or say which one is wrong; and put messages into their canonical form."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from gateway.chat import Message
from gateway.dialects.format import Malformed

Kind = TypeVar("Kind")
KINDS: dict[type, str] = {str: "a text", dict: "an object", list: "a list"}


def required(body: Mapping[str, Any], name: str, kind: type[Kind]) -> Kind:
    """A member that must be there and of this kind."""
    value = body.get(name)
    if not isinstance(value, kind):
        raise Malformed(f"{name} must be {KINDS[kind]}", name)
    return value


def listed(body: Mapping[str, Any], name: str, *, optional: bool = False) -> list[Any]:
    """A member that is a list; with `optional`, an empty one where it is missing or null."""
    if optional and body.get(name) is None:
        return []
    return required(body, name, list)


def text_or_none(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{name} must be a text", name)
    return value or None


def number(body: Mapping[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Malformed(f"{name} must be a number", name)
    return value


def whole_number(body: Mapping[str, Any], *names: str) -> int | None:
    """The first of the members that is there; 3.0 is whole."""
    for name in names:
        value = number(body, name)
        if value is not None:
            if value != int(value):
                raise Malformed(f"{name} must be a whole number", name)
            return int(value)
    return None


def true_or_false(body: Mapping[str, Any], name: str) -> bool | None:
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise Malformed(f"{name} must be true or false", name)
    return value


def json_text(value: Any) -> str:
    """A JSON value as text."""
    return msgspec.json.encode(value).decode()


def json_object(text: str) -> dict[str, Any]:
    """Arguments as an object. A model's broken JSON, or JSON of another kind, is kept under "_raw"."""
    try:
        value = msgspec.json.decode(text) if text.strip() else {}
    except (msgspec.MsgspecError, RecursionError):
        value = text
    return value if isinstance(value, dict) else {"_raw": text}


def joined(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Neighbouring messages of one role, and of one speaker, as one; system messages stay apart."""
    result: list[Message] = []
    for message in messages:
        last = result[-1] if result else None
        if last and last.role == message.role and message.role not in ("system", "developer") and alike(last, message):
            result[-1] = Message(last.role, last.parts + message.parts, name=last.name, extras=last.extras)
        else:
            result.append(message)
    return tuple(result)


def alike(first: Message, second: Message) -> bool:
    return first.name == second.name and first.extras == second.extras
