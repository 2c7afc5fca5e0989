"""Requests that can't be served: each is refused in the caller's dialect, and the program stays well."""

import json
import socket
from typing import Any

import httpx
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

OWN_HEADERS = ("x-novapi-request-id", "x-novapi-channel", "x-novapi-attempts", "x-novapi-overhead-ms")
JSON = {"content-type": "application/json"}


def error_of(response: httpx.Response) -> dict[str, Any]:
    """The error, when it has OpenAI's shape and comes with our headers."""
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert [name for name in OWN_HEADERS if name not in response.headers] == []
    assert response.headers["content-type"] == "application/json"
    return dict(error)


def talk(port: int, request: bytes, timeout_s: float = 10) -> bytes:
    """Bytes to the program as they are; what it answers until it closes or falls silent."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as connection:
        connection.sendall(request)
        connection.settimeout(1)
        try:
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            pass
    return answer


def test_unknown_model_names_the_nearest(novapi: Novapi) -> None:
    novapi.add_channel("http://127.0.0.1:9/v1", model="quixotic-5-mini")

    response = novapi.chat("quixotic-5x-mini")

    assert response.status_code == 404
    error = error_of(response)
    assert (error["code"], error["param"]) == ("model_not_found", "model")
    assert "'quixotic-5x-mini'" in error["message"]
    assert "Closest: quixotic-5-mini" in error["message"]


def test_unknown_model_of_absurd_length_is_shortened(novapi: Novapi) -> None:
    response = novapi.chat("m" * 100_000)

    assert response.status_code == 404
    assert len(error_of(response)["message"]) < 1000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"model": "m",}', "invalid_json"),
        (b'{"model": "m"} trailing', "invalid_json"),
        (b'{"model": "m", "temperature": NaN}', "invalid_json"),
        (b"[]", "invalid_json"),
        (b'"text"', "invalid_json"),
        (b"17", "invalid_json"),
        (b"null", "invalid_json"),
        (b'{"model": "m", "text": "\xff\xfe"}', "invalid_json"),
        (b"{}", "missing_model"),
        (b'{"model": null}', "missing_model"),
        (b'{"model": 5}', "invalid_model"),
        (b'{"model": ["m"]}', "invalid_model"),
        (b'{"model": {"id": "m"}}', "invalid_model"),
        (b'{"model": true}', "invalid_model"),
        (b'{"model": ""}', "invalid_model"),
        (b'{"model": "  "}', "invalid_model"),
    ],
)
def test_body_that_makes_no_sense_is_a_400(novapi: Novapi, body: bytes, code: str) -> None:
    response = novapi.call(content=body, headers=JSON)

    assert response.status_code == 400
    assert error_of(response)["code"] == code


@pytest.mark.parametrize(
    "text",
    [
        b'{"model":"m","messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 1_000_000,
        b'{"model":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"model":"\\ud800","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_deep_nesting_is_a_400(novapi: Novapi, text: bytes) -> None:
    response = novapi.call(content=text, headers=JSON)

    assert response.status_code == 400
    assert error_of(response)["code"] == "invalid_json"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/plain;application/json", "application/x-www-form-urlencoded", "text/html", ""]
)
def test_other_content_types_are_a_415(novapi: Novapi, content_type: str) -> None:
    response = novapi.call(content=b'{"model":"m"}', headers={"content-type": content_type} if content_type else {})

    assert response.status_code == 415
    assert error_of(response)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/x+json"])
def test_json_by_any_of_its_names_is_taken(novapi: Novapi, content_type: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.call(content=json.dumps({"model": model}), headers={"content-type": content_type})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n\r\n--x--"),
        ("multipart/form-data; boundary=", b"----"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--y--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\ncut'),
        ("multipart/form-data; boundary=x", b"--x"),
    ],
)
def test_damaged_form_is_a_400(novapi: Novapi, content_type: str, body: bytes) -> None:
    response = novapi.call("audio/transcriptions", content=body, headers={"content-type": content_type})

    assert response.status_code == 400
    assert error_of(response)["code"] == "invalid_form"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/v1/nonsense", "/v1", "/v1/chat", "/v1/chat/completions/more", "/openai/v1/x"])
def test_unknown_endpoint_is_a_404(novapi: Novapi, method: str, path: str) -> None:
    response = novapi.http.request(method, path, headers=novapi.authorization)

    assert response.status_code == 404
    assert error_of(response)["code"] == "unknown_endpoint"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/chat/completions"),
        ("DELETE", "/v1/chat/completions"),
        ("PUT", "/v1/embeddings"),
        ("PATCH", "/v1/responses"),
        ("OPTIONS", "/v1/chat/completions"),
        ("POST", "/v1/models"),
    ],
)
def test_wrong_method_is_a_405(novapi: Novapi, method: str, path: str) -> None:
    response = novapi.http.request(method, path, headers=novapi.authorization)

    assert response.status_code == 405
    assert method not in response.headers["allow"]
    assert error_of(response)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/v1/chat/completions",
        "/openai/v1/chat/completions",
        "/openai/chat/completions",
        "/openai/v1/v1/chat/completions",
        "/chat/completions",
        "/v1/chat/completions/",
        "/chat/completions/",
        "//v1//chat//completions",
    ],
)
def test_base_url_may_be_written_in_many_ways(novapi: Novapi, path: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        url = f"http://127.0.0.1:{novapi.port}{path}"

        response = novapi.http.post(url, headers=novapi.authorization, json={"model": model})

    assert response.status_code == 200
    assert upstream.received[0].path == "/v1/chat/completions"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "localhost.evil.example", "192.168.0.7", ""])
def test_foreign_host_header_is_blocked(novapi: Novapi, host: str) -> None:
    headers = novapi.authorization | {"host": host}

    response = novapi.http.get("/v1/models", headers=headers)

    assert response.status_code == 403
    assert response.json()["error"]["code"] == "host_not_allowed"
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_refusal_of_a_foreign_host_has_a_request_id(novapi: Novapi) -> None:
    response = novapi.http.get("/v1/models", headers=novapi.authorization | {"host": "evil.example"})

    assert response.status_code == 403
    assert [name for name in OWN_HEADERS if name not in response.headers] == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "LOCALHOST:3000", "[::1]:3000"])
def test_any_name_of_this_machine_is_answered(novapi: Novapi, host: str) -> None:
    response = novapi.http.get("/v1/models", headers=novapi.authorization | {"host": host})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"nonsense\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: banana\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_broken_http_gets_no_traceback(novapi: Novapi, request_: bytes) -> None:
    answer = talk(novapi.port, request_)

    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 431")) or answer == b""
    assert b"Traceback" not in answer
    assert novapi.http.get("/healthz").json()["status"] == "ok"


def test_program_is_well_after_bad_input(novapi: Novapi) -> None:
    for body in (b"", b"{", b"[" * 1_000_000, b'{"model":7}', b'{"model":"\xff"}', b'{"model":"nobody has this"}'):
        assert 400 <= novapi.call(content=body, headers=JSON).status_code < 500

    assert novapi.http.get("/healthz").json()["status"] == "ok"
    assert "Traceback" not in novapi.log.read_text()
