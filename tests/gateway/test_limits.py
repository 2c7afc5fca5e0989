"""Who may go on, who has to wait and how long, on a clock of the test's own."""

import time
from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app.table import UNLIMITED, Quota
from gateway.limits import IDLE_SECONDS, WINDOW_SECONDS, Limits, Meter, seconds_until

OWNER = "key:12"
THOROUGH = settings(deadline=None, max_examples=150, derandomize=True, database=None)

# A step is (now, what happens, what is answered): "come" → the wait or None, a number → a call leaves with that
# many tokens, a Quota → it is in force from now on.
Step = tuple[float, object, float | None]


def meters(limits: Limits) -> dict[str, Meter]:
    return limits._meters


def come(limits: Limits, quota: Quota, *times: float, owner: str = OWNER) -> list[float | None]:
    return [limits.admit(owner, quota, now) for now in times]


@pytest.mark.parametrize(
    ("quota", "steps"),
    [
        pytest.param(
            Quota(requests_per_minute=2),
            [(0, "come", None), (10, "come", None), (15, "come", 45), (59.5, "come", 0.5), (60, "come", None),
             (60, "come", 10), (70, "come", None), (71, "come", 49)],
            id="the-window-slides-request-by-request",
        ),
        pytest.param(
            Quota(requests_per_minute=1),
            [(0, "come", None), *[(second, "come", 60 - second) for second in range(1, 60)], (60, "come", None)],
            id="refusals-do-not-count",
        ),
        pytest.param(
            Quota(tokens_per_minute=100),
            [(0, "come", None), (5, 99, None), (5, "come", None), (6, 1, None), (7, "come", 58), (65, "come", None)],
            id="tokens-are-free-up-to-the-limit-and-count-from-the-end-of-the-call",
        ),
        pytest.param(
            Quota(tokens_per_minute=100),
            [(0, 50, None), (10, 60, None), (20, 70, None), (20, "come", 50), (70, "come", None)],
            id="tokens-wait-until-enough-of-them-are-old",
        ),
        pytest.param(
            Quota(tokens_per_minute=100),
            [(0.25, 50, None), (0.75, 50, None), (1.0, 50, None), (1, "come", 59.75), (60.5, "come", 0.25),
             (60.75, "come", None)],
            id="tokens-of-one-second-are-put-together-at-its-last-spending",
        ),
        pytest.param(
            Quota(tokens_per_minute=10),
            [(0, "come", None), (0, "come", None), (1, 1_000_000, None), (1, 0, None), (2, "come", 59),
             (61, "come", None)],
            id="one-call-may-overdraw",
        ),
        pytest.param(
            Quota(tokens_per_minute=10), [(0, 10, None), (0.5, 0, None), (0.5, -9, None), (1, "come", 59)],
            id="no-tokens-are-no-spending",
        ),
        pytest.param(
            Quota(concurrent_calls=2),
            [(0, "come", None), (0, "come", None), (0, "come", 1.0), (500, "come", 1.0), (501, 9, None),
             (501, "come", None), (501, "come", 1.0)],
            id="calls-at-once",
        ),
        pytest.param(
            Quota(2, 10, 1),
            [(0, "come", None), (1, "come", 1.0), (2, 10, None), (2, "come", 60), (62, "come", None), (62, 0, None),
             (63, "come", None), (64, "come", 58), (121.5, "come", 1.0), (122, 0, None), (122, "come", None)],
            id="the-longest-wait-counts",
        ),
        pytest.param(
            Quota(requests_per_minute=1, tokens_per_minute=10),
            [(0, 9, None), (5, "come", None), (6, 1, None), (6, "come", 59), (65, "come", None)],
            id="the-longest-wait-counts-be-it-of-requests",
        ),
        pytest.param(
            Quota(requests_per_minute=0), [(0, "come", 60), (60, "come", 60)], id="a-limit-of-no-requests",
        ),
        pytest.param(Quota(tokens_per_minute=0), [(0, "come", 60), (60, "come", 60)], id="a-limit-of-no-tokens"),
        pytest.param(Quota(concurrent_calls=0), [(0, "come", 1.0), (60, "come", 1.0)], id="a-limit-of-no-calls"),
        pytest.param(
            Quota(requests_per_minute=4),
            [*[(second, "come", None) for second in range(4)], (4, Quota(requests_per_minute=2), None),
             (4, "come", 58), (62, "come", None), (62, "come", 1)],
            id="fewer-requests-from-now-on",
        ),
        pytest.param(
            Quota(requests_per_minute=1),
            [(0, "come", None), (1, "come", 59), (1, Quota(requests_per_minute=2), None), (1, "come", None),
             (2, "come", 58)],
            id="more-requests-from-now-on",
        ),
        pytest.param(
            Quota(requests_per_minute=1),
            [(0, "come", None), (1, UNLIMITED, None), *[(2, "come", None)] * 5,
             (3, Quota(requests_per_minute=1), None), (3, "come", 57), (60, "come", None)],
            id="a-limit-is-lifted-for-a-while",
        ),
        pytest.param(
            Quota(concurrent_calls=3),
            [(0, "come", None), (0, "come", None), (0, "come", None), (1, Quota(concurrent_calls=1), None),
             (1, "come", 1.0), (2, 0, None), (2, 0, None), (2, "come", 1.0), (3, 0, None), (3, "come", None)],
            id="fewer-at-once-while-calls-are-running",
        ),
        pytest.param(
            UNLIMITED,
            [(0, "come", None), (0, "come", None), (1, Quota(concurrent_calls=2), None), (1, "come", 1.0),
             (2, 0, None), (2, "come", None), (2, "come", 1.0)],
            id="calls-from-before-the-limit-are-running-too",
        ),
        pytest.param(
            UNLIMITED,
            [(0, "come", None), (1, 500, None), (2, Quota(tokens_per_minute=500), None), (2, "come", 59)],
            id="tokens-from-before-the-limit-are-spent-too",
        ),
    ],
)  # fmt: skip
def test_a_call_is_admitted_or_told_how_long_to_wait(quota: Quota, steps: list[Step]) -> None:
    limits = Limits()

    for number, (now, event, answer) in enumerate(steps):
        if isinstance(event, Quota):
            quota = event
        elif event == "come":
            assert limits.admit(OWNER, quota, now) == answer, f"step {number}"
        else:
            limits.leave(OWNER, event, now)


def test_owners_do_not_share_what_they_may_use() -> None:
    limits, quota = Limits(), Quota(1, 10, 1)

    answers = [limits.admit(owner, quota, 0) for owner in ("key:1", "channel:1", "key:11", "key:1")]

    assert answers == [None, None, None, 60]


def test_in_flight_goes_up_and_down_with_the_calls() -> None:
    limits, seen = Limits(), [0]

    for quota in (Quota(concurrent_calls=2), UNLIMITED, Quota(concurrent_calls=2)):
        limits.admit(OWNER, quota, 0)
        seen.append(limits.in_flight(OWNER))
    for _ in range(3):
        limits.leave(OWNER, 1, 0)
        seen.append(limits.in_flight(OWNER))

    assert seen == [0, 1, 2, 2, 1, 0, 0]


def test_leaving_twice_does_not_make_room_for_an_extra_call() -> None:
    limits, quota = Limits(), Quota(concurrent_calls=1)
    limits.admit(OWNER, quota, 0)
    limits.leave(OWNER, 0, 1)
    limits.leave(OWNER, 0, 1)

    assert come(limits, quota, 2, 2) == [None, 1.0]


def test_a_call_may_end_that_nobody_knows_of() -> None:
    limits = Limits()

    limits.leave(OWNER, 5, 1)

    assert limits.in_flight(OWNER) == 0


def test_idle_owners_are_dropped_after_two_minutes_by_whoever_comes_next() -> None:
    limits = Limits()
    for number in range(100):
        limits.admit(f"key:{number}", UNLIMITED, number)
        limits.leave(f"key:{number}", 7, number)

    limits.admit(OWNER, UNLIMITED, 49 + IDLE_SECONDS)

    assert list(meters(limits)) == [*[f"key:{number}" for number in range(50, 100)], OWNER]


def test_a_call_that_runs_for_hours_keeps_its_place() -> None:
    limits, quota = Limits(), Quota(concurrent_calls=1)
    limits.admit("channel:3", quota, 0)

    come(limits, UNLIMITED, *range(10, 10_000, 100), owner="key:1")

    assert limits.in_flight("channel:3") == 1
    assert limits.admit("channel:3", quota, 10_000) == 1.0
    limits.leave("channel:3", 0, 10_001)
    limits.leave("key:2", 0, 10_001 + IDLE_SECONDS)
    assert "channel:3" not in meters(limits)


# Quarters of a second: sums of them are exact, so the windows of the test are those of the code.
quarters = st.integers(0, 120).map(lambda number: number / 4)
spendings = st.tuples(quarters, st.integers(0, 60))
gaps = st.lists(st.one_of(st.just(0.0), quarters), max_size=60)


def times_of(gaps: list[float], start: float = 0.0) -> list[float]:
    times = [start]
    for gap in gaps:
        times.append(times[-1] + gap)
    return times[1:]


@THOROUGH
@given(st.integers(1, 6), gaps)
def test_no_window_of_a_minute_has_more_requests_than_the_limit(limit: int, gaps: list[float]) -> None:
    limits, quota = Limits(), Quota(requests_per_minute=limit)

    admitted = [now for now in times_of(gaps) if limits.admit(OWNER, quota, now) is None]

    for first, over in zip(admitted, admitted[limit:], strict=False):
        assert over - first >= WINDOW_SECONDS


@THOROUGH
@given(st.integers(1, 6), gaps)
def test_nobody_is_refused_while_the_window_has_room(limit: int, gaps: list[float]) -> None:
    limits, quota = Limits(), Quota(requests_per_minute=limit)
    admitted: list[float] = []

    for now in times_of(gaps):
        has_room = sum(now - at < WINDOW_SECONDS for at in admitted) < limit
        assert (limits.admit(OWNER, quota, now) is None) == has_room
        if has_room:
            admitted.append(now)


@THOROUGH
@given(st.integers(1, 100), st.lists(spendings, max_size=60))
def test_calls_are_admitted_only_below_the_tokens_of_the_last_minute(
    limit: int, ends: list[tuple[float, int]]
) -> None:
    """Never above; and at most a second late, as the spendings of one second are put together."""
    limits, quota = Limits(), Quota(tokens_per_minute=limit)
    spent: list[tuple[float, int]] = []

    for now, (_, tokens) in zip(times_of([gap for gap, _ in ends]), ends, strict=True):
        is_admitted = limits.admit(OWNER, quota, now) is None
        within = [sum(amount for at, amount in spent if now - at < span) for span in (60, 61)]
        assert not is_admitted or within[0] < limit
        assert is_admitted or within[1] >= limit
        limits.leave(OWNER, tokens, now)
        spent.append((now, tokens))


@dataclass
class Crowd:
    """Calls that come and go, as drawn by hypothesis, and what is known of them."""

    limits: Limits = field(default_factory=Limits)
    running: int = 0
    now: float = 0.0

    def do(self, quota: Quota, gap: float, tokens: int | None) -> None:
        self.now += gap
        if tokens is None:
            self.running += self.limits.admit(OWNER, quota, self.now) is None
        elif self.running:
            self.limits.leave(OWNER, tokens, self.now)
            self.running -= 1


few = st.one_of(st.none(), st.integers(1, 8))
quotas = st.builds(Quota, few, st.one_of(st.none(), st.integers(1, 500)), few)
# Of any clock reading and any fraction of a second: what rounding does to sums is part of the matter.
anywhen = st.one_of(st.floats(0, 100), st.floats(0, 1e9))
events = st.lists(
    st.tuples(st.floats(0, 20), st.one_of(st.none(), st.none(), st.integers(0, 300))), min_size=1, max_size=60
)


@THOROUGH
@given(quotas, anywhen, events)
def test_who_waits_exactly_as_long_as_told_is_admitted(
    quota: Quota, start: float, events: list[tuple[float, int | None]]
) -> None:
    crowd = Crowd(now=start)
    for gap, tokens in events:
        crowd.do(quota, gap, tokens)
    while crowd.running:  # else the wait is a guess
        crowd.do(quota, 0, 0)

    wait = crowd.limits.admit(OWNER, quota, crowd.now)

    if wait is not None:
        assert 0 < wait <= WINDOW_SECONDS * (1 + 1e-9)
        assert crowd.limits.admit(OWNER, quota, crowd.now + wait) is None


@THOROUGH
@given(st.integers(1, 8), st.integers(1, 200), quarters, st.lists(spendings, min_size=3))
def test_who_comes_before_the_time_told_is_refused(
    requests: int, tokens: int, start: float, calls: list[tuple[float, int]]
) -> None:
    limits, quota, now = Limits(), Quota(requests, tokens), start
    for gap, amount in calls:
        now += gap / 16
        if limits.admit(OWNER, quota, now) is None:
            limits.leave(OWNER, amount, now)

    wait = limits.admit(OWNER, quota, now)

    if wait is not None:
        assert limits.admit(OWNER, quota, now + wait - 2**-10) == 2**-10


@THOROUGH
@given(quotas, events)
def test_no_more_calls_run_at_once_than_the_limit(quota: Quota, events: list[tuple[float, int | None]]) -> None:
    crowd = Crowd()

    for gap, tokens in events:
        crowd.do(quota, gap, tokens)

        assert crowd.limits.in_flight(OWNER) == crowd.running
        assert quota.concurrent_calls is None or crowd.running <= quota.concurrent_calls


@THOROUGH
@given(st.lists(st.tuples(quotas, events), min_size=2, max_size=6))
def test_changing_the_quota_under_way_breaks_nothing(
    phases: list[tuple[Quota, list[tuple[float, int | None]]]],
) -> None:
    crowd = Crowd()

    for quota, events in phases:
        before = crowd.running
        for gap, tokens in events:
            crowd.do(quota, gap, tokens)

            assert crowd.limits.in_flight(OWNER) == crowd.running
            assert quota.concurrent_calls is None or crowd.running <= max(before, quota.concurrent_calls)
        for meter in meters(crowd.limits).values():
            assert meter.spent == sum(amount for _, amount in meter.tokens)


@THOROUGH
@given(anywhen, st.floats(0, WINDOW_SECONDS))
def test_a_wait_never_ends_before_it_is_due(now: float, ahead: float) -> None:
    due = now + ahead

    assert now + seconds_until(due, now) >= due


def test_a_wait_is_not_cut_short_by_rounding() -> None:
    limits, quota = Limits(), Quota(requests_per_minute=1)
    limits.admit(OWNER, quota, 2.4)

    wait = limits.admit(OWNER, quota, 8.3)

    assert 8.3 + (62.4 - 8.3) < 62.4
    assert wait == pytest.approx(54.1)
    assert limits.admit(OWNER, quota, 8.3 + wait) is None


def sizes(limits: Limits) -> tuple[int, int, int]:
    """Owners, and the most requests and token entries that any of them has."""
    everyone = meters(limits).values()
    return (
        len(everyone),
        max((len(meter.requests) for meter in everyone), default=0),
        max((len(meter.tokens) for meter in everyone), default=0),
    )


def test_memory_stays_bounded_over_a_day() -> None:
    """Four calls in three seconds, each by an owner who comes anew every hour, besides one who never rests."""
    limits, quota = Limits(), Quota(requests_per_minute=30, tokens_per_minute=10**9)
    most = (0, 0, 0)
    calls = 24 * 3600 * 4 // 3

    for number in range(calls):
        now = number * 0.75
        for owner in ("channel:1", f"key:{number % 4800}"):
            if limits.admit(owner, quota, now) is None:
                limits.leave(owner, 10, now)
        if number % 97 == 0:
            most = tuple(map(max, most, sizes(limits)))

    assert most[0] == IDLE_SECONDS * 4 / 3 + 1  # those of the last two minutes, and the channel
    assert most[1] == 30
    assert most[2] <= 61


def test_a_busy_second_is_one_entry() -> None:
    limits = Limits()

    for number in range(100_000):
        limits.leave(OWNER, 1, number / 1000)

    meter = meters(limits)[OWNER]
    assert (len(meter.tokens), meter.spent, meter.requests) == (60, 60_000, deque())


@pytest.mark.alone
@pytest.mark.parametrize(
    "quota",
    [
        pytest.param(Quota(5_000, 10**9, 10**6), id="all-limits-set"),
        pytest.param(Quota(50, 10, 1), id="refused"),
        pytest.param(UNLIMITED, id="unlimited"),
    ],
)
def test_admit_takes_microseconds(quota: Quota) -> None:
    """Measured at under one; five times of what is allowed, for a machine that is busy with other things."""
    limits = Limits()
    for number in range(60):
        limits.leave(OWNER, 1, number)

    started = time.perf_counter()
    for number in range(10_000):
        limits.admit(OWNER, quota, 60 + number / 1000)
    elapsed = time.perf_counter() - started

    assert elapsed / 10_000 < 15e-6
