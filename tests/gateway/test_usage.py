"""Tokens are estimated where an answer does not tell them, and apps are named by their User-Agent."""

import json
import time

import pytest

from gateway.chat import Usage
from gateway.usage import app_name, estimate, estimate_tokens, own_name, pieces_in

PROSE = (
    "The quick brown fox jumps over the lazy dog. It was the best of times, it was the worst of times, "
    "it was the age of wisdom, it was the age of foolishness."
)


def asking(content: object) -> bytes:
    return json.dumps({"model": "gpt", "messages": [{"role": "user", "content": content}]}).encode()


def test_estimate_is_marked_as_one() -> None:
    estimated = estimate(asking("hello"), events=12)

    assert estimated == Usage(input=estimate_tokens(asking("hello")), output=12, is_estimated=True)
    assert estimated.input > 0


def test_prose_is_counted_like_a_tokenizer_would() -> None:
    # ten tokens in cl100k and o200k: a word each, and the full stop
    assert pieces_in("The quick brown fox jumps over the lazy dog.") == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize(
    ("text", "at_least", "at_most"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        ("123456789", 3, 3),
        ("你好世界", 4, 4),
        ("internationalization", 2, 4),
        ("\n\n\n", 1, 1),
    ],
)
def test_pieces_are_like_those_of_a_tokenizer(text: str, at_least: int, at_most: int) -> None:
    assert at_least <= pieces_in(text) <= at_most


def test_longer_text_costs_more_in_proportion() -> None:
    assert pieces_in(PROSE * 10_000) == pytest.approx(10_000 * pieces_in(PROSE), rel=0.05)


def test_images_in_data_urls_are_not_counted_as_text() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "iVBO" * 100_000}}

    counted = estimate_tokens(asking([{"type": "text", "text": PROSE}, image]))

    assert counted < estimate_tokens(asking(PROSE)) + 20


def test_text_is_found_at_any_depth() -> None:
    assert estimate_tokens(b'{"a":[{"b":{"c":"one two three"}}]}') == pieces_in("one two three")


@pytest.mark.parametrize("body", [b"", b"not JSON", b"\xff\xfe", b"[" * 100_000])
def test_body_that_is_no_json_is_counted_as_text(body: bytes) -> None:
    assert estimate_tokens(body) == pieces_in(body.decode("utf-8", "replace"))


@pytest.mark.alone
def test_estimate_of_megabytes_is_quick() -> None:
    body = asking(PROSE * 100_000)
    started = time.perf_counter()

    estimate_tokens(body)

    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("claude-cli/2.1.0 (external, cli)", "claude-cli"),
        ("OpenAI/Python 2.3.0", "OpenAI/Python"),
        ("AsyncOpenAI/Python 2.3.0", "AsyncOpenAI/Python"),
        ("OpenAI/JS 5.1.0", "OpenAI/JS"),
        ("Anthropic/Python 0.40.0", "Anthropic/Python"),
        ("codex_cli_rs/0.50.0 (Mac OS 15.0; arm64) iTerm", "codex_cli_rs"),
        ("python-requests/2.32", "python-requests"),
        ("curl/8.5.0", "curl"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "CherryStudio/1.5.1 Chrome/138.0 Electron/37.2 Safari/537.36",
            "CherryStudio",
        ),
        ("Mozilla/5.0 (X11; Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36", "Mozilla"),
        ("", "unknown"),
        ("(nothing but a comment)", "unknown"),
    ],
)
def test_app_is_named_by_its_user_agent(user_agent: str, name: str) -> None:
    assert app_name(user_agent) == name


def test_name_of_an_app_is_bounded() -> None:
    assert len(app_name("x" * 5000 + "/1")) == 100
    assert len(app_name("OpenAI/" + "x" * 5000)) == 100


def test_app_always_has_a_name() -> None:
    assert app_name("/1.0") == "unknown"


@pytest.mark.alone
def test_hostile_user_agent_is_named_at_once() -> None:
    started = time.perf_counter()

    app_name("(" * 40_000)

    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("playground", "playground"),
        ("  My   own app/2 ", "My own app/2"),
        ("试验场", "试验场"),
        ("bell\x07 and \u202eturned", "bell and turned"),
        ("x" * 5000, "x" * 100),
        ("\x00 \x1f", ""),
    ],
)
def test_name_that_an_app_gives_itself_is_made_fit_to_be_shown(given: str, name: str) -> None:
    assert own_name(given) == name
