"""Keys in trouble come back by themselves: for nothing where a list proves it, for money only where it is allowed."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from channels_app.table import ChannelRoute, ClientIdentity, RoutingTable
from gateway.health import Fault, Health
from gateway.recorder import recorder
from gateway.recovery import Recovery
from tests.fake_upstream import FakeUpstream, Received, Script, completion, head, json_reply
from tests.gateway.test_transport import running
from tests.gateway.values import channel, table
from tests.running import Novapi, eventually

OWNER = ClientIdentity(1, "Master key", is_master=True, digest=b"d")
LIST = json_reply({"data": [{"id": "gpt"}]})
REFUSED = json_reply({"error": {"message": "no"}}, 401)
LONG = 120.0  # seconds that a provider asks to wait
CHATS = json_reply(completion())


class Clock:
    """Time that the test moves on."""

    def __init__(self) -> None:
        self.now = time.monotonic()

    def __call__(self) -> float:
        return self.now


def settings(*routes: ChannelRoute, paid: bool = False, model: str = "gpt") -> RoutingTable:
    made = table({model: routes}, client_keys={"nv": OWNER})
    return replace(made, channels=routes, paid_recovery=paid)


def in_trouble(route: ChannelRoute, fault: Fault = Fault.KEY_REFUSED) -> Health:
    health = Health(jitter=lambda: 0.0)
    for credential in route.credentials:
        wait = None if fault is Fault.KEY_REFUSED else LONG
        health.failed((route.id, credential.id), fault, time.monotonic(), wait)
    return health


def look(health: Health, made: RoutingTable, times: int = 1) -> None:
    recovery = Recovery(lambda: made, health, clock=Clock())

    async def conversation() -> None:
        for _ in range(times):
            await recovery.look()

    running(conversation)


def is_paused(health: Health, route: ChannelRoute, number: int = 1) -> bool:
    return health.pause((route.id, number), time.monotonic()) is not None


def with_key(script: Script) -> Script:
    """Answers those who show a key; others are refused."""
    return lambda call: (script if "authorization" in call.headers else REFUSED)(call)


def listing(lists: Script, chats: Script) -> Script:
    return lambda call: (lists if call.method == "GET" else chats)(call)


@pytest.mark.parametrize("fault", [Fault.KEY_REFUSED, Fault.TROUBLE])
def test_key_whose_list_is_answered_is_back(fault: Fault) -> None:
    with FakeUpstream(with_key(LIST)) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route, fault)

        look(health, settings(route))

    assert not is_paused(health, route)
    assert {call.method for call in upstream.received} == {"GET"}


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_key_whose_list_is_refused_stays_off(status: int) -> None:
    with FakeUpstream(json_reply({}, status)) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route)

        look(health, settings(route), times=3)

    assert is_paused(health, route)
    assert len(upstream.received) == 1  # and waits for a minute


def test_open_list_does_not_bring_a_refused_key_back() -> None:
    with FakeUpstream(listing(LIST, REFUSED)) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route)

        look(health, settings(route))

    assert is_paused(health, route)
    assert {call.method for call in upstream.received} == {"GET"}


def test_provider_that_is_up_again_is_back_though_its_list_is_open() -> None:
    with FakeUpstream(LIST) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route, Fault.TROUBLE)

        look(health, settings(route))

    assert not is_paused(health, route)


@pytest.mark.parametrize("fault", [Fault.NO_CREDIT, Fault.RATE_LIMITED])
@pytest.mark.parametrize("paid", [False, True])
def test_empty_account_is_asked_only_by_a_chat_that_is_allowed(fault: Fault, paid: bool) -> None:
    with FakeUpstream(listing(LIST, CHATS)) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route, fault)

        look(health, settings(route, paid=paid))

    assert is_paused(health, route) is not paid
    assert [call.method for call in upstream.received] == (["POST"] if paid else [])


@pytest.mark.parametrize(
    ("lists", "provider"),
    [(LIST, "openai"), (json_reply({}, 404), "openai"), (json_reply({}, 403), "openai"), (LIST, "perplexity")],
)
def test_where_the_list_proves_nothing_an_allowed_chat_does(lists: Script, provider: str) -> None:
    with FakeUpstream(listing(lists, CHATS)) as upstream:
        route = channel(base_url=upstream.url, provider=provider)
        health = in_trouble(route)

        look(health, settings(route))
        before = len([call for call in upstream.received if call.method == "POST"])
        is_off = is_paused(health, route)
        look(health, settings(route, paid=True))

    assert (before, is_off) == (0, True)
    assert not is_paused(health, route)
    assert upstream.received[-1].json["max_tokens"] == 16
    assert recorder._waiting[-1].call[3] == "Novapi recovery"


def test_local_engine_is_never_asked_by_a_chat() -> None:
    with FakeUpstream(listing(json_reply({}, 404), CHATS)) as upstream:
        route = channel(base_url=upstream.url, provider="llamacpp")
        health = in_trouble(route, Fault.TROUBLE)

        look(health, settings(route, paid=True))

    assert is_paused(health, route)
    assert {call.method for call in upstream.received} == {"GET"}


def test_channel_without_a_chat_is_not_asked_by_one() -> None:
    with FakeUpstream(CHATS) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route, Fault.NO_CREDIT)

        look(health, settings(route, paid=True, model="text-embedding-3"))

    assert upstream.received == []


def test_short_pause_is_let_go_by() -> None:
    with FakeUpstream(LIST) as upstream:
        route = channel(base_url=upstream.url)
        health = Health(jitter=lambda: 0.0)
        for _ in range(3):
            health.failed((route.id, 1), Fault.TROUBLE, time.monotonic())

        look(health, settings(route))

    assert upstream.received == []


def test_disabled_channel_is_left_alone() -> None:
    with FakeUpstream(LIST) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route)

        look(health, settings())

    assert upstream.received == []


def test_only_the_key_that_is_good_again_is_back() -> None:
    def knows_one(call: Received) -> Iterable[bytes | float]:
        return (LIST if call.headers.get("authorization") == "Bearer sk-good" else REFUSED)(call)

    with FakeUpstream(knows_one) as upstream:
        route = channel(base_url=upstream.url, keys=["sk-bad", "sk-good"])
        health = in_trouble(route)

        look(health, settings(route))

    assert [is_paused(health, route, number) for number in (1, 2)] == [True, False]


def waits_between_tries(until: float, script: Script, again: Callable[[Health, ChannelRoute], None]) -> list[float]:
    """Seconds between the tries of a key; `again` puts it back in trouble before each look, every 20 seconds."""
    clock, tries = Clock(), []
    start = clock.now

    async def conversation() -> None:
        while clock.now < start + until:
            again(health, route)
            before = len(upstream.received)
            await recovery.look()
            if len(upstream.received) > before:
                tries.append(clock.now)
            clock.now += 20

    with FakeUpstream(script) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route)
        recovery = Recovery(lambda: settings(route), health, clock=clock, jitter=lambda: 0.0)
        running(conversation)
    return [later - sooner for sooner, later in pairwise(tries)]


def test_wait_doubles_from_a_minute_to_half_an_hour() -> None:
    waits = waits_between_tries(9000, REFUSED, lambda health, route: None)

    assert waits == pytest.approx([60, 120, 240, 480, 960, 1800, 1800, 1800], abs=0.1)


def test_key_that_is_soon_refused_again_is_tried_less_often() -> None:
    def refused(health: Health, route: ChannelRoute) -> None:
        health.failed((route.id, 1), Fault.KEY_REFUSED, time.monotonic())

    waits = waits_between_tries(1000, with_key(LIST), refused)

    assert waits == pytest.approx([60, 120, 240, 480], abs=0.1)


def test_two_are_tried_at_once_and_never_more() -> None:
    busy: list[int] = [0, 0]
    lock = threading.Lock()

    def slow(call: Received) -> Iterable[bytes | float]:
        with lock:
            busy[0] += 1
            busy[1] = max(busy)
        yield 0.1
        with lock:
            busy[0] -= 1
        yield from REFUSED(call)

    with FakeUpstream(slow) as upstream:
        route = channel(base_url=upstream.url, keys=[f"sk-{number}" for number in range(6)])
        look(in_trouble(route), settings(route))

    assert len(upstream.received) == 6
    assert busy[1] == 2


def test_recovery_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gateway.recovery")
    with FakeUpstream(with_key(LIST)) as upstream:
        route = channel(base_url=upstream.url, keys=["sk-secret-of-the-owner"])
        look(in_trouble(route), settings(route))

    assert [record.getMessage() for record in caplog.records] == [
        "Work, key …wner is back in use: it was key refused and works again."
    ]


def test_provider_that_hangs_does_not_hold_up_the_end() -> None:
    async def conversation() -> float:
        task = asyncio.create_task(Recovery(lambda: settings(route), health, look_s=0.01).run())
        await asyncio.to_thread(eventually, lambda: upstream.received)
        started = time.monotonic()
        task.cancel()
        await asyncio.wait({task})
        return time.monotonic() - started

    with FakeUpstream(lambda call: [head(), 20.0]) as upstream:
        route = channel(base_url=upstream.url)
        health = in_trouble(route)

        assert running(conversation) < 0.5


def test_broken_settings_do_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    looks: list[int] = []

    def broken() -> RoutingTable:
        looks.append(1)
        raise OSError("locked")

    async def conversation() -> None:
        task = asyncio.create_task(Recovery(broken, Health(), look_s=0.01).run())
        await asyncio.sleep(0.1)
        task.cancel()

    asyncio.run(conversation())

    assert len(looks) > 2
    assert "locked" in caplog.text


def test_running_server_brings_a_revoked_key_back_by_itself(home: Path) -> None:
    """In a server of its own: its first look is 20 seconds after its start, and nobody else's keys are in trouble."""
    accepted: list[bool] = []

    def revoked_for_a_while(call: Received) -> Iterable[bytes | float]:
        known = accepted and call.headers.get("authorization")
        return (listing(LIST, CHATS) if known else REFUSED)(call)

    def health() -> dict[str, object]:
        (row,) = (row for row in novapi.api("GET", "/channels").json() if row["base_url"] == upstream.url)
        return dict(row["api_keys"][0]["health"])

    with FakeUpstream(revoked_for_a_while) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        assert novapi.chat(model).status_code == 502
        assert health()["paused"] == "key refused"
        accepted.append(True)

        assert eventually(lambda: not health()["paused"], 40)  # it looks every 20 seconds
        assert novapi.chat(model).status_code == 200
    assert not [call for call in upstream.received[1:-1] if call.method == "POST"]
