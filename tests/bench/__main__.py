"""`python -m tests.bench`: start the upstream, the bare forwarder and Novapi, drive both, print what was reached."""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import psutil

from tests.bench import capturing, load, log, planning, report, scenarios, targets, translation, wrk
from tests.bench.load import Load
from tests.bench.processes import ProcessError, rss_megabytes, stop
from tests.bench.report import Goal, Memory, Results
from tests.bench.targets import Target

CLIENTS = {"own": load.run, "wrk": wrk.run}
OUTPUT = "output.log"  # what the children print


def main() -> int:
    options = read_options()
    stop_like_interrupt()
    with tempfile.TemporaryDirectory(prefix="novapi-bench-") as folder:
        try:
            with ExitStack() as stack:
                return compare(options, Path(folder), stack)
        except (ProcessError, OSError, psutil.Error, subprocess.SubprocessError) as problem:
            output = (Path(folder) / OUTPUT).read_text(errors="replace")
            print(f"{output[-3000:]}\nThe comparison broke off. {problem!r}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            return 130


def stop_like_interrupt() -> None:
    """SIGTERM ends the run as Ctrl-C does: the event loop hands on only that, and the children are stopped."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="length of one measurement (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is shown (%(default)s)")
    parser.add_argument("--calls", type=int, default=50_000, help="calls between the readings of memory (%(default)s)")
    parser.add_argument("--body-kb", type=float, default=1, help="size of a call's JSON (%(default)s)")
    parser.add_argument("--client", choices=CLIENTS, default="own", help="what drives the measurements (%(default)s)")
    parser.add_argument("--only-bare", action="store_true", help="bare against itself: every ratio should be near 1")
    parser.add_argument("--quick", action="store_true", help="a smoke test; its figures mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE too")
    options = parser.parse_args()
    if options.client == "wrk" and not shutil.which("wrk"):
        parser.error("wrk is not on PATH; leave --client out to use our own client")
    if options.quick:
        options.seconds, options.rounds, options.calls = 0.5, 1, 2_000
    return options


def compare(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    """The whole run, in the order things happen. The exit code says whether every goal was met."""
    pair = bare, other = start(options, folder, stack)
    checks = {target.name: targets.check(target, options.body_kb) for target in pair}
    memories = {target.name: measure_memory(target, options) for target in pair}
    results = measure_speed(pair, options)
    goals = report.speed_goals(results, bare.name, other.name)
    between: Results = {}
    if not options.only_bare:
        between = translation.measure(other, options.rounds, options.seconds, CLIENTS[options.client])
        goals += translation.goals(between) + planning.goals()
        kept = capturing.measure(other, options.rounds, options.seconds, options.body_kb, CLIENTS[options.client])
        goals += capturing.goals(kept)
        goals += report.resource_goals(other, memories[other.name], options.calls)
        stop(other.process)
        made = checks[other.name] + options.calls
        goals.append(count_records(results, between | kept, other.name, made, folder / "home"))
        goals += [] if options.quick else log.goals(folder)
    show(pair, results, between, memories, goals)
    if options.json:
        write_json(options, results, memories, goals)
    return 0 if all(goal.is_met for goal in goals) else 1


def start(options: argparse.Namespace, folder: Path, stack: ExitStack) -> tuple[Target, Target]:
    log = folder / OUTPUT
    upstream = stack.enter_context(targets.upstream(log))
    bare = stack.enter_context(targets.bare(upstream, log))
    if options.only_bare:
        return bare, stack.enter_context(targets.bare(upstream, log, "bare again"))
    return bare, stack.enter_context(targets.novapi(upstream, folder / "home", log))


def measure_memory(target: Target, options: argparse.Namespace) -> Memory:
    """What `--calls` plain calls add; they warm the target up for the measurements, too."""
    idle = rss_megabytes(target.process)
    call = scenarios.build_call(target, stream=False, kilobytes=options.body_kb)
    scenarios.measure(target, Load(target.port, call, 16, calls=options.calls, patience=300), load.run)
    return Memory(idle, rss_megabytes(target.process))


def measure_speed(pair: tuple[Target, Target], options: argparse.Namespace) -> Results:
    results: Results = defaultdict(lambda: defaultdict(list))
    drive = CLIENTS[options.client]
    for scenario, target, figures in scenarios.rounds(pair, options.rounds, options.seconds, options.body_kb, drive):
        results[scenario][target].append(figures)
        print(f"{scenario:11} {target:11} {report.figures_cell(figures)}", file=sys.stderr)
    return results


def count_records(results: Results, between: Results, target: str, made: int, home: Path) -> Goal:
    measured = [scenarios.medians(rounds[target]) for rounds in results.values()]
    measured += [scenarios.medians(figures) for rounds in between.values() for figures in rounds.values()]
    made += sum(figures.calls for figures in measured)
    return report.record_goal(targets.count_records(home), made, sum(figures.cut for figures in measured))


def show(
    pair: tuple[Target, Target], results: Results, between: Results, memories: dict[str, Memory], goals: list[Goal]
) -> None:
    tables = [report.table(results, *(target.name for target in pair))]
    if between:
        tables.append(report.table(between, translation.PASSED, translation.TRANSLATED))
    print("", *tables, report.resources(memories, pair), report.verdicts(goals), sep="\n\n")


def write_json(options: argparse.Namespace, results: Results, memories: dict[str, Memory], goals: list[Goal]) -> None:
    body = {
        "options": vars(options) | {"json": str(options.json)},
        "rounds": {
            scenario: {target: [asdict(figures) for figures in rounds] for target, rounds in by_target.items()}
            for scenario, by_target in results.items()
        },
        "memory": {name: asdict(memory) for name, memory in memories.items()},
        "goals": [asdict(goal) | {"ok": goal.is_met} for goal in goals],
    }
    options.json.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
