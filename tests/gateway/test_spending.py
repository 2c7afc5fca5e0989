"""Budgets: whole numbers, the owner's days and months, over restarts."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_app.table import DOLLARS, Currency, Quota
from gateway.pricing import NANO
from gateway.spending import Overspent, Spending, local_day, midnight, next_month
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually, run

DEAR = {"prompt_tokens": 100_000, "completion_tokens": 10_000, "total_tokens": 110_000}  # $0.35 of gpt-4o
KEY = "key:1"


@pytest.fixture
def in_zone() -> Iterator[Any]:
    before = os.environ.get("TZ")

    def move_to(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()

    yield move_to
    os.environ.pop("TZ", None) if before is None else os.environ.update(TZ=before)
    time.tzset()


def at(zone: str, *moment: int) -> float:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).timestamp()


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def test_day_ends_at_the_owners_midnight_and_the_month_goes_on(in_zone: Any) -> None:
    in_zone("Asia/Shanghai")
    clock = Clock(at("Asia/Shanghai", 2026, 11, 25, 23, 59))
    spending = Spending(clock)
    spending.add(KEY, 5, clock.now)

    before = spending.spent(KEY)
    clock.now += 120
    after = spending.spent(KEY)

    assert (before.today, before.this_month) == (5, 5)
    assert (after.day, after.today, after.this_month) == (date(2026, 11, 26), 0, 5)


def test_month_ends_at_the_owners_midnight(in_zone: Any) -> None:
    in_zone("America/New_York")
    clock = Clock(at("America/New_York", 2026, 11, 30, 23, 59))
    spending = Spending(clock)
    spending.add(KEY, 5, clock.now)
    clock.now += 120

    assert spending.spent(KEY) == (date(2026, 12, 1), 0, 0)


@pytest.mark.parametrize(
    ("moment", "hours"),
    [((2026, 3, 29, 0, 0), 23), ((2026, 10, 25, 0, 0), 25), ((2026, 6, 1, 0, 0), 24), ((2026, 12, 31, 12, 0), 12)],
)
def test_waiting_time_is_exact_when_the_clocks_change(in_zone: Any, moment: tuple[int, ...], hours: int) -> None:
    in_zone("Europe/Berlin")
    clock = Clock(at("Europe/Berlin", *moment))
    spending = Spending(clock)
    spending.add(KEY, NANO, clock.now)

    assert spending.overspent(KEY, Quota(nano_per_day=NANO)) == Overspent(NANO, "today", hours * 3600)


def test_longer_budget_is_told_first(in_zone: Any) -> None:
    in_zone("UTC")
    clock = Clock(at("UTC", 2026, 11, 29, 12, 0))
    spending = Spending(clock)
    spending.add(KEY, NANO, clock.now)

    overspent = spending.overspent(KEY, Quota(nano_per_day=NANO, nano_per_month=NANO))

    assert overspent == Overspent(NANO, "this month", 36 * 3600)
    assert overspent.told(DOLLARS) == "$1.00 for this month"
    assert overspent.told(Currency("cny", 7.2)) == "¥7.20 for this month"


@pytest.mark.parametrize(
    ("nano", "told"),
    [
        (0, "$0.00"), (1, "$0.000000001"), (750, "$0.00000075"), (100_000, "$0.0001"), (9_960_000, "$0.01"),
        (60_000_000, "$0.06"), (1_234_500_000_000, "$1,234.50"), (-100_000, "$-0.0001"),
    ],
)  # fmt: skip
def test_small_amount_is_told_with_digits_that_say_something(nano: int, told: str) -> None:
    assert DOLLARS.told(nano) == told


@pytest.mark.parametrize(("spent", "is_over"), [(0, False), (NANO - 1, False), (NANO, True), (2 * NANO, True)])
def test_budget_is_used_up_to_its_last_billionth(spent: int, is_over: bool) -> None:
    spending = Spending()
    spending.add(KEY, spent, time.time())

    assert bool(spending.overspent(KEY, Quota(nano_per_day=NANO))) is is_over


def test_budget_of_nothing_lets_nothing_through() -> None:
    assert Spending().overspent(KEY, Quota(nano_per_month=0))
    assert not Spending().overspent(KEY, Quota(requests_per_minute=1))


def test_call_of_yesterday_counts_to_the_month_only(in_zone: Any) -> None:
    in_zone("UTC")
    clock = Clock(at("UTC", 2026, 11, 25, 0, 1))
    spending = Spending(clock)
    spending.add(KEY, 5, clock.now)
    spending.add(KEY, 7, clock.now - 120)
    spending.add(KEY, 11, at("UTC", 2026, 10, 31, 23, 59))

    assert spending.spent(KEY) == (date(2026, 11, 25), 5, 12)


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 70 * 24)), max_size=60))
def test_sums_never_drift_from_what_was_added(calls: list[tuple[int, int]]) -> None:
    """In whatever order the hours of two months come."""
    first = midnight(date(2026, 10, 1))
    clock = Clock(first + max([hour for _, hour in calls], default=0) * 3600)
    spending = Spending(clock)
    for nano, hour in calls:
        spending.add(KEY, nano, first + hour * 3600)

    today = local_day(clock.now)
    days = [(nano, local_day(first + hour * 3600)) for nano, hour in calls]
    assert spending.spent(KEY) == (
        today,
        sum(nano for nano, day in days if day == today),
        sum(nano for nano, day in days if (day.year, day.month) == (today.year, today.month)),
    )


@pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 2, 28), date(2026, 12, 31), date(2028, 2, 29)])
def test_next_month_begins_on_its_first(day: date) -> None:
    assert next_month(day) == (date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1))


# Through the front door


def dear(novapi: Novapi, url: str, **members: Any) -> str:
    """A model at the price of gpt-4o, by a public name of its own."""
    name = novapi.add_channel(url, provider="openai", **members)
    channel = next(each for each in novapi.api("GET", "/channels").json() if each["models"][0]["name"] == name)
    novapi.api("PATCH", f"/channels/{channel['id']}", json={"models": [{"name": name, "upstream": "gpt-4o"}]})
    return name


def asked(novapi: Novapi, model: str, key: str) -> httpx.Response:
    """The answer to a small call with a key of its own."""
    return novapi.call(json={"model": model, "messages": []}, headers={"authorization": f"Bearer {key}"})


def channel_of(novapi: Novapi, model: str) -> Any:
    return next(
        each for each in novapi.api("GET", "/channels").json() if model in [row["name"] for row in each["models"]]
    )


def test_call_is_priced_in_its_record(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        model = dear(novapi, upstream.url)
        call_id = novapi.chat(model).headers["x-novapi-request-id"]

    assert novapi.record(call_id)["cost_nano"] == 350_000_000
    assert novapi.api("GET", f"/usage/records/{call_id}").json()["cost_usd"] == 0.35
    shown = channel_of(novapi, model)
    assert (shown["spent_today"], shown["spent_this_month"]) == (0.35, 0.35)


def test_price_that_nobody_knows_is_shown_as_unknown(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        call_id = novapi.chat(novapi.add_channel(upstream.url)).headers["x-novapi-request-id"]

    assert novapi.record(call_id)["cost_nano"] is None
    assert novapi.api("GET", f"/usage/records/{call_id}").json()["cost_usd"] is None


def test_key_over_its_budget_is_told_when_it_may_go_on(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        model = dear(novapi, upstream.url)
        made = novapi.api("POST", "/keys", json={"name": "Thrifty", "budget_per_day": 0.5}).json()
        answers = [asked(novapi, model, made["key"]) for _ in range(2)]
        assert eventually(lambda: novapi.api("GET", f"/keys/{made['id']}").json()["spent_today"] == 0.7)
        answers.append(asked(novapi, model, made["key"]))
        left = midnight(local_day(time.time()) + timedelta(days=1)) - time.time()
        raised = novapi.api("PATCH", f"/keys/{made['id']}", json={"budget_per_day": 50})
        after = asked(novapi, model, made["key"])

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "The key 'Thrifty' has spent its budget of $0.50 for today" in answers[2].json()["error"]["message"]
    assert answers[2].json()["error"]["code"] == "insufficient_quota"
    assert int(answers[2].headers["retry-after"]) == pytest.approx(left, abs=5)
    assert answers[2].headers["x-should-retry"] == "false"
    assert (raised.json()["budget_per_day"], after.status_code) == (50, 200)


def test_channel_over_its_budget_is_passed_over(novapi: Novapi) -> None:
    with (
        FakeUpstream(json_reply(completion(usage=DEAR))) as dear_one,
        FakeUpstream(json_reply(completion("2nd"))) as other,
    ):
        model = dear(novapi, dear_one.url, priority=9, budget_per_month=0.3)
        novapi.chat(model)
        assert eventually(lambda: channel_of(novapi, model)["spent_this_month"] == 0.35)
        alone = novapi.chat(model)
        novapi.add_channel(other.url, models=[model])
        instead = novapi.chat(model)
        call_id = instead.headers["x-novapi-request-id"]
        novapi.record(call_id)
        route = novapi.api("GET", f"/usage/records/{call_id}").json()["route"]

    assert alone.status_code == 429
    assert "Every channel has spent its budget of $0.30 for this month" in alone.json()["error"]["message"]
    assert instead.json()["choices"][0]["message"]["content"] == "2nd"
    assert "has spent its budget of $0.30 for this month" in [each["reason"] for each in route["candidates"]]
    assert len(dear_one.received) == 1


def test_restart_forgets_neither_budgets_nor_the_last_minute(home: Path) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        with Novapi(home) as first:
            model = dear(first, upstream.url)
            thrifty = first.api("POST", "/keys", json={"name": "Thrifty", "budget_per_month": 0.3}).json()["key"]
            rushed = first.api("POST", "/keys", json={"name": "Rushed", "requests_per_minute": 2}).json()["key"]
            before = [asked(first, model, key).status_code for key in (thrifty, rushed, rushed)]
        with Novapi(home) as again:
            assert eventually(lambda: again.api("GET", "/keys").json()[-1]["spent_this_month"] == 0.35)
            over = asked(again, model, thrifty)
            limited = asked(again, model, rushed)

    assert before == [200] * 3
    assert (over.status_code, limited.status_code) == (429, 429)
    assert "budget of $0.30" in over.json()["error"]["message"]
    assert 40 <= int(limited.headers["retry-after"]) <= 60


def test_totals_are_the_sums_of_the_records(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        model = dear(novapi, upstream.url)
        for _ in range(7):
            novapi.chat(model)
    channel = channel_of(novapi, model)

    assert eventually(lambda: channel_of(novapi, model)["spent_today"] == 2.45)
    with closing(sqlite3.connect(f"file:{novapi.home / 'novapi.db'}?mode=ro", uri=True)) as database:
        (total,) = database.execute(
            "SELECT sum(cost_nano) FROM gateway_usagerecord WHERE channel_id = ?", [channel["id"]]
        ).fetchone()
    assert total == 2_450_000_000


def test_days_are_the_owners_and_not_those_of_greenwich(home: Path) -> None:
    """Wherever it is now, in one of these two it is another day than in Greenwich."""
    zone = "Pacific/Pago_Pago" if time.gmtime().tm_hour < 11 else "Pacific/Kiritimati"
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream, Novapi(home, TZ=zone) as novapi:
        model = dear(novapi, upstream.url)
        novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
        told = novapi.api("GET", "/usage/summary?by=day").json()
        assert eventually(lambda: channel_of(novapi, model)["spent_today"] == 0.35)

    assert [row["day"] for row in told["rows"]] == [str(datetime.now(ZoneInfo(zone)).date())]
    assert told["rows"][0]["day"] != str(datetime.now(UTC).date())
    assert run(home, "check-usage", TZ=zone).returncode == 0


def test_budget_is_not_forgotten_with_the_records(home: Path) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream:
        with Novapi(home) as first:
            model = dear(first, upstream.url, budget_per_month=0.3)
            call_id = first.chat(model).headers["x-novapi-request-id"]
            first.record(call_id)
            assert first.api("DELETE", f"/usage/records/{call_id}").status_code == 204
        with Novapi(home) as again:
            assert eventually(lambda: channel_of(again, model)["spent_this_month"] == 0.35)
            assert again.chat(model).status_code == 429


def test_money_is_told_in_the_owners_currency_and_counted_in_dollars(home: Path) -> None:
    with FakeUpstream(json_reply(completion(usage=DEAR))) as upstream, Novapi(home) as novapi:
        yuan = {"currency": "cny", "yuan_per_dollar": 7.1, "runaway_usd_per_minute": 0.8}
        assert novapi.api("PATCH", "/preferences", json=yuan).status_code == 200
        model = dear(novapi, upstream.url)
        key = novapi.api("POST", "/keys", json={"name": "Thrifty", "budget_per_day": 0.3}).json()
        asked(novapi, model, key["key"])
        assert eventually(lambda: novapi.api("GET", f"/keys/{key['id']}").json()["spent_today"] == 0.35)
        over = asked(novapi, model, key["key"])
        master = novapi.authorization["authorization"].removeprefix("Bearer ")
        for _ in range(3):
            asked(novapi, model, master)
        assert eventually(lambda: novapi.api("GET", "/keys/master").json()["stopped"])
        stopped = asked(novapi, model, master)
        told = novapi.api("GET", "/usage/summary").json()
        lost = novapi.api("GET", "/usage/waste").json()
        channel = novapi.api("GET", "/channels").json()[0]["id"]
        trial = novapi.api("GET", f"/channels/{channel}/test").json()

    assert "has spent its budget of ¥2.13 for today" in over.json()["error"]["message"]
    assert "it spent ¥7.46 within a minute" in stopped.json()["error"]["message"]
    assert (told["currency"], told["yuan_per_dollar"]) == (lost["currency"], lost["yuan_per_dollar"]) == ("cny", 7.1)
    assert told["total"]["cost_usd"] == pytest.approx(4 * 0.35)
    assert f"¥{trial['cost_usd'] * 7.1:.6f} at most" in trial["detail"]
