"""Providers that are down, slow, wrong or rude: what the client gets, who is asked next, what is recorded."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.fake_upstream import RESET, FakeUpstream, Script, completion, head, json_reply, whole
from tests.running import Novapi, free_port

KEY = "sk-upstream-secret-0001"  # what `add_channel` gives every channel
TEXT = json.dumps(completion()).encode()


def silence(seconds: float = 30) -> Script:
    return lambda call: [seconds]


def error_body(message: str = "no", **members: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "some_error", "param": None, "code": None} | members}


def assert_is_our_error(response: httpx.Response, status: int, code: str) -> str:
    """The message of an error in OpenAI's shape."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    error = response.json()["error"]
    assert (error["type"], error["code"]) == ("upstream_error", code)
    return str(error["message"])


FAULTS: dict[str, Script] = {
    "closes": lambda call: [],
    "resets": lambda call: [RESET],
    "resets after the head": lambda call: [head(), RESET],
    "is no HTTP server": lambda call: [b"220 mail.example ESMTP\r\n"],
    "html": lambda call: [head(200, "text/html; charset=utf-8"), b"<html>Just a moment...</html>"],
    "html in capitals": lambda call: [head(200, "Text/HTML"), b"<html>Just a moment...</html>"],
    "html called json": lambda call: [head(), b"<html>Just a moment...</html>"],
    "html called text": lambda call: [head(200, "text/plain"), b"<html>Just a moment...</html>"],
    "html under 502": lambda call: [head(502, "text/html"), b"<html>Bad gateway</html>"],
    "cut json": lambda call: [head(), TEXT[:50]],
    "half a body": lambda call: [head(Content_Length=str(len(TEXT))), TEXT[:50]],
    "half a chunk": lambda call: [head(Transfer_Encoding="chunked"), b"ff\r\n{"],
    "json list": json_reply([completion()]),
    "json text": json_reply("hello"),
    "empty": lambda call: [head()],
    "deep": lambda call: [head(), b'{"a":' * 100_000],
    "error under 200": json_reply(error_body("model is overloaded")),
    "error text under 200": json_reply({"error": "model is overloaded"}),
    "huge header line": lambda call: [head(X_Large="x" * 100_000), TEXT],
    "damaged gzip": lambda call: [head(Content_Encoding="gzip"), gzip.compress(TEXT)[:40]],
    "500": json_reply(error_body(), 500),
    "502": json_reply(error_body(), 502),
    "503": json_reply(error_body(), 503),
    "529": json_reply(error_body(), 529),
    "401": json_reply(error_body(), 401),
    "402": json_reply(error_body(), 402),
    "403": json_reply(error_body(), 403),
    "408": json_reply(error_body(), 408),
    "409": json_reply(error_body(), 409),
    "429": json_reply(error_body(), 429),
    "301": json_reply({}, 301, Location="/elsewhere"),
    "redirect without a place": json_reply({}, 307),
}
# What the last of the channels makes of the answer, where it is not 502.
STATUS = {"503": 503, "529": 503, "402": 429, "429": 429}


@pytest.mark.parametrize("fault", FAULTS)
def test_client_of_a_faulty_channel_gets_an_error_in_json(novapi: Novapi, fault: str) -> None:
    with FakeUpstream(FAULTS[fault]) as upstream:
        model = novapi.add_channel(upstream.url, name=f"Only {fault}")

        response = novapi.chat(model)

    assert response.status_code == STATUS.get(fault, 502)
    message = response.json()["error"]["message"]
    assert f"Novapi: tried 1 channel for {model}: Only {fault} (" in message
    assert response.headers["x-novapi-request-id"] in message
    assert "<html" not in response.text


@pytest.mark.parametrize("fault", FAULTS)
def test_next_channel_answers_for_a_faulty_one(novapi: Novapi, fault: str) -> None:
    with FakeUpstream(FAULTS[fault]) as faulty, FakeUpstream(json_reply(completion("from the second"))) as sound:
        model = novapi.add_channel(faulty.url, priority=10)
        novapi.add_channel(sound.url, model=model)

        response = novapi.chat(model)

    assert response.status_code == 200
    assert response.json() == completion("from the second")
    assert response.headers["x-novapi-attempts"] == "2"
    assert len(sound.received) == 1


def test_channel_that_is_down_is_named_with_its_address(novapi: Novapi) -> None:
    port = free_port()
    model = novapi.add_channel(f"http://127.0.0.1:{port}/v1", name="Switched off")

    message = assert_is_our_error(novapi.chat(model), 502, "upstream_failed")

    assert f"Switched off (could not be reached at http://127.0.0.1:{port})" in message


def test_channel_that_hangs_is_a_504_in_time(novapi: Novapi) -> None:
    with FakeUpstream(silence()) as upstream:
        model = novapi.add_channel(upstream.url, first_byte_s=0.3)

        response = novapi.chat(model)

        assert "0.3 s" in assert_is_our_error(response, 504, "upstream_timeout")
        assert response.elapsed.total_seconds() < 2
        assert upstream.hung_up.wait(1)


def test_channel_that_hangs_after_its_head_is_a_504(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [head(), 30]) as upstream:
        model = novapi.add_channel(upstream.url, first_byte_s=0.3)

        assert_is_our_error(novapi.chat(model), 504, "upstream_timeout")

        assert upstream.hung_up.wait(1)


def test_next_channel_answers_for_one_that_hangs(novapi: Novapi) -> None:
    with FakeUpstream(silence()) as hanging, FakeUpstream(json_reply(completion())) as sound:
        model = novapi.add_channel(hanging.url, first_byte_s=0.3, priority=10)
        novapi.add_channel(sound.url, model=model)

        response = novapi.chat(model)

        assert response.status_code == 200
        assert hanging.hung_up.wait(1)


def test_redirect_is_not_followed(novapi: Novapi) -> None:
    with (
        FakeUpstream(json_reply(completion())) as target,
        FakeUpstream(json_reply({}, 307, Location=f"{target.url}/chat/completions")) as upstream,
    ):
        model = novapi.add_channel(upstream.url)

        message = assert_is_our_error(novapi.chat(model), 502, "upstream_failed")

    assert "redirect (307)" in message
    assert target.received == []


@pytest.mark.parametrize("status", [401, 403])
def test_refused_provider_key_is_no_401_and_is_not_repeated(novapi: Novapi, status: int) -> None:
    with FakeUpstream(json_reply(error_body(f"Incorrect API key provided: {KEY}."), status)) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert "refused the key" in assert_is_our_error(response, 502, "upstream_auth")
    assert KEY not in response.text
    assert KEY not in novapi.record(response.headers["x-novapi-request-id"])["error"]


@pytest.mark.parametrize(
    "status",
    [200, 400, 429, 500],
)
def test_key_that_a_provider_repeats_reaches_nobody(novapi: Novapi, status: int) -> None:
    with FakeUpstream(json_reply(error_body(f"bad key {KEY}"), status)) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert response.status_code >= 400
    assert KEY not in response.text
    assert KEY not in novapi.record(response.headers["x-novapi-request-id"])["error"]


@pytest.mark.parametrize(("header", "seconds"), [("retry-after", "7"), ("retry-after-ms", "7000")])
def test_rate_limit_keeps_its_waiting_time(novapi: Novapi, header: str, seconds: str) -> None:
    with FakeUpstream(json_reply(error_body("slow down"), 429, **{header: seconds})) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert "429 rate limited, retry in 7 s: slow down" in assert_is_our_error(response, 429, "rate_limit_exceeded")
    assert response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    "value",
    [
        "soon",
        "-5",
        "nan",
        "inf",
        "Tue, 99 Foo 2026 00:00:00 GMT",
        "1e999",
        pytest.param("9" * 400, id="400 digits"),
    ],
)
def test_senseless_waiting_time_is_survived(novapi: Novapi, value: str) -> None:
    with FakeUpstream(json_reply(error_body(), 429, retry_after=value)) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert_is_our_error(response, 429, "rate_limit_exceeded")


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_refusal_of_the_request_itself_passes_as_it_is(novapi: Novapi, status: int) -> None:
    body = b'{ "error": {"message": "too long", "code":null, "new_field": 1.0e5} }'
    with FakeUpstream(lambda call: [head(status), body]) as upstream, FakeUpstream(json_reply({})) as second:
        model = novapi.add_channel(upstream.url, priority=10)
        novapi.add_channel(second.url, model=model)

        response = novapi.chat(model)

    assert (response.status_code, response.content) == (status, body)
    assert (len(upstream.received), len(second.received)) == (1, 0)
    assert novapi.record(response.headers["x-novapi-request-id"])["status"] == status


def test_refusal_in_html_becomes_json(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [head(404, "text/html"), b"<html>nginx</html>"]) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert "404 not found" in assert_is_our_error(response, 404, "upstream_rejected")
    assert "<html" not in response.text


EMPTY_ACCOUNTS: dict[str, tuple[int, Any]] = {
    "OpenAI": (429, error_body("You exceeded your current quota", code="insufficient_quota")),
    "Moonshot": (429, {"error": {"message": "Your account is suspended", "type": "exceeded_current_quota_error"}}),
    "Zhipu": (429, {"error": {"code": "1113", "message": "您的账户已欠费"}}),
    "DeepSeek": (402, {"error": {"message": "Insufficient Balance", "type": "unknown_error"}}),
    "SiliconFlow": (403, {"code": 30001, "message": "Sorry, your account balance is insufficient", "data": None}),
    "xAI": (403, {"code": "permission", "error": "Your newly created team doesn't have any credits yet."}),
    "Anthropic": (400, {"type": "error", "error": {
        "type": "invalid_request_error",
        "message": "Your credit balance is too low to access the Anthropic API.",
    }}),
}  # fmt: skip


@pytest.mark.parametrize("vendor", EMPTY_ACCOUNTS)
def test_empty_account_is_told_and_need_not_be_asked_again(novapi: Novapi, vendor: str) -> None:
    status, body = EMPTY_ACCOUNTS[vendor]
    with FakeUpstream(json_reply(body, status)) as upstream:
        response = novapi.chat(novapi.add_channel(upstream.url))

    assert "no credit" in assert_is_our_error(response, 429, "insufficient_quota")
    assert response.headers.get("x-should-retry") == "false"


@pytest.mark.parametrize("vendor", EMPTY_ACCOUNTS)
def test_next_channel_answers_for_an_empty_account_which_rests(novapi: Novapi, vendor: str) -> None:
    status, body = EMPTY_ACCOUNTS[vendor]
    with FakeUpstream(json_reply(body, status)) as empty, FakeUpstream(json_reply(completion("paid"))) as other:
        model = novapi.add_channel(empty.url, priority=10)
        novapi.add_channel(other.url, model=model)

        statuses = [novapi.chat(model).status_code for _ in range(3)]

    assert statuses == [200] * 3
    assert len(empty.received) == 1


def test_words_about_credit_in_a_bad_request_are_the_clients_own(novapi: Novapi) -> None:
    body = error_body("Unknown parameter: 'insufficient_quota' (balance is insufficient)")
    with FakeUpstream(json_reply(body, 400)) as upstream:
        response = novapi.chat(novapi.add_channel(upstream.url))

    assert (response.status_code, response.json()) == (400, body)


def test_85_packed_answer_nobody_asked_for_is_unpacked(novapi: Novapi) -> None:
    packed = gzip.compress(TEXT)
    with FakeUpstream(lambda call: [head(Content_Encoding="gzip"), packed]) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert upstream.received[0].headers["accept-encoding"] == "identity"
    assert "content-encoding" not in response.headers
    assert response.json() == completion()


@pytest.mark.parametrize(
    "farewell",
    [
        pytest.param([], id="closed"),
        pytest.param([RESET], id="reset"),
    ],
)
def test_kept_connection_that_the_provider_gave_up_costs_no_call(novapi: Novapi, farewell: list[bytes]) -> None:
    with FakeUpstream(lambda call: [whole(TEXT), 0.4, *farewell]) as upstream:
        model = novapi.add_channel(upstream.url)
        novapi.chat(model)

        response = novapi.chat(model)  # goes out on the kept connection, which closes without an answer

    assert response.status_code == 200
    assert response.headers["x-novapi-attempts"] == "1"
    assert response.elapsed.total_seconds() > 0.2  # it did wait on the kept one
    assert len(upstream.received) == 2
