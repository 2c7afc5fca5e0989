"""What OpenAI-shaped answers cost, and how their errors are read and written."""

import json
from typing import Any

import msgspec
import pytest

from gateway.chat import MediaTokens, Usage
from gateway.dialects.openai import NO_MEDIA, build_error, error_in, error_status, read_answer, read_event, tokens_of
from gateway.errors import ExpiredKey, GatewayError, UnknownModel

CHAT = {
    "prompt_tokens": 100,
    "completion_tokens": 50,
    "total_tokens": 150,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 20, "accepted_prediction_tokens": 0},
}
RESPONSES = {
    "input_tokens": 100,
    "output_tokens": 50,
    "total_tokens": 150,
    "input_tokens_details": {"cached_tokens": 64},
    "output_tokens_details": {"reasoning_tokens": 20},
}


def of_answer(**body: Any) -> Usage | None:
    return tokens_of(read_answer(json.dumps(body).encode()))


def of_event(**body: Any) -> Usage | None:
    return tokens_of(read_event(json.dumps(body).encode()))


@pytest.mark.parametrize("usage", [CHAT, RESPONSES])
def test_both_spellings_of_usage_are_read(usage: dict[str, Any]) -> None:
    silent = MediaTokens(audio_input=0) if usage is CHAT else None
    expected = Usage(input=100, output=50, cached=64, reasoning=20, media=silent)

    assert of_answer(id="x", choices=[{}], usage=usage) == expected
    assert of_event(choices=[], usage=usage) == expected


@pytest.mark.parametrize(
    ("inputs", "outputs", "media"),
    [
        ({"audio_tokens": 0}, {"audio_tokens": 0}, NO_MEDIA),
        ({"audio_tokens": 0}, {}, MediaTokens(audio_input=0)),
        ({"audio_tokens": 0}, {"reasoning_tokens": 3}, MediaTokens(audio_input=0)),
        ({"audio_tokens": None}, {"audio_tokens": None}, None),
        ({"audio_tokens": 5}, {"audio_tokens": None}, MediaTokens(audio_input=5)),
        ({"cached_tokens": 5}, [], None),
        ([{"audio_tokens": 5}], "text_tokens", None),
        (
            {"text_tokens": 1, "image_tokens": 2},
            {"text_tokens": 3},
            MediaTokens(audio_input=0, image_input=2, audio_output=0, image_output=0),
        ),
    ],
)
def test_media_are_told_only_where_they_are(inputs: Any, outputs: Any, media: MediaTokens | None) -> None:
    usage = {"prompt_tokens": 10, "prompt_tokens_details": inputs, "completion_tokens_details": outputs}

    found = of_answer(usage=usage)

    assert found is not None
    assert found.media == media


def test_embeddings_have_input_only() -> None:
    assert of_answer(data=[], usage={"prompt_tokens": 8, "total_tokens": 8}) == Usage(input=8)


def test_usage_of_a_responses_stream_is_nested() -> None:
    event = {"type": "response.completed", "response": {"id": "r", "usage": RESPONSES}}

    assert of_event(**event) == Usage(input=100, output=50, cached=64, reasoning=20)


def test_reasoning_that_xai_leaves_out_is_added() -> None:
    usage = {
        "prompt_tokens": 307,
        "completion_tokens": 26,
        "total_tokens": 560,
        "prompt_tokens_details": {"cached_tokens": 256},
        "completion_tokens_details": {"reasoning_tokens": 227},
    }

    assert of_answer(usage=usage) == Usage(input=307, output=253, cached=256, reasoning=227)


def test_answer_that_was_all_reasoning_is_counted() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 74}
    details = {"completion_tokens_details": {"reasoning_tokens": 64}}

    assert of_answer(usage=usage | details) == Usage(input=10, output=64, reasoning=64)


def test_cache_hits_of_deepseek_are_read() -> None:
    usage = {
        "prompt_tokens": 30,
        "completion_tokens": 5,
        "total_tokens": 35,
        "prompt_cache_hit_tokens": 20,
        "prompt_cache_miss_tokens": 10,
    }

    assert of_event(choices=[{"finish_reason": "stop"}], usage=usage) == Usage(input=30, output=5, cached=20)


def test_usage_that_groq_hides_is_found() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13, "queue_time": 0.01}

    assert of_event(choices=[{}], x_groq={"id": "req", "usage": usage}) == Usage(input=9, output=4)


def test_timings_of_llamacpp_stand_in_for_usage() -> None:
    timings = {"cache_n": 30, "prompt_n": 12, "predicted_n": 7, "predicted_ms": 81.5}

    assert of_event(choices=[], timings=timings) == Usage(input=42, output=7, cached=30)
    assert of_answer(choices=[], timings=timings) == Usage(input=42, output=7, cached=30)


def test_usage_goes_before_timings() -> None:
    assert of_answer(usage={"prompt_tokens": 1, "completion_tokens": 2}, timings={"prompt_n": 9}) == Usage(1, 2)


def test_floats_count_as_whole_tokens() -> None:
    assert of_answer(usage={"prompt_tokens": 7.0, "completion_tokens": 3.9}) == Usage(input=7, output=3)


@pytest.mark.parametrize("odd", [None, -1, -0.5, True, "7", [7], {"n": 7}, 1e300, 2**60])
def test_counts_that_are_none_are_zero(odd: object) -> None:
    usage = {
        "prompt_tokens": odd,
        "completion_tokens": odd,
        "total_tokens": odd,
        "prompt_tokens_details": {"cached_tokens": odd},
        "completion_tokens_details": odd,
    }

    assert of_answer(usage=usage) == Usage()


def test_first_spelling_that_holds_a_number_counts() -> None:
    usage = {"prompt_tokens": 0, "input_tokens": 12, "completion_tokens": None, "output_tokens": 4}

    assert of_answer(usage=usage) == Usage(input=12, output=4)


@pytest.mark.parametrize("usage", [None, [], "7", 7, True])
def test_answer_without_usage_tells_nothing(usage: object) -> None:
    assert of_answer(usage=usage) is None
    assert of_event(usage=usage, x_groq=usage, response=usage, timings=usage) is None


def test_error_object_of_openai_is_found() -> None:
    head = read_answer(b'{"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit"}}')

    assert error_in(head) == "slow down"
    assert error_status(head) is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error":"model not loaded"}', "model not loaded"),
        (b'{"error":{"message":"quota","code":429,"status":"RESOURCE_EXHAUSTED"}}', "quota"),
        (b'{"type":"response.failed","response":{"error":{"code":"server_error","message":"oops"}}}', "oops"),
        (b'{"error":null}', ""),
        (b'{"error":false}', ""),
        (b'{"error":""}', ""),
        (b'{"choices":[]}', ""),
        (b'{"type":"response.completed","response":{"error":null}}', ""),
    ],
)
def test_error_message_is_found_where_vendors_put_it(body: bytes, message: str) -> None:
    assert error_in(read_event(body)) == message


def test_error_without_message_is_shown_as_it_is() -> None:
    assert "overloaded" in error_in(read_answer(b'{"error":{"kind":"overloaded"}}'))


def test_long_error_is_shortened() -> None:
    assert len(error_in(read_answer(json.dumps({"error": {"message": "x" * 9000}}).encode()))) == 500


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"code": 429}, 429),
        ({"code": "503"}, 503),
        ({"status": 400}, 400),
        ({"code": "rate_limit", "status": 429}, 429),
        ({"code": 200}, None),
        ({"code": 1301}, None),
        ({"code": "1113"}, None),
        ({"code": True}, None),
        ({"code": 429.0}, None),
        ({"code": None}, None),
        ("text", None),
        (None, None),
    ],
)
def test_status_of_an_error_is_read_where_it_tells_one(error: object, status: int | None) -> None:
    assert error_status(read_answer(json.dumps({"error": error}).encode())) == status


@pytest.mark.parametrize("code", ["²", "④②⑨", "9" * 5000])
def test_odd_digits_are_no_status(code: str) -> None:
    assert error_status(read_answer(json.dumps({"error": {"code": code}}).encode())) is None


def test_built_error_has_the_four_members_the_sdks_read() -> None:
    error = UnknownModel('no "model" ☃', param="model")

    assert json.loads(build_error(error)) == {
        "error": {
            "message": 'no "model" ☃',
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


def test_built_error_takes_what_the_error_says_of_itself() -> None:
    custom = GatewayError("x", status=418, kind="teapot_error", code="teapot")

    assert json.loads(build_error(custom))["error"] == {
        "message": "x",
        "type": "teapot_error",
        "param": None,
        "code": "teapot",
    }
    assert json.loads(build_error(ExpiredKey("x")))["error"]["code"] == "expired_api_key"


def test_error_about_a_name_with_a_lone_surrogate_can_be_built() -> None:
    name = json.loads('"gpt\\ud800"')

    built = build_error(UnknownModel(f"no channel offers '{name}'"))

    assert msgspec.json.decode(built)["error"]["code"] == "model_not_found"
