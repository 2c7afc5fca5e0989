"""What was reached: the table, the goals and whether each one holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.scenarios import Figures, medians
from tests.bench.targets import Target

Rounds = dict[str, list[Figures]]  # target → what each round gave
Results = dict[str, Rounds]  # by scenario

COLUMNS = ("req/s", "p50 ms", "p99 ms", "CPU µs")
FIELDS = ("per_second", "p50_ms", "p99_ms", "cpu_us")
CELL = 8  # characters


@dataclass(frozen=True)
class Memory:
    """Resident megabytes of one target: after its first calls, and after `--calls` more."""

    idle: float
    loaded: float


@dataclass(frozen=True)
class Goal:
    """A promise of the design and the value that was reached; smaller is better."""

    name: str
    reached: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.reached <= self.limit


def speed_goals(results: Results, bare: str, other: str) -> list[Goal]:
    plain, stream, single = results["plain x16"], results["stream x16"], results["plain x1"]
    added = median(second.p50_ms - first.p50_ms for first, second in pairs(single, bare, other))
    return [
        Goal("CPU per plain call, 16 connections", ratio(plain, bare, other, "cpu_us"), 2.6, "x bare"),
        Goal("CPU per streamed call, 16 connections", ratio(stream, bare, other, "cpu_us"), 1.6, "x bare"),
        Goal("added p50, plain, 1 connection", added, 0.35, "ms"),
        Goal("p99, plain, 16 connections", ratio(plain, bare, other, "p99_ms"), 3, "x bare"),
    ]


def ratio(rounds: Rounds, bare: str, other: str, name: str) -> float:
    """Compared inside each round first, because the two runs of a round are seconds apart on the same machine."""
    return median(getattr(second, name) / getattr(first, name) for first, second in pairs(rounds, bare, other))


def pairs(rounds: Rounds, bare: str, other: str) -> Iterator[tuple[Figures, Figures]]:
    return zip(rounds[bare], rounds[other], strict=True)


def resource_goals(target: Target, memory: Memory, calls: int) -> list[Goal]:
    return [
        Goal("memory idle", memory.idle, 120, "MB"),
        Goal(f"memory growth after {calls:,} calls", memory.loaded - memory.idle, 30, "MB"),
        Goal("first answer after the start", target.start_seconds, 1.2, "s"),
        Goal("first answer, new data directory", target.first_start_seconds, 1.2, "s"),
    ]


def record_goal(records: int, made: int, cut: int) -> Goal:
    """One record per call; a call that the client cut may have been recorded or never have arrived."""
    off = max(made - records, records - made - cut, 0)
    return Goal(f"{records:,} usage records, {made:,} calls: off by", off, 0, "records")


def table(results: Results, bare: str, other: str) -> str:
    head = " ".join(f"{column:>{CELL}}" for column in COLUMNS)
    titles = (f"{title:^{len(head)}}" for title in (bare, other, f"{other} ÷ {bare}"))
    lines = [row("", *titles), row("", head, head, head)]
    for scenario, rounds in results.items():
        cells = [figures_cell(medians(rounds[target])) for target in (bare, other)]
        ratios = " ".join(f"{ratio(rounds, bare, other, field):{CELL}.2f}" for field in FIELDS)
        lines.append(row(scenario, *cells, ratios))
    return "\n".join(lines)


def row(title: str, *cells: str) -> str:
    return " │ ".join([f"{title:11}", *cells]).rstrip()


def figures_cell(figures: Figures) -> str:
    speed, latencies = f"{figures.per_second:{CELL},.0f}", f"{figures.p50_ms:{CELL}.3f} {figures.p99_ms:{CELL}.3f}"
    return f"{speed} {latencies} {figures.cpu_us:{CELL},.0f}"


def resources(memories: dict[str, Memory], pair: tuple[Target, Target]) -> str:
    lines = [row("", f"{'idle MB':>9} {'loaded MB':>9} {'start s':>9} {'first start s':>13}")]
    for target in pair:
        memory = memories[target.name]
        times = f"{target.start_seconds:9.2f} {target.first_start_seconds:13.2f}"
        lines.append(row(target.name, f"{memory.idle:9.1f} {memory.loaded:9.1f} {times}"))
    return "\n".join(lines)


def verdicts(goals: list[Goal]) -> str:
    return "\n".join(
        f"{goal.name:52} {goal.reached:9.2f} {goal.unit:7}  ≤ {goal.limit:<5g} {'ok' if goal.is_met else 'MISSED'}"
        for goal in goals
    )
