"""JSON schemas as Anthropic takes them: tools' inputs are objects, and structured outputs know few keywords."""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]

COMBINATORS = ("allOf", "anyOf", "oneOf")
# What structured outputs refuse ("Structured outputs", JSON Schema limitations).
CONSTRAINTS = frozenset(
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems uniqueItems "
    "minProperties maxProperties".split()
)
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
TABLES = ("properties", "$defs", "definitions")
DEEPEST = 60  # no honest schema is nested like that; what lies deeper stays as it is


def input_schema(parameters: Mapping[str, Any] | None) -> Schema:
    """A tool's parameters as an object schema; alternatives at the root, which Anthropic refuses, become one."""
    schema = Merger(parameters or {}).merged(parameters or {})
    schema["type"] = "object"
    if not isinstance(schema.get("properties"), dict):
        schema["properties"] = {}
    return schema


class Merger:
    """Takes a schema's alternatives into one. Each reference is followed once, so that none goes in circles."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._followed: set[str] = set()

    def merged(self, schema: Mapping[str, Any], depth: int = 0) -> Schema:
        """The schema without combinators or a reference at its root: their properties are its own."""
        result = {name: value for name, value in schema.items() if name not in (*COMBINATORS, "$ref")}
        if depth > DEEPEST:
            return result
        referred = [self._follow(schema.get("$ref"))]
        for name, branches in (("allOf", referred), *((name, schema.get(name)) for name in COMBINATORS)):
            if isinstance(branches, list):
                inner = [self.merged(branch, depth + 1) for branch in branches if isinstance(branch, dict)]
                absorb(result, inner, all_hold=name == "allOf")
        return result

    def _follow(self, reference: Any) -> Any:
        if not isinstance(reference, str) or reference in self._followed:
            return None
        self._followed.add(reference)
        return resolved(reference, self._root)


def resolved(reference: str, root: Mapping[str, Any]) -> Any:
    """What a reference like "#/$defs/Name" points to, or None."""
    value: Any = root
    if not reference.startswith("#/"):
        return None
    for name in reference[2:].split("/"):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def absorb(schema: Schema, branches: list[Schema], *, all_hold: bool) -> None:
    """Add the branches' properties. Required is what every branch requires or, where all hold, any of them."""
    properties = [branch["properties"] for branch in branches if isinstance(branch.get("properties"), dict)]
    if properties:
        own = schema.get("properties")
        schema["properties"] = {name: value for each in properties for name, value in each.items()}
        schema["properties"] |= own if isinstance(own, dict) else {}
    needed = [names_in(branch.get("required")) for branch in branches]
    if all_hold:
        common = [name for names in needed for name in names]
    else:
        common = [name for name in (needed[0] if needed else ()) if all(name in names for names in needed)]
    if common:
        schema["required"] = list(dict.fromkeys([*names_in(schema.get("required")), *common]))


def names_in(required: Any) -> list[str]:
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def strict_schema(schema: Mapping[str, Any], depth: int = 0) -> Schema:
    """The schema for structured outputs: closed objects, and constraints told in the description instead."""
    result = {name: inner(name, value, depth) for name, value in schema.items() if name not in CONSTRAINTS}
    if "oneOf" in result:
        result.setdefault("anyOf", result.pop("oneOf"))
    if result.get("type") == "object" or "properties" in result:
        result["additionalProperties"] = False
    told = told_constraints((name, value) for name, value in schema.items() if name in CONSTRAINTS)
    if told:
        description = result.get("description")
        result["description"] = f"{description}\n\n{told}" if isinstance(description, str) else told
    return result


def told_constraints(constraints: Iterable[tuple[str, Any]]) -> str:
    """As Anthropic's own SDKs write them: {minimum: 1, maximum: 10}."""
    told = ", ".join(f"{name}: {value}" for name, value in constraints)
    return f"{{{told}}}" if told else ""


def inner(name: str, value: Any, depth: int) -> Any:
    """The value of a keyword, with the schemas in it made strict."""
    if depth > DEEPEST:
        return value
    if name in TABLES and isinstance(value, dict):
        return {key: strict_or_same(each, depth) for key, each in value.items()}
    if name in LISTS and isinstance(value, list):
        return [strict_or_same(each, depth) for each in value]
    return strict_or_same(value, depth) if name == "items" else value


def strict_or_same(value: Any, depth: int) -> Any:
    return strict_schema(value, depth + 1) if isinstance(value, dict) else value
