"""What an answer without a token count may have cost, and which app asked. The count itself is the dialect's."""

import re
from functools import lru_cache
from typing import Any

import msgspec

from gateway.chat import Usage


def estimate(body: bytes, events: int) -> Usage:
    """For an answer without usage, or cut short: the texts of the request, and one token per streamed event."""
    return Usage(input=estimate_tokens(body), output=events, is_estimated=True)


# Pieces that tokenizers of the o200k family tend to keep whole: words of Latin script with their leading space,
# runs of digits by three, single CJK characters, punctuation runs, line breaks.
_PIECE = re.compile(r" ?[A-Za-z\u00c0-\u024f]+|\d{1,3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\w\s]+|\s+|\w")


def estimate_tokens(body: bytes) -> int:
    """About how many tokens the texts of a JSON request are; within some 10 % for prose and code, label it so."""
    try:
        texts = list(texts_in(msgspec.json.decode(body)))
    except (msgspec.MsgspecError, RecursionError):
        texts = [body.decode("utf-8", "replace")]
    return sum(pieces_in(text) for text in texts)


def texts_in(body: Any) -> Any:
    """Every string value of a JSON document that is not a data URL."""
    if isinstance(body, str):
        if not body.startswith("data:"):
            yield body
    elif isinstance(body, dict):
        for value in body.values():
            yield from texts_in(value)
    elif isinstance(body, list):
        for value in body:
            yield from texts_in(value)


def pieces_in(text: str) -> int:
    sample = text[:200_000]  # enough to extrapolate from, and bounded
    pieces = sum(1 + (len(piece.group()) - 1) // 8 for piece in _PIECE.finditer(sample))
    return pieces * len(text) // max(1, len(sample))


LONGEST_NAME = 100  # of an app, in characters


@lru_cache(maxsize=512)
def own_name(given: str) -> str:
    """The name that an app gives itself for Novapi (`x-novapi-app`), as far as it can be shown; empty if it can't."""
    shown = "".join(char if char.isprintable() else " " for char in given[: 4 * LONGEST_NAME])
    return " ".join(shown.split())[:LONGEST_NAME].rstrip()


# What stands first in a browser-like user agent and names no app.
_ENGINES = ("mozilla", "applewebkit", "chrome", "chromium", "safari", "gecko", "firefox", "edg", "electron", "version")


@lru_cache(maxsize=512)
def app_name(user_agent: str) -> str:
    """The app's own name from its User-Agent: `claude-cli/2.1 (external)` → `claude-cli`."""
    user_agent = user_agent[:500]  # brackets that never close would be searched again and again
    if user_agent.startswith(("OpenAI/", "AsyncOpenAI/", "Anthropic/", "AsyncAnthropic/")):
        return user_agent.split()[0][:LONGEST_NAME]
    products = [word.partition("/")[0] for word in re.sub(r"\([^)]*\)", " ", user_agent).split()]
    named = [name for name in products if name and not name.lower().startswith(_ENGINES)]
    return (named or [name for name in products if name] or ["unknown"])[0][:LONGEST_NAME]
