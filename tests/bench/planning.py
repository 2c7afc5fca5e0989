"""What it costs to decide where a call goes, in this process: 200 channels with 50 models each."""

import time
from dataclasses import replace

from channels_app.table import RoutingTable
from gateway import routing
from gateway.health import Fault, Health, KeyId, Pause
from gateway.routing import Known
from tests.bench.report import Goal
from tests.gateway.values import channel, table

CHANNELS, MODELS, CALLS, ROUNDS = 200, 50, 1000, 7
DIALECTS = ("openai-chat", "openai-responses", "anthropic", "gemini")
Microseconds = float


def spread() -> RoutingTable:
    """Every channel has models of its own."""
    channels = made_channels()
    return table({f"model-{n}-{k}": [channels[n]] for n in range(CHANNELS) for k in range(MODELS)}, max_attempts=4)


def shared() -> RoutingTable:
    """Every channel offers the same models."""
    channels = made_channels()
    return table({f"model-7-{k}": channels for k in range(MODELS)}, max_attempts=4)


def made_channels() -> list:
    return [replace(channel(f"Channel {number}"), id=number) for number in range(CHANNELS)]


def paused_half() -> Health:
    health = Health()
    for number in range(0, CHANNELS, 2):
        health.failed((number, 1), Fault.RATE_LIMITED, time.monotonic(), 600)
    return health


def cost(routes: RoutingTable, health: Health) -> Microseconds:
    """Of one plan, with a look at the health of everyone that comes into question; the best round counts."""
    rounds = []
    for _ in range(ROUNDS):
        began_at = time.perf_counter()
        for number in range(CALLS):
            routing.plan(f"model-7-{number % MODELS}", DIALECTS, routes, known(health))
        rounds.append((time.perf_counter() - began_at) / CALLS * 1e6)
    return min(rounds)


def known(health: Health) -> Known:
    now = time.monotonic()

    def pause_of(key: KeyId) -> Pause | None:
        return health.pause(key, now)

    return Known(pause_of)


def goals() -> list[Goal]:
    size = f"{CHANNELS} x {MODELS}"
    return [
        Goal(f"plan + health, {size}, one channel a model", cost(spread(), Health()), 15, "µs"),
        Goal(f"plan + health, {size}, all offer the same", cost(shared(), Health()), 15, "µs"),
        Goal("the same with every second key paused", cost(shared(), paused_half()), 15, "µs"),
    ]
