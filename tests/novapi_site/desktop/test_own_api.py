"""What the tray can do, done over HTTP at a real Novapi."""

import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from channels_app.candidates import watcher
from gateway.failures import failures
from gateway.pause import Pause, pause
from novapi_site.desktop import own_api
from novapi_site.desktop.abilities import Abilities, Status
from novapi_site.desktop.own_api import OwnApi
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually

MODEL = "novapi/echo"


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("own") / "novapi") as running:
        yield running


@pytest.fixture
def able(novapi: Novapi) -> Iterator[Abilities]:
    with opened(novapi) as api:
        yield own_api.abilities(api, str, lambda: None)


def opened(novapi: Novapi) -> OwnApi:
    return OwnApi(lambda: f"http://localhost:{novapi.port}", novapi.launch_link.split("token=")[1])


def test_address_and_key_are_what_an_app_needs(able: Abilities, novapi: Novapi) -> None:
    answer = httpx.post(
        f"{able.base_url()}/chat/completions",
        headers={"authorization": f"Bearer {able.key()}"},
        json={"model": MODEL, "messages": []},
        trust_env=False,
    )

    assert answer.status_code == 200
    assert able.base_url() == f"http://localhost:{novapi.port}/v1"


def test_key_is_the_new_one_after_it_was_replaced(able: Abilities, novapi: Novapi) -> None:
    before = able.key()
    novapi.key = novapi.api("POST", "/keys/master/rotate").json()["key"]

    assert before != able.key() == novapi.key


def test_pause_and_resume(able: Abilities, novapi: Novapi) -> None:
    able.pause(60)
    until, told = able.status().paused_until, novapi.api("GET", "/status").json()["paused_until"]
    during = novapi.chat(MODEL).status_code
    able.resume()

    assert (until, during) == (told, 503)
    assert until is not None
    assert (able.status().paused_until, novapi.chat(MODEL).status_code) == (None, 200)


def test_offline_mode(able: Abilities, novapi: Novapi) -> None:
    able.set_offline(True)
    during = able.status().is_offline, novapi.api("GET", "/preferences").json()["offline"]
    able.set_offline(False)

    assert during == (True, True)
    assert replace(able.status(), failures=()) == Status(f"localhost:{novapi.port}", "$0.00")


def test_last_failures_are_told_the_newest_first(able: Abilities, novapi: Novapi) -> None:
    ids = [novapi.chat(f"no-such-{number}").headers["x-novapi-request-id"] for number in range(4)]
    assert novapi.record(ids[-1])["error"]

    failures = able.status().failures

    assert [failure.model for failure in failures] == ["no-such-3", "no-such-2", "no-such-1"]
    assert [failure.page for failure in failures] == [f"/log/{each}" for each in ids[:0:-1]]
    assert all(abs(failure.at - time.time()) < 60 and "no-such" in failure.error for failure in failures)


def test_money_of_today_is_in_the_owner_s_currency(able: Abilities, novapi: Novapi) -> None:
    reply = json_reply(
        completion(usage={"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000})
    )
    with FakeUpstream(reply) as upstream:
        novapi.add_channel(upstream.url, provider="openai", models=[{"name": "priced", "upstream": "gpt-4o"}])
        assert novapi.chat("priced").status_code == 200
    in_dollars = eventually(lambda: (text := able.status().spent_today) != "$0.00" and text)
    novapi.api("PATCH", "/preferences", json={"currency": "cny", "yuan_per_dollar": 7})

    assert (in_dollars, able.status().spent_today) == ("$2.50", "¥17.50")


def test_wrong_token_is_an_error(novapi: Novapi) -> None:
    with OwnApi(lambda: f"http://localhost:{novapi.port}", "wrong") as api, pytest.raises(httpx.HTTPStatusError):
        api.ask("GET", "/status")


def test_server_that_moved_is_followed(novapi: Novapi) -> None:
    places = [f"http://localhost:{novapi.port}"]
    with OwnApi(lambda: places[-1], novapi.launch_link.split("token=")[1]) as api:
        api.ask("GET", "/status")
        places.append(f"http://127.0.0.1:{novapi.port}")

        assert api.ask("GET", "/keys/master")["key"] == novapi.key


def test_mark_moves_with_what_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Pause()
    monkeypatch.setattr("gateway.pause.pause", own)
    monkeypatch.setattr(watcher, "is_offline", False)
    before = own_api.mark()
    own.begin(1)
    paused = own_api.mark()
    own.end()
    resumed = own_api.mark()
    monkeypatch.setattr(watcher, "is_offline", True)
    offline = own_api.mark()
    monkeypatch.setattr(failures, "count", failures.count + 1)

    assert before == resumed
    assert len({before, paused, offline, own_api.mark()}) == 4
    assert pause.until == 0
