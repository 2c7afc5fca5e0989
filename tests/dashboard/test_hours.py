"""Sums by the hour are those of the days, also where a day has not 24 of them."""

import itertools
import os
import random
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from dashboard import hours, summaries
from dashboard.api.schemas.sums import SummaryFilter
from gateway.call import Outcome
from gateway.chat import Usage
from gateway.records import Batch, Finished, PriceIds, day_as_stored
from tests.running import Novapi

pytestmark = pytest.mark.django_db(transaction=True)
# Zone, the day on which its clocks change, and how many hours that day shows.
CHANGES = [
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 4, 5), 25),  # 24 and a half
    ("Asia/Kolkata", date(2026, 10, 25), 24),
    ("UTC", date(2026, 10, 25), 24),
]
_ids = itertools.count()


@pytest.fixture
def in_zone() -> Iterator[Any]:
    before = os.environ.get("TZ")

    def move_to(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()
        day_as_stored.cache_clear()

    yield move_to
    os.environ.pop("TZ", None) if before is None else os.environ.update(TZ=before)
    time.tzset()
    day_as_stored.cache_clear()


def finished(rng: random.Random, at: float) -> Finished:
    number, stream = rng.randrange(3), rng.random() < 0.5
    status, error = rng.choice([(200, ""), (200, "broke off"), (499, "The client went away."), (502, "down")])
    key = rng.choice([(None, ""), (1, "Own"), (2, "Other")])
    call = (f"nv_hour{next(_ids)}", *key, f"app {number}", "openai-chat", "chat/completions", "m", stream, False, "")
    outcome = Outcome(
        channel_id=number or None, channel=f"Channel {number}", provider="openai", model_sent="gpt-4o", status=status,
        error=error, answered=status != 502, attempts=rng.randrange(4), tokens=Usage(rng.randrange(4000), number),
        first_token_ms=rng.expovariate(1 / 800) if stream else None,
    )  # fmt: skip
    return Finished(call, outcome, rng.expovariate(1 / 3000), at, None)


def fill(zone: str, changed: date) -> None:
    """A call every seven minutes of four days, the second of which has the change of the clocks."""
    rng = random.Random(1)
    first = datetime(changed.year, changed.month, changed.day, tzinfo=ZoneInfo(zone)) - timedelta(days=1)
    started = [first.timestamp() + number * 420 + 0.5 for number in range(4 * 86_400 // 420)]
    Batch([finished(rng, at) for at in started], PriceIds()).write()


def summed(by: list[str], changed: date, **given: Any) -> Any:
    since, until = changed - timedelta(days=1), changed + timedelta(days=1)
    return summaries.summary(SummaryFilter.model_validate({"by": by, "since": since, "until": until} | given))


ADDED_UP = ("requests", "errors", "cut", "streams", "retries", "unpriced", "input_tokens", "output_tokens", "cost_usd",
            "wasted_usd", "duration_ms")  # fmt: skip


@pytest.mark.parametrize(("zone", "changed", "count"), CHANGES)
def test_hours_of_a_day_add_up_to_it(in_zone: Any, zone: str, changed: date, count: int) -> None:
    in_zone(zone)
    fill(zone, changed)

    by_day, by_hour = summed(["day"], changed), summed(["hour"], changed)

    assert len(by_day["rows"]) == 3
    for day in by_day["rows"]:
        of_day = [row for row in by_hour["rows"] if row["hour"].startswith(str(day["day"]))]
        assert len(of_day) == (count if str(day["day"]) == str(changed) else 24)
        for name in ADDED_UP:
            assert sum(row[name] for row in of_day) == pytest.approx(day[name], rel=1e-9), name
    assert by_hour["total"] == pytest.approx(by_day["total"])
    assert len({row["hour"] for row in by_hour["rows"]}) == len(by_hour["rows"])


@pytest.mark.parametrize("other", ["key", "app", "channel", "model"])
@pytest.mark.parametrize("given", [{}, {"app": "app 1"}, {"channel": 2}, {"key": 1}, {"key": 0}, {"model": "gpt-4o"}])
def test_hours_of_each_group_add_up_to_its_days(in_zone: Any, other: str, given: dict[str, Any]) -> None:
    in_zone("Europe/Berlin")
    changed = date(2026, 10, 25)
    fill("Europe/Berlin", changed)

    by_day, by_hour, turned = (
        summed(by, changed, **given) for by in (["day", other], ["hour", other], [other, "hour"])
    )

    for day in by_day["rows"]:
        of_day = [
            row for row in by_hour["rows"] if row["hour"].startswith(str(day["day"])) and row[other] == day[other]
        ]
        assert sum(row["requests"] for row in of_day) == day["requests"]
        assert sum(row["cost_usd"] for row in of_day) == pytest.approx(day["cost_usd"])
    assert by_hour["total"] == pytest.approx(by_day["total"])
    assert sorted(map(str, turned["rows"])) == sorted(map(str, by_hour["rows"]))
    costs = [row["cost_usd"] for row in turned["rows"]]
    assert costs == sorted(costs, reverse=True)


def test_hours_are_told_with_their_offset(in_zone: Any) -> None:
    in_zone("Europe/Berlin")
    fill("Europe/Berlin", date(2026, 10, 25))

    rows = summed(["hour"], date(2026, 10, 25))["rows"]

    told = [row["hour"] for row in rows]
    assert told[:2] == ["2026-10-24T00:00:00+02:00", "2026-10-24T01:00:00+02:00"]
    assert [hour for hour in told if hour.startswith("2026-10-25T02")] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]


def test_more_calls_than_can_be_summed_up_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fill("UTC", date(2026, 10, 25))
    monkeypatch.setattr(hours, "MOST_RECORDS", 500)
    monkeypatch.setattr(hours, "MOST_GROUPED", 300)

    with pytest.raises(ValidationError, match="500 calls at most"):
        summed(["hour"], date(2026, 10, 25))
    with pytest.raises(ValidationError, match="300 calls at most"):
        summed(["hour", "app"], date(2026, 10, 25))
    assert summed(["hour"], date(2026, 10, 24))["total"]["requests"] < 500


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("by=hour&since=2026-11-01&until=2026-11-08", "since", "7 days at most"),
        ("by=hour&by=day", "by", "one of key, app, channel, model"),
        ("by=month&by=hour", "by", "one of key, app, channel, model"),
    ],
)
def test_hours_that_make_no_sense_are_refused_by_name(novapi: Novapi, query: str, field: str, words: str) -> None:
    answer = novapi.api("GET", f"/usage/summary?{query}")

    assert answer.status_code == 422
    assert words in str(answer.json()["fields"][field])


@pytest.mark.parametrize("query", ["by=hour", "by=hour&by=hour", "by=hour&since=2026-11-01&until=2026-11-07"])
def test_hours_are_part_of_the_api(novapi: Novapi, query: str) -> None:
    assert novapi.api("GET", f"/usage/summary?{query}").status_code == 200
