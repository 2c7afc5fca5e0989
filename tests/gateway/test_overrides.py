"""What the owner changes in a channel's requests: bodies, prompts, addresses."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import BadRequest
from gateway.overrides import CHANGES, LEADS, SUITABLE, applied, suitable, with_base_path, with_query

DIALECTS = tuple(LEADS)


def changed(body: Any, dialect: str = "openai-chat", **overrides: Any) -> Any:
    return json.loads(applied(json.dumps(body).encode(), "json", dialect, overrides))


@pytest.mark.parametrize(
    ("body", "paths", "after"),
    [
        pytest.param({"a": 1, "b": 2}, ["a"], {"b": 2}, id="member"),
        pytest.param({"a": {"b": 1, "c": 2}}, ["a.b"], {"a": {"c": 2}}, id="inner-member"),
        pytest.param({"a": [1, 2, 3]}, ["a.1"], {"a": [1, 3]}, id="position"),
        pytest.param({"a": [{"b": 1}]}, ["a.0.b"], {"a": [{}]}, id="through-a-list"),
        pytest.param({"a": {"0": 1}}, ["a.0"], {"a": {}}, id="number-that-is-a-name"),
        pytest.param({"a": [1, 2, 3]}, ["a.0", "a.0"], {"a": [3]}, id="one-after-the-other"),
        pytest.param({"a": 1}, ["b", "b.c", "b.c.0"], {"a": 1}, id="missing"),
        pytest.param({"a": "text"}, ["a.0", "a.x", "a.x.y"], {"a": "text"}, id="through-a-text"),
        pytest.param({"a": None, "b": 5}, ["a.x", "b.x", "b.0"], {"a": None, "b": 5}, id="scalars"),
        pytest.param({"a": [1]}, ["a.1", "a.-1", "a.x", "a.01x", "a.+0", "a. 0"], {"a": [1]}, id="no-position"),
        pytest.param({"a": [1]}, ["a." + "9" * 5000, "a.²", "a.\u0660"], {"a": [1]}, id="monstrous-numbers"),
        pytest.param({"": 1, "a": {"": 2}}, ["", "a."], {"a": {}}, id="empty-names"),
    ],
)
def test_removals_take_out_what_is_there(body: Any, paths: list[str], after: Any) -> None:
    assert changed(body, remove=paths) == after


@pytest.mark.parametrize(
    ("body", "members", "after"),
    [
        pytest.param({"a": 1}, {"a": 2}, {"a": 2}, id="replaced"),
        pytest.param({}, {"a": {"b": [1]}}, {"a": {"b": [1]}}, id="added"),
        pytest.param({}, {"a.b.c": 1}, {"a": {"b": {"c": 1}}}, id="way-is-made"),
        pytest.param({"a": None}, {"a.b": 1}, {"a": {"b": 1}}, id="null-on-the-way"),
        pytest.param({"a": {"x": 1}}, {"a.b": 2}, {"a": {"x": 1, "b": 2}}, id="beside"),
        pytest.param({"a": [1, 2]}, {"a.1": 9}, {"a": [1, 9]}, id="position"),
        pytest.param({"a": [1, 2]}, {"a.2": 9}, {"a": [1, 2, 9]}, id="position-after-the-last"),
        pytest.param({"a": [1, 2]}, {"a.3": 9, "a.x": 9, "a.3.x": 9}, {"a": [1, 2]}, id="no-position"),
        pytest.param({"a": [{"b": 1}]}, {"a.0.b": None}, {"a": [{"b": None}]}, id="null"),
        pytest.param({"a": "text"}, {"a.0": 1, "a.b.c": 1}, {"a": "text"}, id="text-bars-the-way"),
        pytest.param({"a": 0, "b": False}, {"a.x": 1, "b.x": 1}, {"a": 0, "b": False}, id="false-bars-the-way"),
        pytest.param({}, {"bias.50256": -100}, {"bias": {"50256": -100}}, id="number-that-becomes-a-name"),
        pytest.param({"model": "a"}, {"model": "b"}, {"model": "b"}, id="model"),
        pytest.param({}, {"a": {}, "a.b": 1}, {"a": {"b": 1}}, id="into-what-was-just-set"),
    ],
)
def test_settings_are_there_afterwards(body: Any, members: dict[str, Any], after: Any) -> None:
    assert changed(body, set=members) == after


@pytest.mark.parametrize(
    ("body", "members", "after"),
    [
        pytest.param({"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}, id="only-where-missing"),
        pytest.param({"a": None}, {"a": 2}, {"a": None}, id="null-is-there"),
        pytest.param({"a": {"b": 1}}, {"a.b": 2, "a.c": 3}, {"a": {"b": 1, "c": 3}}, id="inner"),
        pytest.param({"a": [1]}, {"a.0": 2, "a.1": 3}, {"a": [1, 3]}, id="list"),
        pytest.param({"a": "text"}, {"a.b": 2}, {"a": "text"}, id="text-bars-the-way"),
    ],
)
def test_defaults_yield_to_what_the_app_says(body: Any, members: dict[str, Any], after: Any) -> None:
    assert changed(body, default=members) == after


def test_removals_come_first_then_defaults_then_settings_then_the_prompt() -> None:
    after = changed(
        {"a": 1, "b": 1, "c": 1, "instructions": "of the app"},
        "openai-responses",
        system="of the owner",
        set={"b": 3, "d.y": 3},
        default={"a": 2, "b": 2, "c": 2, "d.x": 2},
        remove=["a", "b", "instructions"],
    )

    assert after == {"a": 2, "b": 3, "c": 1, "d": {"x": 2, "y": 3}, "instructions": "of the owner"}


def test_one_request_does_not_change_the_overrides_of_the_next() -> None:
    overrides = {"default": {"a": {"list": []}}, "set": {"a.list.0": 1, "a.b": {}, "a.b.c": 2}}
    before = copy.deepcopy(overrides)

    results = [applied(b"{}", "json", "openai-chat", overrides) for _ in range(2)]

    assert overrides == before
    assert results[0] == results[1] == b'{"a":{"list":[1],"b":{"c":2}}}'


@pytest.mark.parametrize("overrides", [{}, {"query": {"a": "b"}, "base_path": "/v2"}, {"set": {}, "remove": []}])
def test_body_that_nothing_changes_is_not_rewritten(overrides: dict[str, Any]) -> None:
    body = b'{ "model" : "m", "n": 1.0 }'

    assert applied(body, "json", "openai-chat", overrides) is body


def test_members_that_nobody_asked_for_keep_their_bytes() -> None:
    body = b'{"n": 1.00, "big": 123456789012345678901234567890, "far": 1e400, "x":{"y":[1.0 , "\\u0061"]}, "t":1}'

    after = applied(body, "json", "openai-chat", {"set": {"t": 2}})

    assert after == (b'{"n":1.00,"big":123456789012345678901234567890,"far":1e400,"x":{"y":[1.0 , "\\u0061"]},"t":2}')


def test_form_stays_as_it_is() -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--'

    assert applied(form, "multipart", "openai-chat", {"set": {"a": "2"}, "system": "s"}) is form


def test_request_without_a_body_stays_without() -> None:
    assert applied(b"", "json", "openai-chat", {"set": {"a": "2"}}) == b""


@pytest.mark.parametrize(
    ("body", "after"),
    [
        pytest.param(b'{"a":"\\ud800"}', {"a": "?", "t": 1}, id="half-a-surrogate"),
        pytest.param(b'\xef\xbb\xbf{"a":"b"}', {"a": "b", "t": 1}, id="byte-order-mark"),
        pytest.param(b'{"a":1,"a":2,"t":3,"\\u0074":4}', {"a": 2, "t": 1}, id="twice-the-same-member"),
    ],
)
def test_awkward_bodies_are_changed_too(body: bytes, after: Any) -> None:
    assert json.loads(applied(body, "json", "openai-chat", {"set": {"t": 1}})) == after


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a":1e400}', id="number-beyond-all-bounds"),
        pytest.param(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", id="nested-too-deeply"),
        pytest.param(b'{"a":', id="cut-off"),
    ],
)
def test_body_that_cannot_be_taken_apart_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest, match="Novapi"):
        applied(body, "json", "openai-chat", {"set": {"a.b": 1}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc0"), inner, max_size=3),
    max_leaves=12,
)
BODIES = st.dictionaries(
    st.sampled_from("a b 0 messages system instructions systemInstruction system_instruction prompt".split()),
    JSON,
    max_size=5,
)
STEPS = st.sampled_from(["a", "b", "0", "1", "c", "parts", "messages", "-1", "x"])
PATHS = st.lists(STEPS, min_size=1, max_size=4).map(".".join)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(BODIES, st.lists(PATHS, max_size=3), st.lists(PATHS, max_size=3), JSON, st.sampled_from(DIALECTS))
def test_no_body_and_no_path_makes_an_error(
    body: Any, removed: list[str], put: list[str], value: Any, dialect: str
) -> None:
    members = dict.fromkeys(put, value)

    after = changed(body, dialect, remove=removed, default=members, set=members, system="s")

    assert isinstance(after, dict)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(BODIES, PATHS, JSON)
def test_setting_twice_is_setting_once(body: Any, path: str, value: Any) -> None:
    once = changed(body, set={path: value})

    assert changed(once, set={path: value}) == once


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(BODIES, PATHS, JSON)
def test_default_leaves_what_is_there(body: Any, path: str, value: Any) -> None:
    known = changed(body, set={path: "there"})

    assert changed(known, default={path: value}) == known or "there" not in json.dumps(known)


# The system prompt

USER = {"role": "user", "content": "hi"}
LEAD = {"role": "system", "content": "S"}


@pytest.mark.parametrize(
    ("dialect", "body", "after"),
    [
        pytest.param(
            "openai-chat",
            {"messages": [USER]},
            {"messages": [{"role": "system", "content": "S"}, USER]},
            id="chat-new",
        ),
        pytest.param(
            "openai-chat",
            {"messages": [{"role": "system", "content": "own"}, USER]},
            {"messages": [{"role": "system", "content": "S\n\nown"}, USER]},
            id="chat-text",
        ),
        pytest.param(
            "openai-chat",
            {"messages": [{"role": "developer", "content": [{"type": "text", "text": "own"}]}, USER]},
            {
                "messages": [
                    {"role": "developer", "content": [{"type": "text", "text": "S"}, {"type": "text", "text": "own"}]},
                    USER,
                ]
            },
            id="chat-developer-blocks",
        ),
        pytest.param(
            "openai-chat",
            {"messages": [USER, {"role": "system", "content": "late"}]},
            {"messages": [{"role": "system", "content": "S"}, USER, {"role": "system", "content": "late"}]},
            id="chat-a-later-one-stays",
        ),
        pytest.param(
            "openai-chat",
            {"messages": [{"role": "system", "content": None}]},
            {"messages": [{"role": "system", "content": "S"}]},
            id="chat-null",
        ),
        pytest.param("openai-chat", {"messages": []}, {"messages": [LEAD]}, id="chat-empty"),
        pytest.param("openai-chat", {"messages": "no"}, {"messages": "no"}, id="chat-no-list"),
        pytest.param("openai-chat", {"prompt": "once"}, {"prompt": "once"}, id="completions-have-none"),
        pytest.param("openai-responses", {"input": "hi"}, {"input": "hi", "instructions": "S"}, id="responses-none"),
        pytest.param("openai-responses", {"instructions": "own"}, {"instructions": "S\n\nown"}, id="responses-text"),
        pytest.param("openai-responses", {"instructions": None}, {"instructions": "S"}, id="responses-null"),
        pytest.param(
            "anthropic",
            {"messages": [USER]},
            {"messages": [USER], "system": [{"type": "text", "text": "S"}]},
            id="anthropic-none",
        ),
        pytest.param(
            "anthropic",
            {"system": "own"},
            {"system": [{"type": "text", "text": "S"}, {"type": "text", "text": "own"}]},
            id="anthropic-text",
        ),
        pytest.param("anthropic", {"system": ""}, {"system": [{"type": "text", "text": "S"}]}, id="anthropic-empty"),
        pytest.param(
            "anthropic",
            {"system": [{"type": "text", "text": "own", "cache_control": {"type": "ephemeral"}}]},
            {
                "system": [
                    {"type": "text", "text": "S"},
                    {"type": "text", "text": "own", "cache_control": {"type": "ephemeral"}},
                ]
            },
            id="anthropic-blocks",
        ),
        pytest.param("gemini", {}, {"systemInstruction": {"parts": [{"text": "S"}]}}, id="gemini-none"),
        pytest.param(
            "gemini",
            {"systemInstruction": {"role": "user", "parts": [{"text": "own"}]}},
            {"systemInstruction": {"role": "user", "parts": [{"text": "S"}, {"text": "own"}]}},
            id="gemini-parts",
        ),
        pytest.param(
            "gemini",
            {"system_instruction": {"parts": {"text": "own"}}},
            {"system_instruction": {"parts": [{"text": "S"}, {"text": "own"}]}},
            id="gemini-other-spelling",
        ),
        pytest.param("ollama", {"messages": [USER]}, {"messages": [LEAD, USER]}, id="ollama-chat"),
        pytest.param("ollama", {"prompt": "p"}, {"prompt": "p", "system": "S"}, id="ollama-generate"),
        pytest.param(
            "ollama",
            {"prompt": "p", "system": "own"},
            {"prompt": "p", "system": "S\n\nown"},
            id="generate-text",
        ),
    ],
)
def test_system_prompt_stands_in_front_in_the_words_of_the_dialect(dialect: str, body: Any, after: Any) -> None:
    assert changed(body, dialect, system="S") == after


def test_every_task_and_dialect_has_its_changes() -> None:
    whole = {"remove": ["a"], "default": {"b": 1}, "set": {"c": 1}, "system": "S", "query": {"q": "1"}}

    found = {(task, dialect): set(suitable(whole, task, dialect)) for task in SUITABLE for dialect in DIALECTS}

    assert {names == CHANGES for (task, _), names in found.items() if task in ("chat", "other")} == {True}
    assert found["embeddings", "openai-chat"] == {"remove", "default", "set"}
    assert found["count", "anthropic"] == {"remove", "system"}
    assert found["count", "gemini"] == {"remove"}


# The address


@pytest.mark.parametrize(
    ("url", "query", "after"),
    [
        ("https://h/v1/chat", {"a": "1"}, "https://h/v1/chat?a=1"),
        ("https://h/v1/chat?a=1&b=2", {"a": "3"}, "https://h/v1/chat?b=2&a=3"),
        ("https://h/x?alt=sse", {"key": "a b&c=d#e/é"}, "https://h/x?alt=sse&key=a+b%26c%3Dd%23e%2F%C3%A9"),
        ("https://h/x?api%2Dversion=1&a=%7E", {"api-version": "2"}, "https://h/x?a=%7E&api-version=2"),
        ("https://h/x?a&b=", {"c": ""}, "https://h/x?a&b=&c="),
        ("https://h/x?a=1&a=2", {"a": "3"}, "https://h/x?a=3"),
        ("https://h/m/a%2Fb:go?alt=sse", {}, "https://h/m/a%2Fb:go?alt=sse"),
    ],
)
def test_query_replaces_parameters_of_the_same_name(url: str, query: dict[str, str], after: str) -> None:
    assert with_query(url, {"query": query}) == after


@pytest.mark.parametrize(
    ("url", "after"),
    [
        ("https://h:8/v1/chat/completions", "https://h:8/v2/v1/chat/completions"),
        ("https://h/v1beta/models/a%2Fb:go?alt=sse", "https://h/v2/v1beta/models/a%2Fb:go?alt=sse"),
        ("http://[::1]:8/x", "http://[::1]:8/v2/x"),
    ],
)
def test_base_path_goes_between_the_host_and_the_rest(url: str, after: str) -> None:
    assert with_base_path(url, {"base_path": "/v2"}) == after
    assert with_base_path(url, {"set": {"a": 1}}) == url
