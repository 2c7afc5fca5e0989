"""A call as code: what is given for curl, Python and JavaScript is run, and sends what the app had sent."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard import code
from tests import four_dialects
from tests.fake_upstream import DONE, FakeUpstream, Received, chunk, completion, event_stream, json_reply
from tests.gateway.test_captures import SECRET, bodies
from tests.running import Novapi

COMMANDS = {"curl": "sh", "python": sys.executable, "javascript": "node"}
LANGUAGES = [language for language, command in COMMANDS.items() if shutil.which(command)]  # Node is not everywhere
PROXIES = ("http_proxy", "https_proxy", "all_proxy")
HOSTILE = {
    "quotes": 'it\'s "quoted" \'\'\'and\'\'\' """more""" `ticks`',
    "shell": "$HOME ${HOME} $(id) `id` !! !x ; rm -rf / # \\ \\n '\"'\"' %s %d %b\n'\nNOVAPI_BODY\nEOF\n",
    "python": "'); import os; os._exit(9) #\\",
    "javascript": "`${process.exit(9)}` </script><script>alert(1)</script><!-- --> \u2028 \u2029",
    "unicode": "日本語 עברית 🦄 é e\u0301 \u202e\u2066 \ufeff \x7f \x85 \x9b",
    "controls": "\x00 \x01 \x1b[201~ \r\n\t\b",
}
MEMBERS: dict[str, Any] = {
    "numbers": [0, -1, 1.5, 1e-9, 2**53 - 1, 0.1, 1e300, True, False, None],
    "empty": [{}, [], "", {"": {"": []}}],
    "names": {"it's": 1, '"': 2, "$x": 3, "\u2028": 4, "</script>": 5, "class": 6},
    "deep": [[[[[[{"a": [[["b"]]]}]]]]]],
}


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("coded") / "novapi") as running:
        yield running


def code_of(novapi: Novapi, answer: httpx.Response, language: str, to: str = "novapi") -> str:
    novapi.record(answer.headers["x-novapi-request-id"])
    bodies(novapi, answer)
    said = asked(novapi, answer.headers["x-novapi-request-id"], language, to)
    assert said.status_code == 200, said.text
    return str(said.json()["code"])


def asked(novapi: Novapi, request_id: str, language: str, to: str = "novapi") -> httpx.Response:
    return novapi.api("GET", f"/usage/records/{request_id}/code", params={"language": language, "to": to})


def settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.lower() not in PROXIES}


def run(text: str, language: str, folder: Path, **env: str) -> str:
    """What the code prints, run by itself."""
    file = folder / {"curl": "ask.sh", "python": "ask.py", "javascript": "ask.js"}[language]
    file.write_bytes(text.encode())
    command = [COMMANDS[language], str(file)]
    done = subprocess.run(command, env=settings() | env, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("is_ascii", [True, False], ids=["escaped", "raw"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_stays_inside_its_quotes(
    novapi: Novapi, tmp_path: Path, language: str, is_ascii: bool, text: str
) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        said = {"model": model, "messages": [{"role": "user", "content": text}], text: [text], **MEMBERS}
        body = json.dumps(said, ensure_ascii=is_ascii, indent=1).encode()
        first = novapi.call(content=body, headers={"content-type": "application/json"})
        printed = run(code_of(novapi, first, language), language, tmp_path, NOVAPI_API_KEY=novapi.key)

    assert json.loads(printed) == first.json()
    assert upstream.received[1].json == upstream.received[0].json == said
    if language == "curl":
        assert upstream.received[1].body == body


BODIES = {
    "twice": b'{"a": 1, "a": 2}',
    "proto": b'{"__proto__": {"a": 1}}',
    "big": b'{"seed": 12345678901234567890}',
    "precise": b'{"p": 0.1234567890123456789012345}',
    "huge": b'{"p": 1e999}',
    "deep": b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
    "spaced": b' {\r\n\t"a" : "b" }\n',
    "half a surrogate": b'{"a": "\\ud83d \'"}',
    "escapes": b'{"\\u0061": "\\/\\u0041\\\\"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_literal_would_change_is_sent_as_it_was(
    novapi: Novapi, tmp_path: Path, language: str, body: bytes
) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = json.dumps(novapi.add_channel(upstream.url)).encode()
        body = body.replace(b"{", b'{"model":%b,' % model, 1)
        first = novapi.call(content=body, headers={"content-type": "application/json"})
        assert first.status_code == 200, first.text
        run(code_of(novapi, first, language), language, tmp_path, NOVAPI_API_KEY=novapi.key)

    sent = upstream.received[1].body
    assert members(sent) == members(body)
    if language == "curl":
        assert sent == body


def members(body: bytes) -> Any:
    """Numbers by their digits, members in pairs."""
    return json.loads(body, object_pairs_hook=list, parse_int=str, parse_float=str)


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_body_fits(novapi: Novapi, tmp_path: Path, language: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        first = novapi.chat(model, messages=[{"role": "user", "content": "it's " * 300_000}])
        run(code_of(novapi, first, language), language, tmp_path, NOVAPI_API_KEY=novapi.key)

    assert upstream.received[1].json == upstream.received[0].json


@pytest.mark.parametrize(
    "body", ["@/etc/passwd", "", "-", "'", "\\", "%s\\0101", "\x00\x1b", "no JSON", "[1]", '"@x"']
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_sent_byte_for_byte(tmp_path: Path, language: str, body: str) -> None:
    with FakeUpstream(json_reply({})) as upstream:
        request = code.Request((upstream.url,), {"content-type": ("text/plain",)}, body, stream=False)
        run(code.LANGUAGES[language](request), language, tmp_path)

    assert upstream.received[0].body == body.encode()


@pytest.mark.parametrize("text", [*HOSTILE.values(), "[a-z]{1,2}"], ids=[*HOSTILE, "globs"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_headers_and_addresses_stay_inside_their_quotes(tmp_path: Path, language: str, text: str) -> None:
    plain = "".join(char for char in text if " " <= char <= "~").strip()
    query = re.sub(r"[ #]", "_", plain)
    with FakeUpstream(json_reply({})) as upstream:
        key = code.Variable("SOME_KEY")
        request = code.Request(
            (f"{upstream.url}/{query}?k=", key), {"x-a": (plain,), "x-b": (plain, key, plain), "x-c": ()}, "{}", False
        )
        run(code.LANGUAGES[language](request), language, tmp_path, SOME_KEY="k3y")

    received = upstream.received[0]
    assert received.headers["x-a"] == plain
    assert received.headers["x-b"] == f"{plain}k3y{plain}"
    assert received.path.endswith("?k=k3y") or "?" in query


# Every dialect, to Novapi and to the provider


CHATS = {
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
    "gemini stream": "/v1beta/models/{model}:streamGenerateContent?alt=sse",
    "gemini array": "/v1beta/models/{model}:streamGenerateContent",
    "ollama": "/ollama/api/chat",
}
BODY = {
    "max_tokens": 5, "input": "hi", "messages": [{"role": "user", "content": "hi"}],
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
}  # fmt: skip


@pytest.mark.parametrize("client", CHATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_code_to_novapi_is_the_call_of_the_app(novapi: Novapi, tmp_path: Path, language: str, client: str) -> None:
    with FakeUpstream(four_dialects.provider("openai-chat")) as upstream:
        model = novapi.add_channel(upstream.url, model=f"a b/ü$x'{client} {language}")
        first = novapi.http.post(
            CHATS[client].format(model=model), json=BODY | {"model": model}, headers=novapi.authorization
        )
        assert first.status_code == 200, first.text
        text = code_of(novapi, first, language)
        printed = run(text, language, tmp_path, NOVAPI_API_KEY=novapi.key)

    assert upstream.received[1].json == upstream.received[0].json
    assert upstream.received[1].path == upstream.received[0].path
    assert printed.lstrip()[:1] == first.text.lstrip()[:1]
    assert f"://127.0.0.1:{novapi.port}" in text
    assert novapi.key not in text


@pytest.mark.parametrize("channel", ["openai-chat", "openai-responses", "anthropic", "gemini"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("client", ["openai-chat", "anthropic", "gemini stream"])
def test_code_to_the_provider_is_what_it_was_sent(
    novapi: Novapi, tmp_path: Path, language: str, client: str, channel: str
) -> None:
    with FakeUpstream(four_dialects.provider(channel)) as upstream:
        model = novapi.add_channel(
            upstream.url,
            dialects=[channel],
            headers={"X-Auth-Token": "t0p $ecret", "X-Team": "it's us"},
            overrides={"query": {"api_key": "s3cret", "v": "2"}, "set": {"user": "me"}},
        )
        first = novapi.http.post(
            CHATS[client].format(model=model), json=BODY | {"model": model}, headers=novapi.authorization
        )
        assert first.status_code == 200, first.text
        text = code_of(novapi, first, language, "provider")
        keys = {"CUSTOM_API_KEY": "s3cret", "CUSTOM_X_AUTH_TOKEN": "t0p $ecret"}
        printed = run(text, language, tmp_path, **keys)

    sent, again = upstream.received
    assert (again.path, again.json) == (sent.path, sent.json)
    assert not any(secret in text for secret in (SECRET, "s3cret", "t0p"))
    assert printed
    assert own_headers(again) == own_headers(sent)


def own_headers(call: Received) -> dict[str, str]:
    """Those that are not the library's; the keys differ."""
    its_own = {"accept", "accept-encoding", "accept-language", "connection", "content-length", "host", "user-agent"}
    its_own |= {"sec-fetch-mode", "transfer-encoding"}
    found = {name: value for name, value in call.headers.items() if name not in its_own}
    return {name: value.replace(SECRET, "s3cret") for name, value in found.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_embeddings_of_another_dialect_are_asked_at_the_provider(
    novapi: Novapi, tmp_path: Path, language: str
) -> None:
    vector = {"object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}]}
    with FakeUpstream(json_reply(vector)) as upstream:
        path = f"/v1beta/models/{novapi.add_channel(upstream.url)}:embedContent"
        first = novapi.http.post(path, json={"content": {"parts": [{"text": "hi"}]}}, headers=novapi.authorization)
        run(code_of(novapi, first, language, "provider"), language, tmp_path, CUSTOM_API_KEY="k")

    sent, again = upstream.received
    assert (again.path, again.body) == (sent.path, again.body)
    assert again.json == sent.json


@pytest.mark.parametrize("language", LANGUAGES)
def test_stream_is_printed_as_it_comes(novapi: Novapi, tmp_path: Path, language: str) -> None:
    pieces = [chunk("早"), 30.0, chunk(finish="stop"), DONE]
    scripts = [event_stream(chunk("早"), chunk(finish="stop"), DONE), event_stream(*pieces)]
    with FakeUpstream(lambda call: scripts[len(upstream.received) - 1](call)) as upstream:
        with novapi.stream(novapi.add_channel(upstream.url)) as first:
            first.read()
        file = tmp_path / "ask"
        file.write_text(code_of(novapi, first, language))
        with subprocess.Popen(
            [COMMANDS[language], str(file)], env=settings() | {"NOVAPI_API_KEY": novapi.key}, stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            os.killpg(process.pid, 15)

    assert '"早"' in line or "\\u65e9" in line


# What there is no code for


@pytest.mark.parametrize(("language", "to"), [("ruby", "novapi"), ("curl", "moon")])
def test_unknown_language_is_refused(novapi: Novapi, language: str, to: str) -> None:
    assert asked(novapi, "nv_never", language, to).status_code == 422


def test_unknown_record_is_not_found(novapi: Novapi) -> None:
    assert asked(novapi, "nv_never", "curl").status_code == 404


def test_call_that_never_left_has_no_code_to_a_provider(novapi: Novapi) -> None:
    first = novapi.chat("nobody-offers-this")

    assert "nobody-offers-this" in code_of(novapi, first, "curl")
    refused = asked(novapi, first.headers["x-novapi-request-id"], "curl", "provider")
    assert refused.status_code == 409
    assert "turned away" in refused.json()["detail"]


def test_channel_that_is_gone_is_told(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url, name="Passing"))
        code_of(novapi, first, "curl", "provider")
        channel = next(each for each in novapi.api("GET", "/channels").json() if each["name"] == "Passing")
        novapi.api("DELETE", f"/channels/{channel['id']}")
        refused = asked(novapi, first.headers["x-novapi-request-id"], "curl", "provider")

    assert refused.status_code == 409
    assert "not there any more" in refused.json()["detail"]


def test_masked_key_is_told(novapi: Novapi) -> None:
    first = novapi.chat("nobody-offers-this", user="sk-proj-0123456789abcdef0123")
    text = code_of(novapi, first, "python")

    assert '"[key]"' in text
    assert asked(novapi, first.headers["x-novapi-request-id"], "python").json()["masked"] is True


def test_form_has_no_code(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"text": "said"})) as upstream:
        model = novapi.add_channel(upstream.url)
        first = novapi.call("audio/transcriptions", data={"model": model}, files={"file": ("a.wav", b"RIFF\xff")})
        bodies(novapi, first)

    assert asked(novapi, first.headers["x-novapi-request-id"], "curl").status_code == 422


def test_every_app_is_refused(novapi: Novapi) -> None:
    first = novapi.chat("nobody-offers-this")
    path = f"/api/usage/records/{first.headers['x-novapi-request-id']}/code?language=curl"

    assert novapi.http.get(path).status_code == 401


# What is readable


def test_python_shows_the_request_as_a_value() -> None:
    text = code.python(code.Request(("http://a/",), {}, '{"model":"m","n":[1,2],"stop":null}', False))

    assert 'body = {\n    "model": "m",\n    "n": [1, 2],\n    "stop": None,\n}\n' in text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_javascript_has_the_request_as_json(text: str) -> None:
    said = {"messages": [{"role": "user", "content": text}], text: [text], **MEMBERS}
    made = code.javascript(code.Request(("http://a/",), {}, json.dumps(said), True))

    assert json.loads(made.removeprefix("const body = ").partition(";\n\nasync function main")[0]) == said


def test_javascript_can_stand_inside_a_page() -> None:
    request = code.Request(("http://a/",), {}, json.dumps({"a": HOSTILE["javascript"]}), False)
    text = code.javascript(request)

    assert not re.search(r"</|<!|[\u2028\u2029]", text)
    assert text.isascii()
