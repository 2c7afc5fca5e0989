"""A Novapi with a month behind it, for the pictures in the README and for tests of full pages.

`filled` gives one: channels at well-known providers (all of them a server of this file), a month of records written
as the recorder writes them, and fresh calls with bodies.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fake_upstream import FakeUpstream, Received, chunk, completion, head, whole
from tests.running import ROOT, Novapi, run

DAYS = 30
ANSWER = (
    "A gateway forwards each request to whichever provider can serve it. When one is rate-limited or down, the next "
    "takes over before your app notices, and every attempt is kept with its reason, its time and its price."
)


@dataclass(frozen=True)
class Traffic:
    """One app's calls in the made-up month: to which channel (its place in CHANNELS), how many of all, how large."""

    app: str
    model: str
    channel: int
    share: float
    input_tokens: int
    output_tokens: int
    first_ms: float


CHANNELS = [
    {
        "name": "Anthropic", "provider": "anthropic", "priority": 20, "budget_per_month": 400,
        "models": ["claude-sonnet-4-5", "claude-haiku-4-5"],
    },
    {"name": "OpenAI", "provider": "openai", "priority": 10, "models": ["gpt-4o", "gpt-4o-mini", "gpt-4.1"]},
    {"name": "DeepSeek", "provider": "deepseek", "priority": 10, "models": ["deepseek-chat", "deepseek-reasoner"]},
    {"name": "OpenRouter", "provider": "openrouter", "priority": 0, "models": ["gpt-4o", "claude-sonnet-4-5"]},
    {"name": "Ollama", "provider": "ollama", "priority": 0, "models": ["qwen3:8b", "llama3.2:3b"]},
]  # fmt: skip
TRAFFIC = [
    Traffic("claude-cli", "claude-sonnet-4-5", 0, 0.34, 18_000, 700, 900),
    Traffic("claude-cli", "claude-haiku-4-5", 0, 0.14, 6_000, 250, 420),
    Traffic("Chatbox", "gpt-4o", 1, 0.12, 1_400, 420, 610),
    Traffic("Chatbox", "deepseek-chat", 2, 0.1, 1_800, 500, 800),
    Traffic("codex_cli_rs", "gpt-4.1", 1, 0.1, 9_000, 600, 700),
    Traffic("python-requests", "gpt-4o-mini", 1, 0.08, 600, 120, 380),
    Traffic("CherryStudio", "qwen3:8b", 4, 0.09, 900, 380, 260),
    Traffic("codex_cli_rs", "gpt-4o", 3, 0.03, 4_000, 500, 1200),
]
ENDS = [(200, ""), (429, "Rate limit reached"), (499, ""), (502, "All channels failed")]


def answers(call: Received) -> Iterable[bytes | float]:
    """Model lists, and an answer in the dialect that was asked, word by word."""
    if call.method == "GET":
        yield whole(json.dumps({"object": "list", "data": [{"id": "gpt-4o"}, {"id": "gpt-5"}]}).encode())
    elif call.path.endswith("/messages"):
        yield from anthropic(call)
    elif call.json.get("stream"):
        yield head(200, "text/event-stream")
        for word in ANSWER.split(" "):
            yield chunk(f"{word} ", model=call.json["model"])
            yield 0.03
        yield chunk(finish="stop", model=call.json["model"])
        yield chunk(
            choices=[],
            model=call.json["model"],
            usage={"prompt_tokens": 212, "completion_tokens": 48, "total_tokens": 260},
        )
        yield b"data: [DONE]\n\n"
    else:
        yield whole(json.dumps(completion(ANSWER, call.json["model"])).encode())


def anthropic(call: Received) -> Iterable[bytes | float]:
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": call.json["model"], "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": ANSWER}],
        "usage": {"input_tokens": 1830, "output_tokens": 48, "cache_read_input_tokens": 16_400},
    }  # fmt: skip
    yield 0.4
    yield whole(json.dumps(message).encode())


@contextmanager
def filled(home: Path, records: int = 12_000) -> Iterator[Novapi]:
    """A running Novapi in `home` with a month behind it."""
    assert run(home, "key").returncode == 0
    with FakeUpstream(answers) as upstream:
        write_month(home, records)
        with Novapi(home) as novapi:
            furnish(novapi, upstream)
            yield novapi


def furnish(novapi: Novapi, upstream: FakeUpstream) -> None:
    for channel in CHANNELS:
        secret = {} if channel["provider"] == "ollama" else {"api_keys": ["sk-demo-0000009xQ2"]}
        base_url = upstream.url.removesuffix("/v1") if channel["provider"] == "anthropic" else upstream.url
        response = novapi.api("POST", "/channels", json={"base_url": base_url} | secret | channel)
        assert response.status_code == 201, response.text
    for body in (
        {"name": "auto", "models": ["claude-sonnet-4-5", "gpt-4o", "qwen3:8b"], "strategy": "priority"},
        {"name": "fast", "models": ["gpt-4o-mini", "claude-haiku-4-5"], "strategy": "latency"},
    ):
        assert novapi.api("POST", "/aliases", json=body).status_code == 201
    for body in ({"name": "Chatbox", "budget_per_day": 5}, {"name": "Scripts", "budget_per_month": 10}):
        assert novapi.api("POST", "/keys", json=body).status_code == 201
    talk(novapi)


def talk(novapi: Novapi) -> None:
    """Calls of today, with bodies."""
    question = {"role": "user", "content": "What does a gateway do?"}
    system = {"role": "system", "content": "You are a concise assistant. Answer in two sentences."}
    for agent, model, stream in (
        ("Chatbox/1.15", "gpt-4o", True),
        ("python-requests/2.32", "gpt-4o-mini", False),
        ("CherryStudio/1.8", "qwen3:8b", True),
        ("codex_cli_rs/0.60", "auto", False),
    ):
        body = {"model": model, "messages": [system, question], "stream": stream}
        assert novapi.call(json=body, headers={"user-agent": agent}).status_code == 200
    body = {"model": "claude-sonnet-4-5", "max_tokens": 500, "messages": [question]}
    assert novapi.call("messages", json=body, headers={"user-agent": "claude-cli/2.1"}).status_code == 200


def write_month(home: Path, records: int) -> None:
    """In a process of its own, for Django has one data directory in each."""
    settings = os.environ | {"NOVAPI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "novapi_site.settings"}
    code = f"from tests.e2e.dashboard.demo import fill; fill({records})"
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=settings, cwd=ROOT, check=True)


def fill(records: int) -> None:
    import django

    django.setup()
    from novapi_site import database

    database.prepare()
    from gateway.records import Batch, PriceIds

    prices, rng = PriceIds(), random.Random(7)
    for start in range(0, records, 500):
        made = [finished(rng, number, records) for number in range(start, min(records, start + 500))]
        Batch(made, prices).write()


def finished(rng: random.Random, number: int, records: int) -> object:
    """One call of the month: more by day than by night, more on workdays, more lately than at first."""
    from gateway.call import Outcome
    from gateway.chat import Usage
    from gateway.records import Finished

    kind = rng.choices(TRAFFIC, [each.share for each in TRAFFIC])[0]
    at = moment(rng, number, records)
    status, error = rng.choices(ENDS, [0.965, 0.015, 0.01, 0.01])[0]
    is_stream = rng.random() < 0.8
    columns = (
        f"nv_demo{number:08x}", 1, "Master key", kind.app, "openai-chat", "chat/completions", kind.model, is_stream,
        rng.random() < 0.4, "",
    )  # fmt: skip
    channel = CHANNELS[kind.channel]
    tokens = Usage(int(kind.input_tokens * rng.lognormvariate(0, 0.5)), int(kind.output_tokens * rng.random() * 2))
    first = kind.first_ms * rng.lognormvariate(0, 0.35)
    outcome = Outcome(
        channel_id=kind.channel + 1, channel=str(channel["name"]), provider=str(channel["provider"]),
        model_sent=kind.model, model_answered=kind.model, status=status, error=error, answered=status in (200, 499),
        attempts=1, tokens=tokens if status in (200, 499) else None, first_token_ms=first if is_stream else None,
    )  # fmt: skip
    return Finished(columns, outcome, first + (tokens.output or 0) * 14, at, None)


def moment(rng: random.Random, number: int, records: int) -> float:
    now = time.time()
    while True:
        at = now - DAYS * 86_400 * (1 - (number / records) ** 0.8) - rng.random() * 86_400
        local = time.localtime(at)
        weight = (1 if local.tm_wday < 5 else 0.35) * (1 if 9 <= local.tm_hour < 19 else 0.25)
        if at < now - 60 and rng.random() < weight:
            return at
