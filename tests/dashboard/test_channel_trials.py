"""`test`: a channel is tried the way a call would be, stage by stage, and each stage says what to do."""

import json
import re
import socket
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.test_api_channels import SECRET, create
from tests.fake_upstream import (
    DONE,
    FakeUpstream,
    Received,
    Script,
    chunk,
    completion,
    event_stream,
    head,
    json_reply,
)
from tests.four_dialects import provider
from tests.gateway.test_reaching import CERTIFICATES, pem
from tests.running import Novapi, eventually, free_port

REVOKED = "sk-a-key-that-was-revoked-0000"
LIST = {"object": "list", "data": [{"id": "list-one"}, {"id": "list-two"}]}
STAGES = ["reach", "key …7788", "chat", "stream", "tools", "json"]
REFUSAL = json_reply({"error": {"message": "Incorrect API key"}}, 401)
NAME = iter(range(1_000_000))


def tool_call(name: str = "report_word", arguments: str = '{"word":"ok"}') -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return completion(choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}])


def stage_of(call: Received) -> str:
    """Which stage a request belongs to."""
    if call.method == "GET":
        return "list"
    body = call.json
    if body.get("stream"):
        return "stream"
    return next((name for name, member in (("tools", "tools"), ("json", "response_format")) if member in body), "chat")


GOOD: dict[str, Script] = {
    "list": json_reply(LIST),
    "chat": json_reply(completion("ok")),
    "stream": event_stream(chunk("ok"), chunk(finish="stop"), DONE),
    "tools": json_reply(tool_call()),
    "json": json_reply(completion('{"word": "ok"}')),
}


def behaving(*keys: str, **different: Script) -> Script:
    """A provider that does everything well but what is given, and takes these keys only."""
    accepted = {f"Bearer {key}" for key in keys or (SECRET,)}
    scripts = GOOD | different

    def answer(call: Received) -> Iterable[bytes | float]:
        return (scripts[stage_of(call)] if call.headers.get("authorization") in accepted else REFUSAL)(call)

    return answer


def tried(novapi: Novapi, script: Script, body: Any = None, **members: Any) -> tuple[dict[str, Any], list[Received]]:
    """The report of a test of a new channel, and what the provider got."""
    name = f"Trial {next(NAME)}"
    with FakeUpstream(script) as upstream:
        given = {"api_keys": [SECRET], "models": [name.lower().replace(" ", "-")]} | members
        channel = create(novapi, name, base_url=upstream.url, **given)
        response = novapi.api("POST", f"/channels/{channel['id']}/test", json=body)
        novapi.api("DELETE", f"/channels/{channel['id']}")
    assert response.status_code == 200, response.text
    assert not any(key in response.text for key in given["api_keys"])
    return response.json(), upstream.received


def verdicts(report: dict[str, Any]) -> dict[str, bool | None]:
    """Stage → how it went; None: skipped."""
    return {stage["name"]: None if stage["skipped"] else stage["ok"] for stage in report["stages"]}


def detail(report: dict[str, Any], name: str) -> str:
    return str(next(stage["detail"] for stage in report["stages"] if stage["name"] == name))


def code(report: dict[str, Any], name: str) -> str:
    return str(next(stage["code"] for stage in report["stages"] if stage["name"] == name))


def test_good_channel_passes_every_stage(novapi: Novapi) -> None:
    report, received = tried(novapi, behaving(), models=[{"name": "good", "upstream": "u"}])

    assert report["ok"] is True
    assert verdicts(report) == dict.fromkeys(STAGES, True)
    assert all(stage["ms"] > 0 and stage["detail"] and not stage["code"] for stage in report["stages"])
    assert (report["model"], report["abilities"]) == ("good", ["tools", "json"])
    asked = [(stage_of(call), call.headers.get("authorization")) for call in received]
    assert asked[:2] == [("list", f"Bearer {SECRET}"), ("list", None)]  # is it open to everybody?
    assert [name for name, _ in asked[2:]] == ["chat", "stream", "tools", "json"]
    assert {call.json["model"] for call in received if call.method == "POST"} == {"u"}


@pytest.mark.parametrize("dialect", ["openai-chat", "openai-responses", "anthropic", "gemini"])
def test_channel_of_every_dialect_is_tested_in_its_own(novapi: Novapi, dialect: str) -> None:
    def script(call: Received) -> Iterable[bytes | float]:
        return (json_reply({}, 404) if call.method == "GET" else provider(dialect))(call)

    report, received = tried(novapi, script, dialects=[dialect])

    found = verdicts(report)
    assert report["ok"] is True, report
    assert (found["chat"], found["stream"], found["json"]) == (True, True, True), report
    assert "not given" in detail(report, "tools")  # it always calls its own two
    assert len(received) == 5


def test_each_key_is_tried_and_the_chat_takes_one_that_works(novapi: Novapi) -> None:
    report, _ = tried(novapi, behaving(), api_keys=[REVOKED, SECRET])

    assert report["ok"] is False
    assert verdicts(report) == {"key …0000": False} | dict.fromkeys(STAGES, True)
    assert "401" in detail(report, "key …0000")
    assert "Enter another key" in detail(report, "key …0000")
    assert code(report, "key …0000") == "key_refused"


def test_refused_key_stops_what_builds_on_it(novapi: Novapi) -> None:
    report, received = tried(novapi, behaving(), api_keys=[REVOKED])

    assert report["ok"] is False
    assert list(verdicts(report).values()) == [True, False, None, None, None, None]
    assert len(received) == 1


def test_list_that_is_open_to_everybody_proves_no_key(novapi: Novapi) -> None:
    def script(call: Received) -> Iterable[bytes | float]:
        return json_reply(LIST)(call) if call.method == "GET" else behaving()(call)

    report, received = tried(novapi, script, api_keys=[SECRET, REVOKED])

    assert verdicts(report) == {"key …0000": False} | dict.fromkeys(STAGES, True)
    assert "open to everybody" in detail(report, "key …0000")
    assert [stage_of(call) for call in received].count("chat") == 2  # one for each key, and none more


@pytest.mark.parametrize("status", [403, 404, 405, 500])
def test_provider_without_a_list_is_asked_by_a_chat(novapi: Novapi, status: int) -> None:
    report, _ = tried(novapi, behaving(list=json_reply({}, status)))

    assert report["ok"] is True
    assert str(status) in detail(report, "key …7788")


def test_provider_that_has_no_list_at_all_is_asked_by_a_chat(novapi: Novapi) -> None:
    report, received = tried(novapi, behaving(), provider="perplexity")

    assert report["ok"] is True
    assert "no model list" in detail(report, "key …7788")
    assert all(call.method == "POST" for call in received)


def test_disabled_channel_can_be_tried(novapi: Novapi) -> None:
    report, _ = tried(novapi, behaving(), enabled=False)

    assert report["ok"] is True


def test_refused_key_is_back_in_use_after_a_test_that_went_well(novapi: Novapi) -> None:
    accepted: list[str] = []
    with FakeUpstream(lambda call: behaving(*(accepted or ["nobody"]))(call)) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=[SECRET])
        novapi.chat(model)
        channel = next(row for row in novapi.api("GET", "/channels").json() if row["base_url"] == upstream.url)
        accepted.append(SECRET)
        report = novapi.api("POST", f"/channels/{channel['id']}/test").json()
        after = novapi.api("GET", f"/channels/{channel['id']}").json()

    assert channel["api_keys"][0]["health"]["paused"] == "key refused"
    assert report["ok"] is True
    assert after["api_keys"][0]["health"]["paused"] == ""


@pytest.mark.parametrize(("status", "paused"), [(401, "key refused"), (402, "no credit"), (429, ""), (500, "")])
def test_key_that_a_test_finds_useless_is_left_alone_by_calls(novapi: Novapi, status: int, paused: str) -> None:
    with FakeUpstream(json_reply({"error": {"message": "No."}}, status)) as upstream:
        novapi.add_channel(upstream.url, api_keys=[SECRET])
        channel = next(row for row in novapi.api("GET", "/channels").json() if row["base_url"] == upstream.url)

        report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert report["ok"] is False
    after = novapi.api("GET", f"/channels/{channel['id']}").json()
    assert after["api_keys"][0]["health"]["paused"] == paused


def test_provider_that_is_down_is_said_to_be(novapi: Novapi) -> None:
    channel = create(novapi, "Down", base_url=f"http://127.0.0.1:{free_port()}/v1", models=["down"])

    report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert report["ok"] is False
    assert list(verdicts(report).values()) == [False, None, None, None, None, None]
    assert "nothing listens" in detail(report, "reach")
    assert code(report, "reach") == "unreachable"


def test_proxy_that_is_down_is_said_to_be(novapi: Novapi) -> None:
    report, _ = tried(novapi, behaving(), proxy=f"http://127.0.0.1:{free_port()}")

    assert "The proxy is down" in detail(report, "reach")
    assert code(report, "reach") == "proxy"


def test_self_signed_certificate_is_named(novapi: Novapi, tmp_path: Path) -> None:
    path = tmp_path / "server.pem"
    path.write_bytes(pem(CERTIFICATES["self-signed"]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with secured(context) as port:
        channel = create(novapi, "Self-signed", base_url=f"https://localhost:{port}/v1", models=["self-signed"])
        report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert "certificate of localhost is self-signed" in detail(report, "reach")
    assert code(report, "reach") == "tls"


class secured:  # noqa: N801  # read as a word
    """A server that shakes hands and says nothing."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.context = context

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self.socket.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def _serve(self) -> None:
        try:
            connection, _ = self.socket.accept()
            self.context.wrap_socket(connection, server_side=True).close()
        except OSError:
            pass


@pytest.mark.parametrize(
    ("script", "words", "short"),
    [
        (json_reply({"error": {"message": "no such thing"}}, 404), "Check the model's upstream name", "not_found"),
        (json_reply({"error": {"code": "model_not_found"}}, 404), "upstream name", "model_not_found"),
        (json_reply({"error": {"message": "pay first"}}, 402), "Top up", "no_credit"),
        (json_reply({"error": {"code": "insufficient_quota"}}, 429), "Top up", "no_credit"),
        (json_reply({"error": {"message": "slowly"}}, 429), "Wait a little", "rate_limited"),
        (json_reply({"error": {"message": "bad"}}, 400), "overrides", "rejected"),
        (json_reply({"error": {"message": "oops"}}, 503), "try again later", "trouble"),
        (lambda call: [head(200, "text/html"), b"<html>Welcome</html>"], "web page", "bad_answer"),
        (lambda call: [head(302, Location="http://127.0.0.1:1/"), b""], "redirect", "redirect"),
        (lambda call: [head(), b"\x00\xff garbage"], "not a JSON object", "bad_answer"),
        (lambda call: [head(), b'{"hello": "there"}'], "no chat answer", "bad_answer"),
        (lambda call: [head(), b'{"choices": [{"message": "ok"}]}'], "no chat answer", "bad_answer"),
        (lambda call: [], "See whether it is running", "unreachable"),
    ],
)
def test_chat_that_fails_says_what_to_do_and_stops_the_rest(
    novapi: Novapi, script: Script, words: str, short: str
) -> None:
    report, _ = tried(novapi, behaving(chat=script))

    assert report["ok"] is False
    assert list(verdicts(report).values()) == [True, True, False, None, None, None]
    assert words in detail(report, "chat"), report
    assert code(report, "chat") == short
    assert [stage["code"] for stage in report["stages"][3:]] == ["", "", ""]


def test_redirect_is_not_followed_with_the_key(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(LIST)) as elsewhere:
        script = lambda call: [head(302, Location=elsewhere.url), b""]  # noqa: E731
        report, _ = tried(novapi, script)

    assert report["ok"] is False
    assert elsewhere.received == []


def test_provider_that_hangs_is_given_up(novapi: Novapi) -> None:
    report, received = tried(novapi, lambda call: [60.0], first_byte_s=0.3)

    assert list(verdicts(report).values()) == [True, False, None, None, None, None]
    assert "timed out" in detail(report, "key …7788")
    assert code(report, "key …7788") == "timeout"
    assert len(received) == 1


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (event_stream(chunk("ok")), "broke off"),
        (event_stream(chunk("ok"), b'data: {"error": {"message": "overloaded"}}\n\n'), "overloaded"),
        (event_stream(), "closed the stream"),
        (lambda call: [head(200, "text/event-stream"), *(chunk("x" * 60_000) for _ in range(40))], "without end"),
    ],
    ids=["cut", "error", "empty", "endless"],
)
def test_stream_that_does_not_end_well_fails_the_channel(novapi: Novapi, script: Script, words: str) -> None:
    report, _ = tried(novapi, behaving(stream=script))

    assert report["ok"] is False
    assert list(verdicts(report).values()) == [True, True, True, False, True, True]
    assert words in detail(report, "stream"), report


def test_answer_in_one_piece_is_a_stream_to_apps(novapi: Novapi) -> None:
    report, _ = tried(novapi, behaving(stream=GOOD["chat"]))

    assert report["ok"] is True
    assert "one piece" in detail(report, "stream")


@pytest.mark.parametrize(
    ("stage", "script", "words"),
    [
        ("tools", GOOD["chat"], "without calling the tool"),
        ("tools", json_reply(tool_call(name="other")), "not given"),
        ("tools", json_reply(tool_call(arguments="{")), "no JSON"),
        ("tools", json_reply({"error": {"message": "no tools here"}}, 400), "no tools here"),
        ("json", GOOD["chat"], "something else"),
        ("json", json_reply({"error": {"message": "no formats here"}}, 400), "no formats here"),
    ],
)
def test_ability_that_is_missing_is_no_failure_of_the_channel(
    novapi: Novapi, stage: str, script: Script, words: str
) -> None:
    report, _ = tried(novapi, behaving(**{stage: script}))

    assert report["ok"] is True
    assert verdicts(report) == dict.fromkeys(STAGES, True) | {stage: False}
    assert words in detail(report, stage)


def test_engine_that_knows_schemas_only_is_asked_by_one(novapi: Novapi) -> None:
    def schemas_only(call: Received) -> Iterable[bytes | float]:
        kind = call.json["response_format"]["type"]
        return (GOOD["json"] if kind == "json_schema" else json_reply({"error": "json_schema or text"}, 400))(call)

    report, _ = tried(novapi, behaving(json=schemas_only))

    assert verdicts(report)["json"] is True


def test_model_that_wants_its_limit_called_otherwise_is_asked_again(novapi: Novapi) -> None:
    def thinks(call: Received) -> Iterable[bytes | float]:
        if "max_tokens" in call.json:
            return json_reply({"error": {"message": "Use 'max_completion_tokens' instead."}}, 400)(call)
        return GOOD[stage_of(call)](call)

    report, _ = tried(novapi, behaving(chat=thinks, stream=thinks, tools=thinks, json=thinks))

    assert verdicts(report) == dict.fromkeys(STAGES, True)


def test_overrides_are_in_force(novapi: Novapi) -> None:
    _, received = tried(novapi, behaving(), overrides={"set": {"seed": 7}})

    assert {call.json["seed"] for call in received if call.method == "POST"} == {7}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"models": ["text-embedding-3-small", {"name": "reader", "upstream": "whisper-1"}]}, "none of the channel's"),
        ({"models": ["gpt-*"]}, "wildcards only"),
        ({"models": []}, "no model yet"),
        ({"models": ["qwen"], "provider": "ollama", "dialects": ["ollama"]}, "no dialect of a chat"),
    ],
    ids=["no chat", "wildcards", "empty", "dialect"],
)
def test_channel_that_can_not_chat_is_tested_without(novapi: Novapi, members: dict[str, Any], words: str) -> None:
    listed = json_reply(LIST if "provider" not in members else {"models": [{"name": "qwen"}]})
    report, received = tried(novapi, behaving(list=listed), **members)

    assert report["ok"] is True
    assert list(verdicts(report).values()) == [True, True, None, None, None, None]
    assert words in detail(report, "chat")
    assert code(report, "chat") == "no_model"
    assert all(call.method == "GET" for call in received)


@pytest.mark.parametrize("models", [["first", "second"], ["sec*"], ["*", "first"]])
def test_named_model_is_tested(novapi: Novapi, models: list[str]) -> None:
    report, received = tried(novapi, behaving(), {"model": "second"}, models=models)

    assert report["model"] == "second"
    assert {call.json["model"] for call in received if call.method == "POST"} == {"second"}


@pytest.mark.parametrize("body", [{"model": "not-there"}, {"model": ""}, {"modle": "x"}, {"model": 3}])
def test_model_that_is_not_offered_is_refused(novapi: Novapi, body: dict[str, Any]) -> None:
    channel = create(novapi, f"Refuses {body}", models=["first"])

    response = novapi.api("POST", f"/channels/{channel['id']}/test", json=body)

    assert response.status_code == 422
    assert list(response.json()["fields"]) == list(body)


def test_channel_whose_keys_are_all_unusable_is_reported(novapi: Novapi) -> None:
    with FakeUpstream(behaving()) as upstream:
        channel = create(novapi, "No usable key", base_url=upstream.url, api_keys=[SECRET], models=["no-usable-key"])
        novapi.write("UPDATE channels_app_channelkey SET enabled = 0 WHERE channel_id = ?", channel["id"])

        report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert report["ok"] is False
    assert verdicts(report)["keys"] is False
    assert code(report, "keys") == "no_key"


def test_every_call_of_a_test_is_recorded(novapi: Novapi) -> None:
    before = novapi.api("GET", "/status").json()["records_lost"]

    tried(novapi, behaving(), models=["recorded-test"])

    query = "SELECT app, status, stream FROM gateway_usagerecord WHERE model_asked = 'recorded-test' ORDER BY id"
    expected = [("Novapi test", 200, stream) for stream in (0, 1, 0, 0)]
    assert eventually(lambda: len(rows := novapi.rows(query)) == 4 and rows) == expected
    assert novapi.api("GET", "/status").json()["records_lost"] == before


# What it costs


def cost(novapi: Novapi, query: str = "", **members: Any) -> dict[str, Any]:
    channel = create(novapi, f"Cost {next(NAME)}", **members)
    return dict(novapi.api("GET", f"/channels/{channel['id']}/test{query}").json())


def test_cost_is_named_before_anything_is_sent(novapi: Novapi) -> None:
    told = cost(novapi, models=["costly"], api_keys=[SECRET])

    assert (told["model"], told["calls"], told["cost_usd"]) == ("costly", 4, None)
    assert 500 < told["tokens"] < 2500
    assert "4 small calls to costly" in told["detail"]


def test_named_tokens_are_no_fewer_than_what_is_sent(novapi: Novapi) -> None:
    told = cost(novapi, models=["costly"], api_keys=[SECRET])

    _, received = tried(novapi, behaving(), models=["costly"])

    asked = [call.json for call in received if call.method == "POST"]
    words = sum(len(re.findall(r"\w+|\W", json.dumps(body["messages"]))) for body in asked)
    assert told["tokens"] > words + sum(body["max_tokens"] for body in asked)


def test_cost_is_told_where_the_price_is_known(novapi: Novapi) -> None:
    told = cost(novapi, provider="openai", base_url="", models=["gpt-4o"], api_keys=[SECRET])

    assert 0.002 < told["cost_usd"] < 0.02
    assert f"${told['cost_usd']:.6f} at most" in told["detail"]


def test_local_engine_is_tested_for_nothing(novapi: Novapi) -> None:
    told = cost(novapi, provider="llamacpp", models=["local-costless"])

    assert (told["calls"], told["cost_usd"]) == (4, 0)
    assert "free" in told["detail"]


def test_cost_is_at_list_price_where_there_is_one(novapi: Novapi) -> None:
    told = cost(novapi, provider="openai", models=[{"name": "priced", "upstream": "gpt-4o"}], api_keys=[SECRET])

    assert 0.001 < told["cost_usd"] < 0.02
    assert f"${told['cost_usd']:.6f} at most" in told["detail"]


def test_channel_without_a_chat_costs_nothing(novapi: Novapi) -> None:
    told = cost(novapi, models=["bge-m3"])

    assert (told["model"], told["calls"], told["tokens"], told["cost_usd"]) == (None, 0, 0, 0)


def test_cost_of_a_model_that_is_not_offered_is_refused(novapi: Novapi) -> None:
    channel = create(novapi, "Cost of nothing", models=["first"])

    assert novapi.api("GET", f"/channels/{channel['id']}/test?model=second").status_code == 422
