"""When a key is left alone, for how long, and how it comes back."""

import pytest

from gateway.health import (
    FAILURES_TO_OPEN,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    NO_CREDIT_SECONDS,
    PROBE_SECONDS,
    RATE_LIMIT_SECONDS,
    WINDOW_SECONDS,
    Fault,
    Health,
    Pause,
    Report,
)

KEY = (1, 2)
NOW = 1000.0


def fresh() -> Health:
    return Health(jitter=lambda: 0.0)


def failing(times: int, fault: Fault = Fault.TROUBLE, every: float = 1.0) -> Health:
    health = fresh()
    for number in range(times):
        health.failed(KEY, fault, NOW + number * every)
    return health


def test_key_that_nobody_used_is_good() -> None:
    assert fresh().pause(KEY, NOW) is None


@pytest.mark.parametrize("failures", range(1, FAILURES_TO_OPEN))
def test_few_failures_lock_nobody_out(failures: int) -> None:
    assert failing(failures).pause(KEY, NOW + failures) is None


def test_failures_in_a_row_do() -> None:
    health = failing(FAILURES_TO_OPEN)

    pause = health.pause(KEY, NOW + FAILURES_TO_OPEN)

    assert pause is not None
    assert pause.reason == "failing"
    assert pause.seconds == pytest.approx(FIRST_PAUSE_SECONDS - 1)


def test_failures_far_apart_do_not() -> None:
    assert failing(10, every=WINDOW_SECONDS + 1).pause(KEY, NOW + 10 * (WINDOW_SECONDS + 1)) is None


def test_success_in_between_begins_the_count_anew() -> None:
    health = failing(FAILURES_TO_OPEN - 1)
    health.answered(KEY, 0.1, NOW)
    health.failed(KEY, Fault.TROUBLE, NOW + 9)

    assert health.pause(KEY, NOW + 9) is None


def test_pauses_double_up_to_the_longest() -> None:
    health, now, pauses = fresh(), NOW, []
    for _ in range(FAILURES_TO_OPEN + 8):
        health.failed(KEY, Fault.TROUBLE, now)
        pause = health.pause(KEY, now)
        pauses.append(pause.seconds if pause else 0)
        now += (pauses[-1] or 0) + 1

    assert pauses[: FAILURES_TO_OPEN + 2] == [
        0,
        0,
        FIRST_PAUSE_SECONDS,
        2 * FIRST_PAUSE_SECONDS,
        4 * FIRST_PAUSE_SECONDS,
    ]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS


def test_ends_of_pauses_are_spread() -> None:
    late = Health(jitter=lambda: 1.0)
    for _ in range(FAILURES_TO_OPEN):
        late.failed(KEY, Fault.TROUBLE, NOW)

    assert late.pause(KEY, NOW) == Pause("failing", FIRST_PAUSE_SECONDS * 1.2)


@pytest.mark.parametrize(
    ("fault", "retry_after", "seconds"),
    [
        (Fault.RATE_LIMITED, None, RATE_LIMIT_SECONDS),
        (Fault.RATE_LIMITED, 34.0, 34.0),
        (Fault.RATE_LIMITED, 0.5, 0.5),
        (Fault.NO_CREDIT, None, NO_CREDIT_SECONDS),
        (Fault.NO_CREDIT, 9999.0, 9999.0),
        (Fault.TROUBLE, 7.0, 7.0),
        (Fault.KEY_REFUSED, None, None),
    ],
)
def test_what_the_provider_says_counts_at_once(fault: Fault, retry_after: float | None, seconds: float | None) -> None:
    health = fresh()
    health.failed(KEY, fault, NOW, retry_after)

    assert health.pause(KEY, NOW) == Pause(fault.value, seconds)


def test_waiting_time_of_nothing_is_none() -> None:
    health = fresh()
    health.failed(KEY, Fault.RATE_LIMITED, NOW, 0.0)

    assert health.pause(KEY, NOW) is None


def test_refused_key_stays_off_until_it_is_forgiven() -> None:
    health = fresh()
    health.failed(KEY, Fault.KEY_REFUSED, NOW)
    assert health.pause(KEY, NOW + 10**6) == Pause("key refused", None)

    health.forgive(KEY)

    assert health.pause(KEY, NOW) is None


def test_refused_key_that_answers_after_all_is_good() -> None:
    health = fresh()
    health.failed(KEY, Fault.KEY_REFUSED, NOW)
    health.answered(KEY, 0.2, NOW)

    assert health.pause(KEY, NOW) is None


def test_after_a_pause_one_call_tries_and_the_others_wait_for_it() -> None:
    health = failing(FAILURES_TO_OPEN)
    over = NOW + FAILURES_TO_OPEN + FIRST_PAUSE_SECONDS
    assert health.pause(KEY, over) is None

    health.begin(KEY, over)

    assert health.pause(KEY, over) == Pause("being tried again", PROBE_SECONDS)
    assert health.pause(KEY, over + PROBE_SECONDS) is None  # it never came back


@pytest.mark.parametrize("fault", [None, Fault.NOT_ITS_FAULT])
def test_try_without_a_verdict_lets_the_next_one_try(fault: Fault | None) -> None:
    health = failing(FAILURES_TO_OPEN)
    over = NOW + FAILURES_TO_OPEN + FIRST_PAUSE_SECONDS
    health.begin(KEY, over)

    if fault:
        health.failed(KEY, fault, over + 1)
    else:
        health.let_go(KEY)

    assert health.pause(KEY, over + 1) is None


def test_try_that_fails_pauses_twice_as_long() -> None:
    health = failing(FAILURES_TO_OPEN)
    over = NOW + FAILURES_TO_OPEN + FIRST_PAUSE_SECONDS
    health.begin(KEY, over)
    health.failed(KEY, Fault.TROUBLE, over)

    assert health.pause(KEY, over) == Pause("failing", 2 * FIRST_PAUSE_SECONDS)


def test_fault_of_the_request_says_nothing_about_the_key() -> None:
    assert failing(20, Fault.NOT_ITS_FAULT).pause(KEY, NOW) is None


def test_latency_is_smoothed_and_kept_over_failures() -> None:
    health = fresh()
    health.answered(KEY, 1.0, NOW)
    health.answered(KEY, 2.0, NOW)
    assert health.report(KEY, NOW).latency_s == pytest.approx(1.2)

    health.failed(KEY, Fault.TROUBLE, NOW)
    health.answered(KEY, 1.2, NOW)

    assert health.report(KEY, NOW).latency_s == pytest.approx(1.2)
    assert health.report((9, None), NOW) == Report(None, 0, 0)


def test_keys_do_not_share_their_fate() -> None:
    health = failing(FAILURES_TO_OPEN)

    assert health.pause((1, 3), NOW) is None
    assert health.pause((2, 2), NOW) is None


def test_pause_reads_as_a_sentence_part() -> None:
    assert str(Pause("rate limited", 33.6)) == "rate limited, 34 s to go"
    assert str(Pause("key refused", None)) == "key refused"


def test_refused_keys_and_long_pauses_are_in_trouble() -> None:
    health = fresh()
    health.failed((1, 1), Fault.KEY_REFUSED, NOW)
    health.failed((1, 2), Fault.NO_CREDIT, NOW)
    health.failed((1, 3), Fault.RATE_LIMITED, NOW, 29)
    health.failed((1, 4), Fault.RATE_LIMITED, NOW, 31)
    health.failed((1, 5), Fault.TROUBLE, NOW)
    health.answered((1, 6), 0.1, NOW)

    assert health.in_trouble(NOW) == {
        (1, 1): Fault.KEY_REFUSED,
        (1, 2): Fault.NO_CREDIT,
        (1, 4): Fault.RATE_LIMITED,
    }


def test_forgiven_key_is_in_trouble_no_more() -> None:
    health = failing(1, Fault.KEY_REFUSED)
    health.forgive(KEY)

    assert health.in_trouble(NOW) == {}
