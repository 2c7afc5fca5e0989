"""Tests of channels: what they cost, how they went."""

from typing import Literal

from pydantic import Field

from dashboard.api.schemas.base import Schema, Strict


class TestIn(Strict):
    """`model`: a public name of the channel to test with; else the first that chats."""

    model: str | None = Field(None, min_length=1, max_length=200)


class RoundIn(Strict):
    """`ids`: the channels to test, disabled ones too; else all that are enabled. `model`: a public name to test with,
    of every one of them."""

    ids: list[int] | None = Field(None, max_length=10_000)
    model: str | None = Field(None, min_length=1, max_length=200)


class TestCost(Schema):
    """What a test will use at most: small calls, their tokens in and out together, US dollars (null: not known)."""

    model: str | None
    calls: int
    tokens: int
    cost_usd: float | None
    detail: str


StageCode = Literal[
    "", "no_address", "unreachable", "timeout", "tls", "proxy", "no_key", "key_refused", "no_credit", "rate_limited",
    "not_found", "model_not_found", "no_model", "redirect", "bad_answer", "rejected", "trouble", "engine",
    "offline_mode", "internal",
]  # fmt: skip


class StageOut(Schema):
    """`ms`: how long it took; `detail`: how it went and what to do; `skipped`: it does not apply, and why; `code`:
    what went wrong, in a word for programs."""

    name: str
    ok: bool
    skipped: bool
    ms: float
    detail: str
    code: StageCode


class TestOut(Schema):
    """`ok`: every stage that was not skipped went well, but those in `abilities`, which a model may do without."""

    ok: bool
    model: str | None
    abilities: list[str]
    stages: list[StageOut]
