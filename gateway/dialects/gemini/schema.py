"""Gemini's subset of OpenAPI 3.0 schemas → JSON Schema (https://ai.google.dev/api/caching#Schema).

The other way is not needed: Gemini takes JSON Schema too (`parametersJsonSchema`, `responseJsonSchema`).
"""

from collections.abc import Mapping
from typing import Any

from gateway.dialects.gemini.members import camel

Schema = dict[str, Any]

COUNTS = ("minItems", "maxItems", "minProperties", "maxProperties", "minLength", "maxLength")


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
