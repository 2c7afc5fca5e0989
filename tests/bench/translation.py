"""What translating costs: the same conversation to the same channel, passed through and from another dialect."""

import sys
from collections import defaultdict
from dataclasses import dataclass

from tests.bench import payloads, report, scenarios
from tests.bench.load import Load
from tests.bench.report import Goal, Results
from tests.bench.scenarios import Drive
from tests.bench.targets import Target

KILOBYTES = 20
CONNECTIONS = 16
PASSED, TRANSLATED = "passed", "translated"


@dataclass(frozen=True)
class Way:
    """How the conversation is put: as Chat Completions, which the channel speaks, or as Anthropic's Messages."""

    name: str
    path: str
    anthropic: bool


WAYS = (Way(PASSED, "/v1/chat/completions", False), Way(TRANSLATED, "/v1/messages", True))


def measure(target: Target, rounds: int, seconds: float, drive: Drive) -> Results:
    """Plain and streamed, both ways in turn, several rounds."""
    results: Results = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for stream in (False, True):
            for way in WAYS if number % 2 == 0 else reversed(WAYS):
                body = payloads.build_conversation(KILOBYTES, stream, way.anthropic)
                call = payloads.build_call(target.port, target.key, body, way.path)
                figures = scenarios.measure(target, Load(target.port, call, CONNECTIONS, seconds=seconds), drive)
                scenario = f"{KILOBYTES} KB {'stream' if stream else 'plain'}"
                results[scenario][way.name].append(figures)
                print(f"{scenario:11} {way.name:11} {report.figures_cell(figures)}", file=sys.stderr)
    return results


def goals(results: Results) -> list[Goal]:
    cost = report.ratio(results[f"{KILOBYTES} KB plain"], PASSED, TRANSLATED, "cpu_us")
    return [Goal(f"CPU per translated call of {KILOBYTES} KB", cost, 1.5, "x passed")]
