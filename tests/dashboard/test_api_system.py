"""/api/providers, /api/models, /api/preferences, /api/status, /api/about through the front door."""

import json
import platform
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels_app.providers import PROVIDERS
from novapi_site import __version__
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually, moved_program

DEFAULTS = {
    "max_attempts": 4, "connect_s": 10, "first_byte_s": 120, "idle_s": 60, "total_s": 300, "max_body_mb": 64,
    "failures_to_pause": 3, "sticky": True, "paid_recovery": False, "offline": False,
    "capture": "all", "capture_mb": 1024, "capture_days": 30, "record_days": None,
    "runaway_failures": 50, "runaway_usd_per_minute": 20, "currency": "usd", "yuan_per_dollar": 7.2,
    "on_close": "keep",
}  # fmt: skip


@pytest.fixture
def restored(novapi: Novapi) -> Iterator[Novapi]:
    """The running Novapi, whose preferences are the defaults again after the test."""
    yield novapi
    novapi.api("PATCH", "/preferences", json=DEFAULTS)


def test_every_provider_is_listed_with_what_is_unverified(novapi: Novapi) -> None:
    listed = {row["id"]: row for row in novapi.api("GET", "/providers").json()}

    assert len(listed) == len(PROVIDERS) >= 85
    assert listed["openai"]["base_url"] == "https://api.openai.com/v1"
    assert listed["openai"]["dialects"] == ["openai-chat", "openai-responses"]
    assert listed["openai"]["unverified"] == []
    assert listed["openai"]["keys_url"] == "https://platform.openai.com/api-keys"
    assert listed["deepseek"]["billing_url"] == "https://platform.deepseek.com/top_up"
    assert (listed["deepseek"]["name_zh"], listed["openai"]["name_zh"]) == ("深度求索", "")
    assert listed["azure-v1"]["needs_base_url"] is True
    assert listed["ollama"]["local"] is True
    assert [id_ for id_, row in sorted(listed.items()) if row["tells_loaded"]] == ["llamacpp", "lmstudio", "ollama"]
    assert [id_ for id_, row in sorted(listed.items()) if row["pulls"]] == ["lmstudio", "ollama"]
    marked = {id_ for id_, row in listed.items() if row["unverified"]}
    assert marked == {row.id for row in PROVIDERS.values() if row.unverified}
    assert marked


def test_models_are_listed_with_who_offers_them(novapi: Novapi) -> None:
    model = novapi.add_channel("http://127.0.0.1:9/v1", name="Offers it first", priority=9)
    novapi.add_channel("http://127.0.0.1:9/v1", name="Offers it second", model=model)
    novapi.api("POST", "/aliases", json={"name": "system-alias", "models": [model, "nobody-has-it"]})

    listed = {row["name"]: row for row in novapi.api("GET", "/models").json()}

    assert (listed[model]["channels"], listed[model]["alias_of"]) == (["Offers it first", "Offers it second"], [])
    assert listed["system-alias"]["channels"] == []
    assert listed["system-alias"]["alias_of"] == [model, "nobody-has-it"]
    assert list(listed) == sorted(listed)


def test_models_are_those_that_apps_see(novapi: Novapi) -> None:
    ours = [row["name"] for row in novapi.api("GET", "/models").json()]

    theirs = [row["id"] for row in novapi.http.get("/v1/models", headers=novapi.authorization).json()["data"]]

    assert ours == theirs


def test_preferences_change_one_by_one(restored: Novapi) -> None:
    before = restored.api("GET", "/preferences").json()

    changed = restored.api("PATCH", "/preferences", json={"max_attempts": 2, "idle_s": None})

    assert before == DEFAULTS
    assert changed.status_code == 200
    assert changed.json() == restored.api("GET", "/preferences").json() == DEFAULTS | {"max_attempts": 2}


def test_largest_request_is_in_force_at_once(restored: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = restored.add_channel(upstream.url)
        text = "x" * (2**20 + 1)

        restored.api("PATCH", "/preferences", json={"max_body_mb": 1})
        refused = restored.chat(model, messages=[{"role": "user", "content": text}])
        restored.api("PATCH", "/preferences", json={"max_body_mb": 64})
        accepted = restored.chat(model, messages=[{"role": "user", "content": text}])

    assert [refused.status_code, accepted.status_code] == [413, 200]
    assert "1 MiB" in refused.json()["error"]["message"]


def test_most_tries_per_call_is_in_force_at_once(restored: Novapi) -> None:
    with FakeUpstream(json_reply({"error": {"message": "overloaded"}}, 503)) as upstream:
        model = restored.add_channel(upstream.url, api_keys=["sk-tried-1111111", "sk-tried-2222222"])

        restored.api("PATCH", "/preferences", json={"max_attempts": 1})
        response = restored.chat(model)

    assert response.headers["x-novapi-attempts"] == "1"
    assert len(upstream.received) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 11}, "max_attempts"),
        ({"max_attempts": 1.5}, "max_attempts"),
        ({"max_body_mb": 0}, "max_body_mb"),
        ({"max_body_mb": 1025}, "max_body_mb"),
        ({"connect_s": 0}, "connect_s"),
        ({"first_byte_s": "long"}, "first_byte_s"),
        ({"idle_s": -1}, "idle_s"),
        ({"nonsense": 1}, "nonsense"),
        ({"currency": "eur"}, "currency"),
        ({"currency": "CNY"}, "currency"),
        ({"yuan_per_dollar": 0}, "yuan_per_dollar"),
        ({"yuan_per_dollar": -7}, "yuan_per_dollar"),
        ({"yuan_per_dollar": "seven"}, "yuan_per_dollar"),
        ({"yuan_per_dollar": 10**9}, "yuan_per_dollar"),
        ({"on_close": "hide"}, "on_close"),
    ],
)
def test_preference_that_makes_no_sense_is_refused(novapi: Novapi, wrong: dict[str, Any], field: str) -> None:
    response = novapi.api("PATCH", "/preferences", json=wrong)

    assert response.status_code == 422
    assert set(response.json()["fields"]) == {field}
    assert novapi.api("GET", "/preferences").json() == DEFAULTS


def test_preference_without_end_is_refused(restored: Novapi) -> None:
    response = restored.api(
        "PATCH", "/preferences", content=b'{"connect_s": 1e999}', headers={"content-type": "application/json"}
    )

    assert response.status_code == 422


def test_status_tells_what_is_running_and_where(novapi: Novapi) -> None:
    status = novapi.api("GET", "/status").json()

    assert status["version"] == __version__
    assert Path(status["home"]) == novapi.home
    assert status["secrets"] == "file"
    assert status["models"] == len(novapi.api("GET", "/models").json())
    assert (status["unreadable_keys"], status["records_lost"]) == (0, 0)


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "localhost"), ("[::1]", "localhost")])
def test_status_tells_what_apps_are_to_call(novapi: Novapi, host: str, shown: str) -> None:
    url = f"http://{host}:{novapi.port}/api/status"
    headers = novapi.authorization | {"host": "localhost:5173"}  # a proxy's, as a developer of the dashboard has it

    status = httpx.get(url, headers=headers, trust_env=False).json()

    assert (status["base_url"], status["port"]) == (f"http://{shown}:{novapi.port}", novapi.port)
    assert novapi.http.get(f"{status['base_url']}/healthz").status_code == 200


def test_status_tells_since_when_it_runs_and_on_what(novapi: Novapi) -> None:
    status = novapi.api("GET", "/status").json()

    assert 0 < time.time() - status["started_at"] < 3600
    assert status["database_mb"] * 2**20 >= (novapi.home / "novapi.db").stat().st_size - 2**20
    assert status["python"] == platform.python_version()
    assert status["sqlite"].startswith("3.")


def test_status_tells_whose_the_port_is_that_was_wanted(novapi: Novapi, tmp_path: Path) -> None:
    with Novapi(tmp_path / "home", root=moved_program(tmp_path, 3000, "python, process 123")) as moved:
        status = moved.api("GET", "/status").json()

    assert status["moved_from"] == {"port": 3000, "holder": "python, process 123"}
    assert status["port"] == moved.port
    assert novapi.api("GET", "/status").json()["moved_from"] is None


def test_about_tells_of_what_it_is_made_with_versions_and_licences(novapi: Novapi) -> None:
    about = novapi.api("GET", "/about").json()

    found = {row["name"].lower(): row for row in about["libraries"]}
    assert (about["version"], about["licence"]) == (__version__, "MIT")
    assert found["django"] == {"name": "Django", "version": version("django"), "licence": "BSD-3-Clause"}
    assert {"pydantic_core", "sqlparse"} <= set(found)  # what those want whom Novapi wants
    assert "pytest" not in found
    assert [name for name, row in found.items() if not row["licence"]] == []
    assert (about["built_at"], about["executable"]) == (None, False)
    assert (about["event_loop"], about["http_parser"]) == ("uvloop", "uvicorn.protocols.http.httptools_impl")


def test_licences_come_in_full(novapi: Novapi) -> None:
    answer = novapi.api("GET", "/about/licences")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Copyright (c) Django Software Foundation and individual contributors." in answer.text
    assert "pydantic_core" in answer.text


def test_key_sealed_elsewhere_is_counted_and_named_in_the_log(novapi: Novapi) -> None:
    model = novapi.add_channel("http://127.0.0.1:9/v1", name="Sealed elsewhere")

    novapi.write(
        "UPDATE channels_app_channelkey SET sealed = 'gAAAA' WHERE channel_id ="
        " (SELECT id FROM channels_app_channel WHERE name = 'Sealed elsewhere')"
    )
    counted = eventually(lambda: novapi.api("GET", "/status").json()["unreadable_keys"], 1)
    response = novapi.chat(model)
    novapi.write("DELETE FROM channels_app_channelkey WHERE sealed = 'gAAAA'")

    assert counted == 1
    assert response.status_code == 404
    assert "usable key" in response.json()["error"]["message"]
    assert eventually(lambda: not novapi.api("GET", "/status").json()["unreadable_keys"], 1)


def test_openapi_description_is_whole(novapi: Novapi) -> None:
    response = novapi.api("GET", "/openapi.json")

    paths = json.loads(response.text)["paths"]
    assert {"/api/channels", "/api/channels/{channel_id}", "/api/keys/master", "/api/aliases"} <= set(paths)
