"""What keeping the bodies of calls costs the calls themselves: the serving thread's CPU with and without."""

from collections import defaultdict
from dataclasses import replace

import psutil

from tests.bench import scenarios
from tests.bench.load import Load
from tests.bench.processes import ProcessError, request
from tests.bench.report import Goal, Results
from tests.bench.scenarios import Drive, Figures
from tests.bench.targets import Target

CONNECTIONS = 16
SCENARIO, OFF, ALL = "bodies kept", "off", "all"


def measure(target: Target, rounds: int, seconds: float, kilobytes: float, drive: Drive) -> Results:
    """Both in every round; they take turns at going first. `cpu_us` is that of the serving thread alone."""
    results: Results = defaultdict(lambda: defaultdict(list))
    load = Load(target.port, scenarios.build_call(target, False, kilobytes), CONNECTIONS, seconds=seconds)
    for number in range(rounds):
        for wish in (OFF, ALL) if number % 2 == 0 else (ALL, OFF):
            prefer(target, wish)
            results[SCENARIO][wish].append(measured(target, load, drive))
    prefer(target, ALL)
    return results


def goals(results: Results) -> list[Goal]:
    off, kept = (scenarios.medians(results[SCENARIO][wish]).cpu_us for wish in (OFF, ALL))
    return [Goal("CPU of keeping a call's bodies, serving thread", kept - off, 60, "µs")]


def measured(target: Target, load: Load, drive: Drive) -> Figures:
    before = thread_seconds(target.process)
    figures = scenarios.measure(target, load, drive)
    used = max(seconds - before.get(thread, 0.0) for thread, seconds in thread_seconds(target.process).items())
    return replace(figures, cpu_us=used / figures.calls * 1e6)


def thread_seconds(process: psutil.Process) -> dict[int, float]:
    """The one that works most serves the calls."""
    return {thread.id: thread.user_time + thread.system_time for thread in process.threads()}


def prefer(target: Target, wish: str) -> None:
    status, answer = request(target.port, "PATCH", "/api/preferences", target.key, {"capture": wish})
    if status != 200:
        raise ProcessError(f"PATCH /api/preferences answered {status}: {answer.decode()[:500]}")
