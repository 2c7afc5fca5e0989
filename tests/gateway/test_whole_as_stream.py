"""A channel that answers in one piece although a stream was asked for: the official SDK still gets its stream."""

from collections.abc import Iterator

import openai
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

TOOL_CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"at":"it"}'}}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "upstream-model",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "good day", "annotations": []}],
        }
    ],
    "usage": {
        "input_tokens": 4,
        "input_tokens_details": {"cached_tokens": 1},
        "output_tokens": 2,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 6,
    },
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}


@pytest.fixture
def client(novapi: Novapi) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0) as client:
        yield client


def test_chat_answer_becomes_a_stream(client: openai.OpenAI, novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("good day"))) as upstream:
        model = novapi.add_channel(upstream.url)

        chunks = list(
            client.chat.completions.create(
                model=model, messages=[], stream=True, stream_options={"include_usage": True}
            )
        )

    assert [chunk.choices[0].delta.content for chunk in chunks if chunk.choices] == ["good day", None]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices] == [None, "stop"]
    assert chunks[-1].usage
    assert chunks[-1].usage.total_tokens == 10
    assert {chunk.id for chunk in chunks} == {"chatcmpl-1"}


def test_usage_is_left_out_of_the_stream_unless_asked_for(client: openai.OpenAI, novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("good day"))) as upstream:
        model = novapi.add_channel(upstream.url)

        raw = client.chat.completions.with_raw_response.create(model=model, messages=[], stream=True)
        chunks = list(raw.parse())

    assert all(chunk.usage is None for chunk in chunks)
    assert raw.headers["content-type"] == "text/event-stream"
    assert novapi.record(raw.headers["x-novapi-request-id"])["output_tokens"] == 3


def test_tool_calls_keep_their_order(client: openai.OpenAI, novapi: Novapi) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL, TOOL_CALL | {"id": "call_2"}]}
    answer = completion(choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}])
    with FakeUpstream(json_reply(answer)) as upstream:
        model = novapi.add_channel(upstream.url)

        with client.chat.completions.stream(model=model, messages=[]) as stream:
            final = stream.get_final_completion()

    assert [call.id for call in final.choices[0].message.tool_calls or []] == ["call_1", "call_2"]
    assert final.choices[0].finish_reason == "tool_calls"


def test_legacy_completion_becomes_a_stream(client: openai.OpenAI, novapi: Novapi) -> None:
    choices = [{"index": 0, "text": "good day", "finish_reason": "length", "logprobs": None}]
    with FakeUpstream(json_reply(completion(object="text_completion", choices=choices))) as upstream:
        model = novapi.add_channel(upstream.url)

        chunks = list(client.completions.create(model=model, prompt="hi", stream=True))

    assert "".join(chunk.choices[0].text for chunk in chunks) == "good day"
    assert chunks[-1].choices[0].finish_reason == "length"


def test_response_becomes_a_stream(client: openai.OpenAI, novapi: Novapi) -> None:
    with FakeUpstream(json_reply(RESPONSE)) as upstream:
        model = novapi.add_channel(upstream.url, dialects=["openai-responses"])

        events = list(client.responses.create(model=model, input="hi", stream=True))

    assert [event.type for event in events] == [
        "response.created",
        "response.output_item.added",
        "response.output_item.done",
        "response.completed",
    ]
    assert events[-1].response.output_text == "good day"
    assert [event.sequence_number for event in events] == [0, 1, 2, 3]
