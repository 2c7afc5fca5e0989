"""JSON Schema and Gemini's subset of OpenAPI's."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.gemini.schema import MOST_NODES, from_openapi, openapi_subset

TREE = {
    "$defs": {
        "tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}, "name": {"type": "string"}}},
        "a/b": {"type": "integer"},
    },
}


@pytest.mark.parametrize(
    ("schema", "subset"),
    [
        pytest.param(
            {
                "$schema": "x",
                "type": "object",
                "additionalProperties": False,
                "patternProperties": {},
                "properties": {},
            },
            {"type": "OBJECT"},
            id="73-left-out",
        ),
        pytest.param(
            {"type": "number", "exclusiveMinimum": 1, "minimum": 0, "maximum": 5},
            {"type": "NUMBER", "minimum": 0, "maximum": 5},
            id="73-numbers",
        ),
        pytest.param({"type": "string", "format": "uri"}, {"type": "STRING"}, id="73-format-unknown"),
        pytest.param(
            {"type": "string", "format": "date-time"}, {"type": "STRING", "format": "date-time"}, id="73-format"
        ),
        pytest.param({"type": ["string", "null"]}, {"type": "STRING", "nullable": True}, id="73-null"),
        pytest.param(
            {"type": ["string", "integer"]}, {"anyOf": [{"type": "STRING"}, {"type": "INTEGER"}]}, id="73-types"
        ),
        pytest.param({"const": "a"}, {"type": "STRING", "enum": ["a"]}, id="73-const"),
        pytest.param(
            {"type": "integer", "enum": [1, 2], "description": "How many."},
            {"type": "INTEGER", "description": "How many. One of: 1, 2."},
            id="73-enum-of-numbers",
        ),
        pytest.param({"enum": ["a", None]}, {"type": "STRING", "enum": ["a"], "nullable": True}, id="73-enum-null"),
        pytest.param(
            {
                "type": "object",
                "properties": {"const": {"type": "string"}, "$ref": {"type": "string"}, "format": {"type": "string"}},
                "required": ["const", "gone", "const"],
            },
            {
                "type": "OBJECT",
                "properties": {"const": {"type": "STRING"}, "$ref": {"type": "STRING"}, "format": {"type": "STRING"}},
                "required": ["const"],
            },
            id="73-properties-named-like-keywords",
        ),
        pytest.param(
            {**TREE, "type": "array", "items": {"$ref": "#/$defs/a~1b", "description": "n"}},
            {"type": "ARRAY", "items": {"type": "INTEGER", "description": "n"}},
            id="73-reference",
        ),
        pytest.param(
            {**TREE, "$ref": "#/$defs/tree"},
            {"type": "OBJECT", "properties": {"left": {"type": "OBJECT"}, "name": {"type": "STRING"}}},
            id="73-cycle",
        ),
        pytest.param({"$ref": "https://example.org/x"}, {"type": "OBJECT"}, id="73-reference-elsewhere"),
        pytest.param(
            {"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "STRING", "nullable": True}, id="73-optional"
        ),
        pytest.param(
            {"oneOf": [{"type": "string"}, {"type": "boolean"}]},
            {"anyOf": [{"type": "STRING"}, {"type": "BOOLEAN"}]},
            id="73-one-of",
        ),
        pytest.param(
            {
                "allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"$ref": "#/$defs/b"}],
                "$defs": {"b": {"properties": {"b": {"type": "number"}}}},
            },
            {"type": "OBJECT", "properties": {"b": {"type": "NUMBER"}, "a": {"type": "STRING"}}, "required": ["a"]},
            id="73-all-of",
        ),
        ({"type": "array"}, {"type": "ARRAY", "items": {"type": "STRING"}}),
        (
            {"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}]},
            {"type": "ARRAY", "items": {"anyOf": [{"type": "STRING"}, {"type": "NUMBER"}]}},
        ),
    ],
)
def test_a_json_schema_in_the_subset(schema: Any, subset: Any) -> None:
    assert openapi_subset(schema) == subset


def test_references_do_not_unfold_without_end() -> None:  # 73
    defs = {
        str(level): {"type": "object", "properties": {side: {"$ref": f"#/$defs/{level + 1}"} for side in "abcd"}}
        for level in range(30)
    }

    subset = openapi_subset({"$ref": "#/$defs/0", "$defs": defs})

    assert str(subset).count("properties") <= MOST_NODES


def test_nesting_without_end_is_any_object() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"type": "array", "items": deep}

    assert openapi_subset(deep) == {"type": "OBJECT"}


@pytest.mark.parametrize(
    ("subset", "schema"),
    [
        (
            {"type": "OBJECT", "properties": {"type": {"type": "STRING", "nullable": True}}, "required": ["type"]},
            {"type": "object", "properties": {"type": {"type": ["string", "null"]}}, "required": ["type"]},
        ),
        (
            {"type": "ARRAY", "minItems": "2", "items": {"type": "NUMBER"}},
            {"type": "array", "minItems": 2, "items": {"type": "number"}},
        ),
        ({"type": "STRING", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"any_of": [{"type": "STRING"}], "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "TYPE_UNSPECIFIED", "nullable": False}, {}),
        ({"type": "object", "additionalProperties": False}, {"type": "object", "additionalProperties": False}),
    ],
)
def test_the_subset_as_a_json_schema(subset: Any, schema: Any) -> None:
    assert from_openapi(subset) == schema


KEYWORDS = (
    "type properties items anyOf oneOf allOf enum const required $ref $defs nullable format description prefixItems"
).split()
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 3)
    | st.sampled_from(["a", "object", "null", "#", "#/$defs/a", "#/items"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYWORDS, "a"]), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD, max_size=5))
def test_any_json_gives_a_schema(schema: dict[str, Any]) -> None:
    subset = openapi_subset(schema)

    assert subset.keys().isdisjoint({"$ref", "allOf", "oneOf", "const"})
    assert isinstance(from_openapi(schema), dict)


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD, max_size=5))
def test_what_is_in_the_subset_stays_in_it(schema: dict[str, Any]) -> None:
    subset = openapi_subset(schema)

    assert openapi_subset(subset).keys() == subset.keys()
