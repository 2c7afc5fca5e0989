"""`novapi discover`: a table, JSON, and channels for what was found."""

import json
from pathlib import Path

import pytest

from tests.fake_engines import engines
from tests.running import Novapi, run

pytestmark = pytest.mark.usefixtures("empty_network")


def test_engines_are_printed_as_a_table(home: Path) -> None:
    with engines("ollama", "vllm with a key", "web server") as fakes:
        result = run(home, "discover")

    assert result.returncode == 0, result.stderr
    head, *rows = [line.split() for line in result.stdout.splitlines()]
    assert head == ["ENGINE", "ADDRESS", "STATE", "MODELS", "CHANNEL"]
    assert ["Ollama", fakes.address("ollama"), "ready", "qwen3:8b,", "gpt-oss:120b-cloud", "-"] in rows
    assert ["vLLM", fakes.address("vllm with a key"), "locked", "-", "-"] in rows
    assert fakes.address("web server") not in result.stdout


def test_engines_are_printed_as_json_with_the_channels_they_became(home: Path) -> None:
    with engines("lm studio", "tabby with a key") as fakes:
        result = run(home, "discover", "--json", "--add")
        again = run(home, "discover", "--json", "--add")

    assert result.returncode == 0, result.stderr
    found = {each["address"]: each for each in json.loads(result.stdout)["engines"]}
    studio, tabby = found[fakes.address("lm studio")], found[fakes.address("tabby with a key")]
    assert studio["channel"]["name"].startswith("LM Studio")
    assert studio["models"][0]["context_max"] == 32768
    assert (tabby["state"], tabby["channel"]) == ("locked", None)
    assert studio["channel"] in [each["channel"] for each in json.loads(again.stdout)["engines"]]


def test_channel_that_the_command_adds_is_in_force_in_the_running_server(home: Path) -> None:
    with engines("sglang") as fakes, Novapi(home) as novapi:
        result = run(home, "discover", "--add")
        channels = novapi.api("GET", "/channels").json()

    assert f"http://127.0.0.1:{novapi.port}" not in result.stdout  # Novapi itself is no engine
    assert fakes.address("sglang") + "/v1" in [channel["base_url"] for channel in channels]
