"""Thoughts in the text of an answer are told apart, however the stream is cut."""

import json

import pytest

from gateway.chat import Reasoning, ReasoningDelta, Text, TextDelta
from gateway.dialects.openai_chat import FORMAT
from gateway.dialects.openai_chat.think_tags import ThinkTags, split
from gateway.sse import Event

THOUGHT, ANSWER = "I < 3 </thin? yes", "The answer is <b>."


def joined(pieces: list[tuple[bool, str]]) -> tuple[str, str]:
    return "".join(text for is_thought, text in pieces if is_thought), "".join(text for is_, text in pieces if not is_)


CASES = [
    pytest.param(f"<think>{THOUGHT}</think>{ANSWER}", THOUGHT, ANSWER, id="61-tags"),
    pytest.param(f"\n <think>\n{THOUGHT}</think>\n\n{ANSWER}", THOUGHT, ANSWER, id="61-blanks-around-the-tags"),
    pytest.param(f"{ANSWER}<think>{THOUGHT}</think>", "", f"{ANSWER}<think>{THOUGHT}</think>", id="61-tags-later"),
    pytest.param(f"<think>{THOUGHT}", THOUGHT, "", id="61-never-closed"),
    pytest.param(f"<think></think>{ANSWER}", "", ANSWER, id="61-nothing-thought"),
    pytest.param("<thinking about it", "", "<thinking about it", id="61-another-tag"),
    pytest.param("<thi", "", "<thi", id="61-half-a-tag"),
    pytest.param("  ", "", "  ", id="61-blanks-only"),
    pytest.param("", "", "", id="61-nothing"),
]


@pytest.mark.parametrize(("text", "thought", "answer"), CASES)
def test_thought_and_answer_are_told_apart(text: str, thought: str, answer: str) -> None:
    assert joined(split(text)) == (thought, answer)


@pytest.mark.parametrize(("text", "thought", "answer"), CASES)
def test_it_does_not_matter_where_the_stream_is_cut(text: str, thought: str, answer: str) -> None:
    for cut in range(len(text) + 1):
        tags = ThinkTags()
        assert joined(tags.feed(text[:cut]) + tags.feed(text[cut:]) + tags.end()) == (thought, answer)
    tags = ThinkTags()
    assert joined([piece for letter in text for piece in tags.feed(letter)] + tags.end()) == (thought, answer)


def test_ordinary_text_is_not_held_back() -> None:
    tags = ThinkTags()

    assert [tags.feed(piece) for piece in ("Hi", " <", "think>")] == [
        [(False, "Hi")],
        [(False, " <")],
        [(False, "think>")],
    ]


def test_whole_answer_has_its_thought_apart() -> None:
    message = {"role": "assistant", "content": "<think>hm</think>yes"}
    body = {"id": "1", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}

    assert FORMAT.parse_response(body).choices[0].parts == (Reasoning("hm"), Text("yes"))


def test_streamed_answer_has_its_thought_apart() -> None:
    reader = FORMAT.reader()

    def chunk(content: str, finish: str | None = None) -> Event:
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
        return Event(b"", json.dumps({"id": "1", "choices": [choice]}).encode())

    said = [delta for piece in ("<th", "ink>h", "m</th", "ink>yes <") for delta in reader.feed(chunk(piece))]
    said += reader.feed(chunk("", "stop"))

    assert [d for d in said if isinstance(d, ReasoningDelta)] == [ReasoningDelta("h"), ReasoningDelta("m")]
    assert "".join(d.text for d in said if isinstance(d, TextDelta)) == "yes <"
