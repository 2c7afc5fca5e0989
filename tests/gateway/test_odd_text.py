"""Texts that are legal and awkward: lone surrogates, Latin-1 headers, byte order marks."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_upstream import FakeUpstream, completion, head, json_reply
from tests.running import Novapi

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi of its own: what is sent here may break the recorder of the one all tests share."""
    with Novapi(Path(tmp_path_factory.mktemp("odd")) / "novapi") as running:
        yield running


@pytest.mark.parametrize("name", ["\\ud800", "half \\udc41 a pair"])
def test_model_with_a_lone_surrogate_is_unknown(own: Novapi, name: str) -> None:
    response = own.call(content=f'{{"model":"{name}"}}', headers=JSON)

    assert response.status_code in (400, 404)
    assert response.json()["error"]["type"] == "invalid_request_error"


def test_records_go_on_after_a_model_with_a_lone_surrogate(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url)
        own.call(content=b'{"model":"\\ud800"}', headers=JSON)
        time.sleep(0.3)

        response = own.chat(model)

    assert own.record(response.headers["x-novapi-request-id"], timeout_s=2)["status"] == 200


def test_lone_surrogate_of_the_client_travels_as_it_is(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url)
        body = b'{"model":"%b","messages":[{"role":"user","content":"cut \\ud83d"}]}' % model.encode()

        response = own.call(content=body, headers=JSON)

    assert response.status_code == 200
    assert upstream.received[0].body == body


def test_lone_surrogate_of_the_provider_travels_as_it_is(own: Novapi) -> None:
    answer = b'{"id":"1","object":"chat.completion","model":"m","choices":[{"message":{"content":"cut \\ud83d"}}]}'
    with FakeUpstream(lambda call: [head(), answer]) as upstream:
        model = own.add_channel(upstream.url)

        response = own.chat(model)

    assert response.status_code == 200
    assert response.content == answer


def test_byte_order_mark_before_the_body_is_no_reason_to_refuse(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url)

        response = own.call(content=b"\xef\xbb\xbf" + json.dumps({"model": model}).encode(), headers=JSON)

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["user-agent", "x-title"])
@pytest.mark.parametrize("value", ["Müller/1.0".encode("latin-1"), "对话/1.0".encode()])
def test_header_outside_ascii_travels_as_it_is(own: Novapi, name: str, value: bytes) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url)

        response = own.http.post(
            "/v1/chat/completions",
            json={"model": model},
            headers=[(b"authorization", f"Bearer {own.key}".encode()), (name.encode(), value)],
        )

    assert response.status_code == 200
    assert upstream.received[0].headers[name].encode("latin-1").decode() in ("Müller/1.0", "对话/1.0")


def test_channel_header_outside_ascii_is_refused_or_sent(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        body = {
            "name": "Umlaut",
            "provider": "custom",
            "base_url": upstream.url,
            "models": ["umlaut"],
            "headers": {"x-title": "Müller"},
        }

        created = own.api("POST", "/channels", json=body).status_code

        assert created == 422 or own.chat("umlaut").status_code == 200


def test_channel_name_in_any_script_fits_the_header(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url, name="测试 · Kanal")

        response = own.chat(model)

    assert response.status_code == 200
    assert response.headers["x-novapi-channel"] == "%E6%B5%8B%E8%AF%95%20%C2%B7%20Kanal"


def test_channel_name_can_not_add_headers(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        body = {"name": "Two\r\nx-injected: yes", "provider": "custom", "base_url": upstream.url, "models": ["two"]}

        created = own.api("POST", "/channels", json=body)

        assert created.status_code == 422 or "x-injected" not in own.chat("two").headers
