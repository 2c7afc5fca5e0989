"""The many ways to write a base URL lead to the same endpoint, and the dashboard's paths stay its own."""

import pytest

from gateway.paths import canonical

ENDPOINTS = [
    "chat/completions",
    "completions",
    "responses",
    "responses/resp_1",
    "responses/resp_1/cancel",
    "embeddings",
    "moderations",
    "rerank",
    "images/generations",
    "images/edits",
    "audio/speech",
    "audio/transcriptions",
]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "spelling",
    [
        "/v1/{}",
        "/v1/{}/",
        "//v1//{}",
        "/v1/v1/{}",
        "/v1/v1/v1/{}",
        "/openai/v1/{}",
        "/openai/v1/v1/{}/",
        "/openai/{}",
        "/{}",
        "/{}//",
    ],
)
def test_every_spelling_means_the_endpoint(spelling: str, endpoint: str) -> None:
    assert canonical(spelling.format(endpoint)) == f"/v1/{endpoint}"


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1", "/v1"),
        ("/v1/", "/v1"),
        ("/openai/v1", "/v1"),
        ("/anthropic/v1/messages", "/v1/messages"),
        ("/v1/models", "/v1/models"),
        ("/v1/models/org/name:tag", "/v1/models/org/name:tag"),
        ("/v1/models/v1/v1", "/v1/models/v1/v1"),
        ("/v1/no/such/endpoint", "/v1/no/such/endpoint"),
        ("/healthz", "/healthz"),
        ("/healthz/", "/healthz"),
    ],
)
def test_other_paths_below_v1_are_the_gateways(path: str, endpoint: str) -> None:
    assert canonical(path) == endpoint


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "/api/channels",
        "/api/v1/chat/completions",
        "/admin/",
        "/static/app.js",
        "/v10/models",
        "/v1.evil/chat/completions",
        "/models",
        "/channels",
        "/chat",
        "/chat/completions/x",
        "/images",
        "/openai",
        "/x/v1/chat/completions",
        "/V1/chat/completions",
        "/healthz/x",
    ],
)
def test_other_paths_are_not_the_gateways(path: str) -> None:
    assert canonical(path) is None


@pytest.mark.parametrize("path", ["/v1/docs", "/v1/docs/", "//v1/docs", "/v1/openapi.json"])
def test_docs_are_a_page_for_the_owner(path: str) -> None:
    assert canonical(path) is None


@pytest.mark.parametrize("path", ["/v1/v1/docs", "/openai/v1/docs", "/openai/v1/openapi.json"])
def test_docs_are_a_page_for_the_owner_in_every_spelling(path: str) -> None:
    assert canonical(path) != "/v1/" + path.rpartition("/")[2]


def test_canonical_path_stays_as_it_is() -> None:
    for endpoint in ENDPOINTS:
        assert canonical(f"/v1/{endpoint}") == f"/v1/{endpoint}"


def test_long_path_is_answered_at_once() -> None:
    assert canonical("/v1" * 100_000 + "/x") == "/v1/x"
    assert canonical("/responses" + "/a" * 100_000) == "/v1/responses" + "/a" * 100_000
