"""Headers and addresses: what travels to the provider, what never does, what comes back."""

from typing import Any

import pytest

from tests.fake_upstream import FakeUpstream, completion, head, json_reply
from tests.running import Novapi

TRAVELLING = {
    "user-agent": "MyApp/1.2 (x)",
    "openai-beta": "assistants=v2",
    "idempotency-key": "once-7",
    "accept": "application/json",
    "http-referer": "https://app.example",
    "x-title": "My App",
}
STAYING = {
    "cookie": "session=secret",
    "x-forwarded-for": "10.1.2.3",
    "x-forwarded-host": "app.example",
    "x-real-ip": "10.1.2.3",
    "forwarded": "for=10.1.2.3",
    "origin": "http://localhost",
    "referer": "http://localhost/page",
    "openai-organization": "org-of-the-app",
    "x-stainless-lang": "python",
    "x-custom": "whatever",
    "te": "trailers",
    "proxy-authorization": "Basic c2VjcmV0",
    "x-goog-api-key": "AIza-of-the-app",
    "api-key": "of-the-app",
}


def test_useful_headers_of_the_client_travel(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)

        novapi.call(json={"model": model}, headers=TRAVELLING)

    sent = upstream.received[0].headers
    assert {name: sent.get(name) for name in TRAVELLING} == TRAVELLING
    assert sent["content-type"] == "application/json"
    assert sent["authorization"] == "Bearer sk-upstream-secret-0001"


def test_other_headers_of_the_client_stay_here(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)

        novapi.call(json={"model": model}, headers=STAYING | {"x-api-key": novapi.key, "connection": "close"})

    sent = upstream.received[0].headers
    assert sorted(set(sent) & set(STAYING)) == []
    assert "x-api-key" not in sent
    assert sent["host"] == f"127.0.0.1:{upstream.port}"
    assert novapi.key not in str(sent)
    assert sent.get("connection", "keep-alive").lower() != "close"


def test_nothing_is_added_for_a_client_that_sends_little(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = f'{{"model":"{model}"}}'.encode()

        with novapi.http.stream(
            "POST",
            "/v1/chat/completions",
            content=body,
            headers={"authorization": f"Bearer {novapi.key}", "content-type": "application/json", "user-agent": ""},
        ) as response:
            response.read()

    assert set(upstream.received[0].headers) <= {
        "host",
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "user-agent",
    }


def test_private_headers_of_the_provider_stay_there(novapi: Novapi) -> None:
    private = {
        "Set_Cookie": "id=1",
        "Keep_Alive": "timeout=5",
        "Via": "1.1 proxy",
        "Server": "cloudflare",
        "Strict_Transport_Security": "max-age=1",
        "Access_Control_Allow_Origin": "*",
        "Proxy_Authenticate": "Basic",
        "Alt_Svc": "h3",
    }
    with FakeUpstream(json_reply(completion(), X_RateLimit_Remaining="9", X_Request_Id="r", **private)) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    names = {name.replace("_", "-").lower() for name in private}
    assert {name: value for name, value in response.headers.items() if name in names} == {}
    assert "close" not in response.headers.get("connection", "")
    assert (response.headers["x-ratelimit-remaining"], response.headers["x-request-id"]) == ("9", "r")


def test_header_that_the_provider_calls_hop_by_hop_stays_there(novapi: Novapi) -> None:
    with FakeUpstream(
        lambda call: [head(X_Hop="1").replace(b": close", b": close, X-Hop"), b'{"choices":[]}']
    ) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert response.status_code == 200
    assert "x-hop" not in response.headers


def test_headers_with_our_names_are_ours(novapi: Novapi) -> None:
    fake = {"X_Novapi_Request_Id": "nv_fake", "X_Novapi_Channel": "Fake", "X_Novapi_Attempts": "9"}
    with FakeUpstream(json_reply(completion(), **fake)) as upstream:
        model = novapi.add_channel(upstream.url, name="Genuine")

        response = novapi.chat(model)

    assert response.headers.get_list("x-novapi-channel") == ["Genuine"]
    assert response.headers.get_list("x-novapi-attempts") == ["1"]
    assert len(response.headers.get_list("x-novapi-request-id")) == 1


def test_overhead_leaves_out_the_time_of_the_provider(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [0.4, head(), b'{"choices":[]}']) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert response.elapsed.total_seconds() > 0.4
    assert 0 < float(response.headers["x-novapi-overhead-ms"]) < 100


def test_headers_of_the_channel_are_sent_and_win(novapi: Novapi) -> None:
    own = {"X-Team": "blue", "User-Agent": "pinned/1"}
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, headers=own)

        novapi.call(json={"model": model}, headers={"user-agent": "app/2"})

    assert upstream.received[0].headers["x-team"] == "blue"
    assert upstream.received[0].headers["user-agent"] == "pinned/1"


@pytest.mark.parametrize(
    ("provider", "header", "value"),
    [
        ("custom", "authorization", "Bearer {key}"),
        ("openai", "authorization", "Bearer {key}"),
        ("ollama", "authorization", "Bearer {key}"),
        ("sarvam", "api-subscription-key", "{key}"),
        ("azure-v1", "api-key", "{key}"),
    ],
)
def test_provider_gets_its_key_where_it_wants_it(novapi: Novapi, provider: str, header: str, value: str) -> None:
    key = "sk-upstream-secret-0001"
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, provider=provider)

        novapi.chat(model)

    sent = upstream.received[0].headers
    assert {name: text for name, text in sent.items() if key in text} == {header: value.format(key=key)}


def test_engine_without_key_gets_none(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, provider="llamacpp", api_keys=[])

        response = novapi.chat(model)

    assert response.status_code == 200
    assert "authorization" not in upstream.received[0].headers


@pytest.mark.parametrize(
    ("base", "version", "path"),
    [
        ("", "", "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21"),
        ("", "2025-04-01-preview", "/openai/deployments/my%20gpt/chat/completions?api-version=2025-04-01-preview"),
        ("/openai/deployments/fixed", "", "/openai/deployments/fixed/chat/completions?api-version=2024-10-21"),
    ],
)
def test_dated_azure_has_its_deployment_in_the_path(novapi: Novapi, base: str, version: str, path: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(
            f"http://127.0.0.1:{upstream.port}{base}",
            provider="azure-legacy",
            api_version=version,
            models=[{"name": f"azure{base}{version}", "upstream": "my gpt"}],
            model=f"azure{base}{version}",
        )

        response = novapi.chat(model)

    assert response.status_code == 200
    assert upstream.received[0].path == path
    assert upstream.received[0].headers["api-key"] == "sk-upstream-secret-0001"
    assert "authorization" not in upstream.received[0].headers


def test_new_azure_has_openais_paths(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(f"http://127.0.0.1:{upstream.port}/openai/v1", provider="azure-v1")

        novapi.chat(model)

    assert upstream.received[0].path == "/openai/v1/chat/completions"


@pytest.mark.parametrize(
    ("given", "name"), [("playground", "playground"), ("\u00a0".encode(), "My App"), ("a\u0085b".encode(), "a b")]
)
def test_app_that_names_itself_for_novapi_is_known_by_that_name(novapi: Novapi, given: str | bytes, name: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        headers: dict[str, Any] = {"x-novapi-app": given, "x-title": "My App", "user-agent": "browser/1"}
        answer = novapi.call(json={"model": model, "messages": []}, headers=headers)

    assert novapi.record(answer.headers["x-novapi-request-id"])["app"] == name
    assert "x-novapi-app" not in upstream.received[0].headers
