"""Gemini's subset of OpenAPI's schemas as JSON Schema."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.gemini.schema import from_openapi


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
    assert isinstance(from_openapi(schema), dict)
