"""JSON Schema ↔ Gemini's subset of OpenAPI 3.0 schemas (https://ai.google.dev/api/caching#Schema).

Gemini takes JSON Schema too (`parametersJsonSchema`, `responseJsonSchema`); the subset is what older models know.
"""

from collections.abc import Mapping
from typing import Any

from gateway.dialects.gemini.members import camel
from gateway.dialects.reading import json_text

Schema = dict[str, Any]

# Members that are the same on both sides; what is in neither list is left out.
SAME = (
    "title description default minItems maxItems minProperties maxProperties minLength maxLength pattern minimum "
    "maximum propertyOrdering"
).split()
FORMATS = frozenset("float double int32 int64 date-time enum".split())
COUNTS = ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength")
MOST_NODES = 5_000  # references can name each other so that a small schema unfolds without end


class _Unfolding:
    """One conversion: the schema that references point into, and how much came out so far."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.nodes = 0

    def target(self, reference: Any) -> Any:
        """What a reference within the document points to (JSON Pointer, RFC 6901); None for any other."""
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        found: Any = self.root
        for step in reference[1:].split("/")[1:]:
            found = found.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        return found


def openapi_subset(schema: Mapping[str, Any]) -> Schema:
    """A JSON schema in Gemini's subset: references unfolded (a cycle ends as any object), the rest left out."""
    try:
        return _subset(schema, _Unfolding(schema), ())
    except RecursionError:
        return {"type": "OBJECT"}


def _subset(schema: Any, unfolding: _Unfolding, within: tuple[str, ...]) -> Schema:
    unfolding.nodes += 1
    if not isinstance(schema, dict) or unfolding.nodes > MOST_NODES:
        return {}
    if "$ref" in schema:
        return _referenced(schema, unfolding, within)
    schema = _merged(schema, unfolding)
    result: Schema = {name: schema[name] for name in SAME if schema.get(name) is not None}
    result |= _typed(schema)
    if isinstance(form := schema.get("format"), str) and form in FORMATS:
        result["format"] = form
    result |= _enumerated(schema, result)
    return result | _nested(schema, result, unfolding, within)


def _referenced(schema: Schema, unfolding: _Unfolding, within: tuple[str, ...]) -> Schema:
    reference = schema["$ref"]
    described = {name: schema[name] for name in ("title", "description") if isinstance(schema.get(name), str)}
    target = unfolding.target(reference)
    if target is None or reference in within:
        return {"type": "OBJECT"} | described
    return _subset(target, unfolding, (*within, reference)) | described


def _merged(schema: Schema, unfolding: _Unfolding) -> Schema:
    """With the members of `allOf` as its own, which the subset has no word for."""
    merged = {name: value for name, value in schema.items() if name != "allOf"}
    for part in _list(schema, "allOf"):
        if isinstance(part, dict) and "$ref" in part:
            part = unfolding.target(part["$ref"])
        if isinstance(part, dict):
            properties = _object(part, "properties") | _object(merged, "properties")
            needed = [*_list(merged, "required"), *_list(part, "required")]
            merged = part | merged | {"properties": properties, "required": needed}
    return merged


def _object(schema: Schema, name: str) -> Schema:
    value = schema.get(name)
    return value if isinstance(value, dict) else {}


def _list(schema: Schema, name: str) -> list[Any]:
    value = schema.get(name)
    return value if isinstance(value, list) else []


def _typed(schema: Schema) -> Schema:
    """`type`, of which the subset has one, and null as `nullable`."""
    given = schema.get("type")
    types = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    names = [name.upper() for name in types if isinstance(name, str) and name.lower() != "null"]
    result: Schema = {"nullable": True} if len(names) < len(types) or schema.get("nullable") is True else {}
    if len(names) > 1:
        return result | {"anyOf": [{"type": name} for name in names]}
    inferred = "OBJECT" if schema.get("properties") else "ARRAY" if "items" in schema else ""
    name = names[0] if names else inferred
    return result | ({"type": name} if name else {})


def _enumerated(schema: Schema, typed: Schema) -> Schema:
    """`enum` and `const`: texts only; other values are told in the description."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    if not isinstance(values, list) or not values:
        return {}
    stated = [value for value in values if value is not None]
    result: Schema = {"nullable": True} if len(stated) < len(values) else {}
    if stated and all(isinstance(value, str) for value in stated):
        return result | {"type": "STRING", "enum": stated}
    told = f"{typed.get('description') or ''} One of: {', '.join(map(json_text, values))}.".strip()
    return result | {"description": told}


def _nested(schema: Schema, typed: Schema, unfolding: _Unfolding, within: tuple[str, ...]) -> Schema:
    """The schemas inside. Names of properties are names, also where they look like keywords."""
    result: Schema = {}
    if properties := _object(schema, "properties"):
        result["properties"] = {name: _subset(value, unfolding, within) for name, value in properties.items()}
        needed = [name for name in _list(schema, "required") if isinstance(name, str) and name in properties]
        result |= {"required": list(dict.fromkeys(needed))} if needed else {}
    if typed.get("type") == "ARRAY":
        result["items"] = _items(schema, unfolding, within)
    if options := _list(schema, "anyOf") or _list(schema, "oneOf"):
        result |= _options(options, unfolding, within)
    return result


def _items(schema: Schema, unfolding: _Unfolding, within: tuple[str, ...]) -> Schema:
    """What an array holds; the subset requires it to be said, and knows no tuples."""
    if isinstance(schema.get("items"), dict):
        return _subset(schema["items"], unfolding, within) or {"type": "STRING"}
    if places := _list(schema, "prefixItems"):
        return {"anyOf": [_subset(place, unfolding, within) for place in places]}
    return {"type": "STRING"}


def _options(options: list[Any], unfolding: _Unfolding, within: tuple[str, ...]) -> Schema:
    """`anyOf` without its null; a single option left is the schema itself."""
    stated = [option for option in options if not (isinstance(option, dict) and option.get("type") == "null")]
    nullable: Schema = {"nullable": True} if len(stated) < len(options) else {}
    subsets = [_subset(option, unfolding, within) for option in stated]
    return nullable | (subsets[0] if len(subsets) == 1 else {"anyOf": subsets} if subsets else {})


def from_openapi(schema: Mapping[str, Any]) -> Schema:
    """Gemini's subset as JSON Schema; a schema that is JSON Schema already stays as it is."""
    result = {name: _plain(name, value) for name, value in camel(schema).items() if name != "nullable"}
    if result.get("type") == "type_unspecified":
        del result["type"]
    return _with_null(result) if schema.get("nullable") is True else result


def _plain(name: str, value: Any) -> Any:
    match name, value:
        case "type", str():
            return value.lower()
        case "properties", dict():
            return {key: from_openapi(inner) if isinstance(inner, dict) else inner for key, inner in value.items()}
        case "items", dict():
            return from_openapi(value)
        case "anyOf", list():
            return [from_openapi(option) if isinstance(option, dict) else option for option in value]
        case _, str() if name in COUNTS and value.isascii() and value.isdigit() and len(value) < 20:
            return int(value)  # ProtoJSON writes 64-bit numbers as texts
    return value


def _with_null(schema: Schema) -> Schema:
    """A schema that null satisfies too."""
    if isinstance(schema.get("enum"), list):
        schema = schema | {"enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    if isinstance(schema.get("anyOf"), list):
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return schema
