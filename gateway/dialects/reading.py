"""Read members of a client's JSON, or say which one is wrong; and put messages into their canonical form."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from gateway.chat import Message, Part
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
            if isinstance(value, float) and not value.is_integer():
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
    try:
        return encoded(value)
    except RecursionError:
        raise Malformed("JSON is nested too deeply", "") from None


def encoded(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate, which only an escape can carry
        return json.dumps(value)


def json_object(text: str) -> dict[str, Any]:
    """Arguments as an object. A model's broken JSON, or JSON of another kind, is kept under "_raw"."""
    try:
        value = msgspec.json.decode(text) if text.strip() else {}
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors, and so is half a surrogate
        value = text
    return value if isinstance(value, dict) else {"_raw": text}


def is_plain(item: Any) -> bool:
    """Whether a message is a role and a text and nothing else, as nearly all of a long conversation are."""
    if type(item) is not dict or len(item) != 2 or "role" not in item:
        return False
    return type(item.get("content")) is str and item["content"] != ""


def joined(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Neighbouring messages of one role, and of one speaker, as one; system messages stay apart."""
    result: list[Message] = []
    longer: dict[int, list[Part]] = {}  # the parts of those that go on, by their place
    for message in messages:
        if result and result[-1].role == message.role and goes_on(result[-1], message):
            place = len(result) - 1
            longer.setdefault(place, list(result[place].parts)).extend(message.parts)
        else:
            result.append(message)
    for place, parts in longer.items():
        result[place] = replace(result[place], parts=tuple(parts))
    return tuple(result)


def goes_on(first: Message, second: Message) -> bool:
    is_same = first.name == second.name and first.extras == second.extras
    return is_same and first.role not in ("system", "developer")
