"""Sums of calls, and what was wasted."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from channels_app.table import BUILT_IN_ID
from dashboard.api.schemas.base import Schema, Strict

Dimension = Literal["hour", "day", "week", "month", "key", "app", "channel", "model"]


class WasteFilter(Strict):
    """`since` and `until`: the first and the last day, both counted, of the owner's time zone, the last 30 days unless
    told; the others as in the filter of records, `model` as it was sent."""

    since: date | None = None
    until: date | None = None
    app: str | None = Field(None, max_length=100)
    key: int | None = Field(None, ge=0, lt=2**63)
    channel: int | None = Field(None, ge=BUILT_IN_ID, lt=2**63)
    model: str | None = Field(None, max_length=200)


class SummaryFilter(WasteFilter):
    """`by`: one or two dimensions. By `hour`, of what records are left: the last 2 days unless told, at most 7 days
    and 80,000 calls (50,000 if by two)."""

    by: list[Dimension] = Field(["day"], min_length=1, max_length=2)


class SumsOut(Schema):
    """`unpriced`: calls whose price nobody knows, which count as nothing in `cost_usd`. `first_ms_p50` and
    `first_ms_p95`: to the first byte of streams, within a quarter; `tokens_per_s` of streams. `wasted_usd`: spent on
    answers that nobody got whole; `retries`: attempts beyond the first."""

    requests: int
    errors: int
    cut: int
    streams: int
    retries: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_written_tokens: int
    reasoning_tokens: int
    cost_usd: float
    cloud_usd: float
    wasted_usd: float
    duration_ms: float
    first_ms_p50: float | None
    first_ms_p95: float | None
    tokens_per_s: float | None


class SummaryRow(SumsOut):
    """The sums of one group: `key` and `channel` are names, and ids beside them; what was not asked `by` is null."""

    hour: datetime | None
    day: date | None
    key: str | None
    key_id: int | None
    app: str | None
    channel: str | None
    channel_id: int | None
    model: str | None


class Money(Schema):
    """All numbers are US dollars; these tell what the owner wants to read instead."""

    currency: Literal["usd", "cny"]
    yuan_per_dollar: float


class SummaryOut(Money):
    since: date
    until: date
    total: SumsOut
    rows: list[SummaryRow]


class LostOut(Schema):
    """`cost_usd`: what is known of it, of `unpriced` calls nobody knows the price and of `estimated` the tokens are
    guessed; `ms`: the time that was lost."""

    cost_usd: float | None
    unpriced: int
    estimated: int
    ms: float


class WasteTotal(LostOut):
    """`calls` that nobody got whole, `attempts` that failed before another answered."""

    calls: int
    attempts: int


class WasteRow(LostOut):
    """Of one channel for one reason: "cut", its app left; "broken", the answer broke off; "retried", attempts that
    failed with `status` (0: no answer) before another answered, whose money nobody tells. `examples`: request ids."""

    channel: str
    channel_id: int
    reason: Literal["cut", "broken", "retried"]
    status: int | None
    count: int
    examples: list[str]


class WasteOut(Money):
    since: date
    until: date
    total: WasteTotal
    rows: list[WasteRow]
