"""What is measured: four scenarios, both targets in turn, several rounds, the median of each figure."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import median

from tests.bench import payloads
from tests.bench.load import Load, Sample
from tests.bench.processes import ProcessError, cpu_seconds
from tests.bench.targets import Target

SETTLE_SECONDS = 0.3  # work put off until after the answer belongs to the calls that caused it

Drive = Callable[[Load], Sample]


@dataclass(frozen=True)
class Scenario:
    name: str
    stream: bool
    connections: int


SCENARIOS = (
    Scenario("plain x1", stream=False, connections=1),
    Scenario("plain x16", stream=False, connections=16),
    Scenario("stream x1", stream=True, connections=1),
    Scenario("stream x16", stream=True, connections=16),
)


@dataclass(frozen=True)
class Figures:
    """One target in one scenario."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    calls: int
    cut: int


def rounds(
    pair: tuple[Target, Target], count: int, seconds: float, kilobytes: float, drive: Drive
) -> Iterator[tuple[str, str, Figures]]:
    """Scenario, target and figures of every measurement; the targets take turns at going first."""
    for number in range(count):
        for scenario in SCENARIOS:
            for target in pair if number % 2 == 0 else reversed(pair):
                call = build_call(target, scenario.stream, kilobytes)
                load = Load(target.port, call, scenario.connections, seconds=seconds)
                yield scenario.name, target.name, measure(target, load, drive)


def build_call(target: Target, stream: bool, kilobytes: float) -> bytes:
    return payloads.build_call(target.port, target.key, payloads.build_body(stream, kilobytes))


def measure(target: Target, load: Load, drive: Drive) -> Figures:
    before = cpu_seconds(target.process)
    sample = drive(load)
    time.sleep(SETTLE_SECONDS)
    used = cpu_seconds(target.process) - before
    if sample.failures or not sample.calls:
        raise ProcessError(f"{target.name}: {sample.failures} of {sample.calls} calls failed")
    cpu_us = used / sample.calls * 1e6
    return Figures(sample.calls / sample.seconds, sample.p50_ms, sample.p99_ms, cpu_us, sample.calls, sample.cut)


def medians(rounds: list[Figures]) -> Figures:
    """Each figure's own median; the calls are summed."""
    columns = {name: [asdict(figures)[name] for figures in rounds] for name in asdict(rounds[0])}
    middle = {name: median(values) for name, values in columns.items()}
    return Figures(**middle | {"calls": sum(columns["calls"]), "cut": sum(columns["cut"])})
