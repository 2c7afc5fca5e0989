"""The parts of capturing that need no socket: masks, the times of chunks, the words of a body, the memory it takes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.call import Outcome
from gateway.captures import MOST_WAITING_BYTES, Captures
from gateway.masking import masked, spans_of, spellings
from gateway.readable import expression, words_of
from gateway.seen import MOST_BYTES, Flow, Seen, packed_cuts, unpacked_cuts
from tests.gateway.values import call, table

SK = "sk-abcdefgh12345678"


def mask(text: str, *known: str) -> str:
    keys = {spelling for key in known for spelling in spellings(key)}
    return masked(text.encode(), spans_of(text.encode(), keys), [])[0].decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (SK, "[key]"),
        (f"({SK})", "([key])"),
        (json.dumps(f"\n{SK}\n"), '"\\n[key]\\n"'),
        ("risk-averse-investors-everywhere", "risk-averse-investors-everywhere"),
        ("sk-short", "sk-short"),
        ("Authorization: Bearer abcdefgh.ijklmnop-12", "Authorization: Bearer [key]"),
        ("bearer  abcdefghijklmnop", "bearer [key]"),
        ("the bearer of this letter", "the bearer of this letter"),
        ("nv-" + "a1" * 21 + "b", "[key]"),
        ("AIza" + "x" * 35, "[key]"),
        ("gsk_" + "x" * 40, "[key]"),
        ("x [own-key-1] own-key-1", "x [[key]] [key]"),
        ("own-key", "own-key"),
        ("own-key-1own-key-1", "[key]"),
    ],
)
def test_keys_are_masked_and_words_are_not(text: str, shown: str) -> None:
    assert mask(text, "own-key-1") == shown


@pytest.mark.parametrize("key", ["a/b/c/d/e", 'quo"ted-key', "schlüssel-geheim", "back\\slash-key"])
def test_keys_are_masked_however_json_spells_them(key: str) -> None:
    for spelt in (key, json.dumps(key), json.dumps(key, ensure_ascii=False), json.dumps(key).replace("/", "\\/")):
        assert mask(f"x{spelt}x", key).strip('x"') == "[key]"


def test_word_that_serves_as_a_key_is_left_alone() -> None:
    assert mask("ask ollama", "ollama") == "ask ollama"


@given(st.lists(st.text("abk-", max_size=6), max_size=12))
def test_chunks_end_where_they_did_after_masking(chunks: list[str]) -> None:
    body = "".join(chunks).encode()
    ends = [len("".join(chunks[: number + 1])) for number in range(len(chunks))]

    text, moved = masked(body, spans_of(body, [b"abk-"]), ends)

    assert moved == sorted(moved)
    assert b"abk-" not in text
    assert not moved or moved[-1] == len(text)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6))))
def test_times_of_chunks_survive_packing(pairs: list[tuple[int, int]]) -> None:
    ordered = list(zip(sorted(ms for ms, _ in pairs), sorted(end for _, end in pairs), strict=True))

    assert unpacked_cuts(packed_cuts(ordered)) == ordered


def event(**members: Any) -> bytes:
    return b"data: " + json.dumps(members).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("request_body", "answer", "words"),
    [
        ({"system": "be kind", "messages": [{"role": "user", "content": "hi"}]}, b"", "be kind\nhi"),
        ({"messages": [{"content": [{"type": "text", "text": "see"}, {"image_url": {"url": "data:x"}}]}]}, b"", "see"),
        ({"contents": [{"parts": [{"text": "a"}, {"inlineData": {"data": "QUJD"}}]}]}, b"", "a"),
        ({"input": ["one", "two"]}, b"", "one\ntwo"),
        ({"content": "QUJD" * 100}, b"", ""),
        ({}, event(choices=[{"delta": {"content": "to"}}]) + event(choices=[{"delta": {"content": "day"}}]), "today"),
        ({}, event(delta="one") + event(type="response.completed", response={"output": "one"}), "one"),
        ({}, b'{"message": {"content": "lin"}}\n{"message": {"content": "es"}}\n', "lines"),
        ({}, b'{"error": {"message": "no"}}', "no"),
        ({}, b"[" * 5000, ""),
        ({"prompt": "北京a"}, b"", "北  京 a"),
    ],
)
def test_words_are_what_was_said(request_body: Any, answer: bytes, words: str) -> None:
    assert (
        words_of(json.dumps(request_body).encode(), answer).replace("\n", "|").strip("|").replace("|", "\n").strip()
        == words
    )


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("two words", '"two" * AND "words" *'),
        ('"as it stands" x', '"as it stands" AND "x" *'),
        ("北京", '"北 京" *'),
        ('say "', '"say" *'),
        ("*", ""),
        ("", ""),
    ],
)
def test_search_is_made_of_quoted_words_only(asked: str, wanted: str) -> None:
    assert expression(asked) == wanted


def test_flow_keeps_its_beginning_and_counts_the_rest() -> None:
    flow = Flow()
    for _ in range(5):
        flow.add(b"x" * 1_000_000)

    assert flow.size == 5_000_000
    assert MOST_BYTES < sum(map(len, flow.chunks)) < MOST_BYTES + 1024
    assert len(flow.chunks) == len(flow.times) == 3


def test_more_than_can_wait_is_dropped_and_counted() -> None:
    """Nobody writes: the thread was never started."""
    captures, large = Captures(), b"x" * MOST_BYTES
    for _ in range(100):
        captures.put(call(), Outcome(status=200, seen=Seen(large)), b"")

    assert captures.waiting == MOST_WAITING_BYTES // MOST_BYTES
    assert captures.waiting + captures.lost == 100


def test_nothing_is_noted_where_nobody_would_write_it() -> None:
    assert Captures().begin(call(), table()) is None


def test_untouched_body_is_counted_and_shortened_once() -> None:
    long = b"x" * (MOST_BYTES + 5000)
    seen = Seen(long)
    seen.begin_attempt(long)

    assert seen.bound() == MOST_BYTES
    assert seen.request is seen.sent is not long
