"""What was lost: cut off, broken off, tried in vain; as the owner is told of it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dashboard.api.schemas.sums import WasteFilter
from dashboard.waste import first_attempt, waste
from gateway.chat import Usage
from gateway.models import Attempt
from gateway.offers import Plan
from gateway.records import Batch, PriceIds
from gateway.route import Route
from gateway.spending import local_day
from tests.fake_upstream import FakeUpstream, chunk, completion, event_stream, head, json_reply
from tests.gateway.test_rollups import finished
from tests.gateway.values import attempt, channel
from tests.running import Novapi, eventually

NOW = time.time()
SPENT = Usage(100_000, 10_000)  # $0.35 of gpt-4o
first, second, third = (attempt(channel(name)) for name in ("First", "Second", "Third"))
RETRIED = [(first, 0.1, 503, "overloaded"), (second, 0.2, 0, "could not be reached"), (third, 0.3, 200, "")]
IN_VAIN = [(first, 0.1, 503, "overloaded"), (second, 0.2, 0, "could not be reached")]


def retried(tried: Any, **members: Any) -> Any:
    return finished(
        attempts=len(tried), route=Route(Plan([first, second, third]), list(tried)), tokens=SPENT, **members
    )


def write(*calls: Any) -> list[str]:
    """Their ids."""
    Batch(list(calls), PriceIds()).write()
    return [call.call[0] for call in calls]


def rows(**given: Any) -> dict[tuple[str, str, int | None], Any]:
    found = waste(WasteFilter(**given))["rows"]
    return {(row["channel"], row["reason"], row["status"]): row for row in found}


@pytest.mark.django_db(transaction=True)
def test_lost_answers_are_told_with_their_money() -> None:
    cut = {"status": 499, "error": "The client went away.", "channel_id": 1, "channel": "Work", "tokens": SPENT}
    broken = {"status": 200, "error": "broke off", "channel_id": 2, "channel": "Home", "tokens": SPENT}
    ids = write(
        finished(**cut, ms=1000.0, at=NOW - 60),
        finished(**cut, ms=500.0, at=NOW - 50),
        finished(**broken, ms=200.0),
        finished(**(broken | {"provider": "custom", "model_sent": "own"})),
        finished(status=502, error="down", channel_id=1, channel="Work", answered=False),
        finished(tokens=SPENT, channel_id=1, channel="Work"),
    )

    told = waste(WasteFilter())

    work, home = told["rows"]
    assert (work["channel"], work["reason"], work["count"], work["cost_usd"]) == ("Work", "cut", 2, 0.7)
    assert (work["ms"], work["unpriced"], work["examples"]) == (1500.0, 0, [ids[1], ids[0]])
    assert (home["channel"], home["reason"], home["count"], home["cost_usd"]) == ("Home", "broken", 2, 0.35)
    assert (home["unpriced"], set(home["examples"])) == (1, {ids[2], ids[3]})
    assert told["total"] == {
        "calls": 4, "attempts": 0, "cost_usd": pytest.approx(1.05), "unpriced": 1, "estimated": 0, "ms": 1720.5,
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_attempts_before_an_answer_cost_time_and_nobody_knows_what_else() -> None:
    ids = write(*[retried(RETRIED) for _ in range(5)], retried(IN_VAIN, status=502, error="all failed"))

    told = rows()

    assert set(told) == {("First", "retried", 503), ("Second", "retried", 0)}
    overloaded = told["First", "retried", 503]
    assert (overloaded["count"], overloaded["ms"], overloaded["cost_usd"]) == (5, pytest.approx(500), None)
    assert overloaded["examples"] == [ids[4], ids[3], ids[2]]
    assert waste(WasteFilter())["total"]["attempts"] == 10
    assert [row["channel"] for row in waste(WasteFilter())["rows"]] == ["Second", "First"]  # the longest first


@pytest.mark.django_db(transaction=True)
def test_waste_is_filtered_like_a_summary() -> None:
    cut = {"status": 499, "error": "The client went away.", "channel_id": 1, "channel": "Work", "tokens": SPENT}
    write(
        finished(**cut, app="chat"),
        finished(**cut, app="agent"),
        retried(RETRIED, app="chat"),
        retried(RETRIED, app="agent", at=NOW - 3 * 86_400),
    )
    today = local_day(NOW)

    assert rows(app="chat")["Work", "cut", None]["count"] == 1
    assert rows(app="chat")["First", "retried", 503]["count"] == 1
    assert rows(app="nobody") == {}
    assert set(rows(channel=1)) == {("Work", "cut", None)}
    assert set(rows(channel=first.candidate.channel.id)) == {("First", "retried", 503)}
    assert set(rows(model="gpt-4o")) == {("Work", "cut", None)}
    assert rows(model="gpt-upstream")["First", "retried", 503]["count"] == 2
    assert rows(key=0) == {}
    assert rows(since=today)["First", "retried", 503]["count"] == 1
    assert rows(until=today - timedelta(days=1))["First", "retried", 503]["count"] == 1
    assert rows(until=today - timedelta(days=4)) == {}


@pytest.mark.django_db(transaction=True)
def test_attempts_are_found_however_many_are_older() -> None:
    for day in range(40, 0, -1):
        write(*[retried(IN_VAIN, at=NOW - day * 86_400, status=502, error="down") for _ in range(40)])
    assert Attempt.objects.count() == 3200
    ids = write(retried(RETRIED))

    oldest = Attempt.objects.get(id=first_attempt(NOW - 86_400) or 1)

    assert 0 < Attempt.objects.filter(id__lt=oldest.id).count() < Attempt.objects.count()
    assert oldest.started_at.timestamp() <= NOW - 86_400
    assert rows(since=local_day(NOW))["First", "retried", 503]["examples"] == ids


@pytest.fixture(scope="module")
def wasteful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """An app that leaves twice, a stream that breaks off, a call that finds its answer at the second channel."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    scripts = {
        "Leaving": lambda call: [head(200, "text/event-stream"), chunk("one"), 20.0],
        "Breaking": event_stream(chunk("a"), 0.05, chunk("b")),
        "Busy": json_reply({"error": {"message": "overloaded"}}, 503),
        "Good": json_reply(completion(usage=usage)),
    }
    models = {"Leaving": "left", "Breaking": "broken", "Busy": "retried", "Good": "retried"}
    with ExitStack() as stack:
        novapi = stack.enter_context(Novapi(tmp_path_factory.mktemp("wasteful") / "novapi"))
        for name, script in scripts.items():
            url = stack.enter_context(FakeUpstream(script)).url
            novapi.add_channel(url, name=name, priority=9 if name == "Busy" else 0, models=[models[name]])
        for _ in range(2):
            leave(novapi)
        novapi.chat("broken", stream=True)
        novapi.chat("retried")
        assert eventually(lambda: len(novapi.api("GET", "/usage/records").json()["records"]) == 4)
        yield novapi


def leave(novapi: Novapi) -> None:
    body = {"model": "left", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    url = f"{novapi.http.base_url}/v1/chat/completions"
    with httpx.stream("POST", url, json=body, headers=novapi.authorization) as response:
        next(response.iter_bytes())


def test_what_was_lost_is_told_by_the_api(wasteful: Novapi) -> None:
    told = wasteful.api("GET", "/usage/waste").json()

    found = {(row["channel"], row["reason"], row["status"]): row for row in told["rows"]}
    assert {key: row["count"] for key, row in found.items()} == {
        ("Leaving", "cut", None): 2,
        ("Breaking", "broken", None): 1,
        ("Busy", "retried", 503): 1,
    }
    assert (told["total"]["calls"], told["total"]["attempts"]) == (3, 1)
    assert found["Leaving", "cut", None]["estimated"] == 2
    assert found["Busy", "retried", 503]["ms"] > 0
    for row in told["rows"]:
        for request_id in row["examples"]:
            assert wasteful.api("GET", f"/usage/records/{request_id}").status_code == 200


@pytest.mark.parametrize("query", ["by=day", "since=x", "channel=-2", "nonsense=1"])
def test_senseless_question_for_waste_is_refused(wasteful: Novapi, query: str) -> None:
    assert wasteful.api("GET", f"/usage/waste?{query}").status_code == 422
