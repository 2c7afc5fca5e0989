"""What the log costs to read when it is long: a month of a million calls, made up."""

import itertools
import os
import random
import subprocess
import sys
import time
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from tests.bench.report import Goal

RECORDS, SECONDS = 1_000_000, 29 * 86_400
ROUNDS = 5
APPS, MODELS, CHANNELS, KEYS = 12, 40, 20, 6
# What is asked, and of how many records it is true.
PAGES = {
    "the newest": "",
    "a page in the middle": "until={middle}",
    "of one app": "app=app 3",
    "of an app that is rarely used": "app=rare",
    "of a model and a channel": "model=model 7&channel=3",
    "of a model that is not there": "model=gone",
    "failed": "status=error",
    "failed with 418, once": "status=418",
    "slower than a minute": "slow_ms=60000",
    "dearer than a dollar": "min_cost=1",
    "that took two attempts": "retried=true",
    "with an error text": "error=teapot",
    "streams with tools of one key": "stream=true&tools=true&key=2",
}
SUMMARIES = ("by=day", "by=day&by=model", "by=app&by=channel", "by=week&by=key&app=app 3", "by=model")
WASTE = ("", "app=app 3", "channel=3")
HOURS = ("by=hour&since={before}&until={yesterday}", "by=hour&by=model&since={yesterday}&until={yesterday}")


def main(home: str) -> None:
    """In a process of its own, whose data directory is `home`: fill it, ask, print the figures."""
    os.environ |= {"NOVAPI_HOME": home, "DJANGO_SETTINGS_MODULE": "novapi_site.settings"}
    import django

    django.setup()
    from novapi_site import database

    database.prepare()
    speed = fill()
    print(f"records\t{speed}")
    for kind, path, asked in itertools.chain(
        (("page", "records", text) for text in PAGES.values()),
        (("summary", "summary", text) for text in SUMMARIES),
        (("hours", "summary", text) for text in HOURS),
        (("waste", "waste", text) for text in WASTE),
    ):
        print(f"{kind} {asked}\t{cost(path, asked)}")


def fill() -> float:
    """Write the records as the recorder does. Gives records per second."""
    from gateway.records import Batch, PriceIds

    prices, rng = PriceIds(), random.Random(1)
    began_at, now = time.perf_counter(), time.time()
    for start in range(0, RECORDS, 500):
        Batch([made(rng, number, now) for number in range(start, start + 500)], prices).write()
    return RECORDS / (time.perf_counter() - began_at)


def made(rng: random.Random, number: int, now: float) -> object:
    from gateway.call import Outcome
    from gateway.chat import Usage
    from gateway.records import Finished

    status, error = rng.choices(ENDS, SHARES)[0]
    if number == 1000:
        status, error = 418, "I am a teapot"
    app = "rare" if number == 2000 else f"app {rng.randrange(APPS)}"
    is_stream, channel = rng.random() < 0.7, rng.randrange(1, CHANNELS)
    columns = (
        f"nv_{number:012x}", rng.randrange(1, KEYS), "Key", app, "openai-chat", "chat/completions",
        f"model {rng.randrange(MODELS)}", is_stream, rng.random() < 0.3, "",
    )  # fmt: skip
    outcome = Outcome(
        channel_id=channel, channel=f"Channel {channel}", provider="openai", model_sent="gpt-4o", status=status,
        error=error, answered=status in (200, 499), attempts=1, tokens=Usage(rng.randrange(4000), rng.randrange(800)),
        first_token_ms=rng.expovariate(1 / 800) if is_stream else None,
    )  # fmt: skip
    if status == 200 and rng.random() < 0.02:
        outcome.attempts, outcome.route = 2, retried()
    at = now - SECONDS + number * SECONDS / RECORDS
    return Finished(columns, outcome, rng.expovariate(1 / 3000), at, None)


@lru_cache(maxsize=1)
def retried() -> object:
    from gateway.offers import Plan
    from gateway.route import Route
    from tests.gateway.values import attempt, channel

    first, second = attempt(channel("First")), attempt(channel("Second"))
    return Route(Plan([first, second]), [(first, 0.1, 503, "overloaded"), (second, 0.25, 200, "")])


def cost(path: str, asked: str) -> float:
    """Milliseconds of the server for an answer, the median of some."""
    from django.conf import settings
    from django.test import Client

    from channels_app.models import ClientKey

    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"authorization": f"Bearer {ClientKey.master().token}", "host": "localhost"})
    middle = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - SECONDS / 2))
    before, yesterday = (date.today() - timedelta(days=days) for days in (2, 1))  # noqa: DTZ011  # the owner's days
    asked = asked.format(middle=middle, before=before, yesterday=yesterday)
    spent = []
    for _ in range(ROUNDS):
        began_at = time.perf_counter()
        answer = client.get(f"/api/usage/{path}?{asked}")
        spent.append((time.perf_counter() - began_at) * 1000)
        assert answer.status_code == 200, answer.content
    return sorted(spent)[ROUNDS // 2]


def goals(folder: Path) -> list[Goal]:
    run = [sys.executable, "-m", "tests.bench.log", str(folder / "log")]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.splitlines()
    found = {name: float(value) for name, value in (line.split("\t") for line in lines)}
    slowest = {kind: max((ms, name) for name, ms in found.items() if name.startswith(kind)) for kind in KINDS}
    return [
        Goal(f"µs to write one of {RECORDS:,} records", 1e6 / found["records"], 200, "µs"),
        *(
            Goal(f"slowest {kind}: {name.partition(' ')[2][:28]}", ms, 100, "ms")
            for kind, (ms, name) in slowest.items()
        ),
    ]


ENDS = (
    (200, ""),
    (429, "rate limited"),
    (502, "tried 2 channels"),
    (499, "The client went away."),
    (200, "broke off"),
)
SHARES = (93, 2, 2, 2, 1)
KINDS = ("page", "summary", "hours", "waste")

if __name__ == "__main__":
    main(sys.argv[1])
