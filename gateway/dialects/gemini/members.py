"""Members of Gemini's JSON: the API takes them in camelCase and in snake_case, and one object in place of a list."""

import re
from collections.abc import Mapping
from typing import Any

from gateway.dialects.format import Body, Malformed
from gateway.dialects.reading import required

_UNDERSCORE = re.compile(r"_([a-z0-9])")


def camel(body: Mapping[str, Any]) -> Body:
    """An object with its own members in camelCase; what is inside of them stays as it is."""
    if not any("_" in name for name in body):
        return dict(body)
    return {_UNDERSCORE.sub(lambda found: found[1].upper(), name): value for name, value in body.items()}


def inner(body: Mapping[str, Any], name: str) -> Body:
    """The object under a name, in camelCase; an empty one where it is missing or null."""
    return {} if body.get(name) is None else camel(required(body, name, dict))


def several(body: Mapping[str, Any], name: str, *, optional: bool = True) -> list[Body]:
    """The objects under a name, in camelCase. A single one may stand without its list, as Google reads JSON."""
    value = body.get(name)
    items = [value] if isinstance(value, dict) else value
    if items is None and optional:
        return []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Malformed(f"{name} must be a list of objects", name)
    return [camel(item) for item in items]


def without_none(body: Mapping[str, Any]) -> Body:
    return {name: value for name, value in body.items() if value is not None}
