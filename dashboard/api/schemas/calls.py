"""Calls: their records, their bodies, how they went, and those under way."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator

from channels_app.table import BUILT_IN_ID
from dashboard.api.schemas.base import Schema, Strict, utc


class BodyOut(Schema):
    """One side of a call. `text` is null where it was no text (`binary`, of that `type`), `json` where it is no JSON;
    `size` is that of the whole in bytes, of which `truncated` tells that only the beginning was kept. `events`: of a
    stream, the milliseconds since the call came, and what came then."""

    text: str | None
    json_: Any = Field(None, serialization_alias="json")
    size: int
    truncated: bool
    binary: bool
    type: str
    events: list[tuple[int, str]]


class BodiesOut(Schema):
    """What the app sent (`request`) and saw (`answer`), what its provider got (`sent`) and gave (`given`); null: there
    was none."""

    request: BodyOut | None = None
    sent: BodyOut | None = None
    given: BodyOut | None = None
    answer: BodyOut | None = None


class NoBodiesOut(Schema):
    """Why nothing is kept of a call: `detail` in words, `reason` for the dashboard's own."""

    detail: str
    reason: Literal["waiting", "realtime", "private", "off", "errors", "gone", "missed"]


class ReplayIn(Strict):
    """What is to be different: the request itself, or only its model."""

    model_config = ConfigDict(str_strip_whitespace=False)  # blanks in the names of the body's members are its own

    model: str | None = Field(None, min_length=1, max_length=200)
    body: dict[str, Any] | None = None


class CodeOut(Schema):
    """`masked`: keys that were in the request are "[key]" in the code."""

    code: str
    masked: bool


class ConsideredOut(Schema):
    """A candidate with one of its keys, and what became of it."""

    channel: str
    key: str
    model: str
    reason: str


class AttemptOut(Schema):
    """One try: `ms` until it answered or failed, `status` of the provider (0: there was none)."""

    channel: str
    key: str
    model: str
    dialect: str
    ms: float
    status: int
    error: str


class RouteOut(Schema):
    candidates: list[ConsideredOut]
    attempts: list[AttemptOut]


class RecordFilter(Strict):
    """Which records: `key` and `channel` by id (0: those without one, -1: Novapi itself); `model` as it was asked for,
    `sent`: as its provider calls it, which is how sums are told; `status` a number, or ok, error, left, 4xx, 5xx,
    several with commas between; `retried`: took more than one attempt; `since` and `until` are UTC unless told;
    `min_cost` in US dollars; `error`: a text in it; `text`: words in what was asked and answered, as far as it is
    kept; `cursor`: `next` of the page before."""

    app: str | None = Field(None, max_length=100)
    key: int | None = Field(None, ge=0, lt=2**63)
    channel: int | None = Field(None, ge=BUILT_IN_ID, lt=2**63)
    model: str | None = Field(None, max_length=200)
    sent: str | None = Field(None, max_length=200)
    status: str | None = Field(None, max_length=60)
    stream: bool | None = None
    tools: bool | None = None
    retried: bool | None = None
    slow_ms: float | None = Field(None, ge=0)
    min_cost: float | None = Field(None, ge=0, le=1_000_000_000)
    error: str | None = Field(None, max_length=200)
    text: str | None = Field(None, max_length=200)
    replay_of: str | None = Field(None, max_length=40)
    since: datetime | None = None
    until: datetime | None = None
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=200)

    @field_validator("since", "until")
    @classmethod
    def in_utc(cls, value: datetime | None) -> datetime | None:
        return utc(value)


class RecordIds(Strict):
    id: list[str] = Field(min_length=1, max_length=500)


class ExportFilter(RecordFilter):
    format: Literal["csv", "jsonl"] = "csv"


class RecordRow(Schema):
    """One call; durations in milliseconds, money in US dollars (null: the price is unknown). `cloud_usd`: what a local
    engine's call would have cost in the cloud."""

    request_id: str
    started_at: datetime
    key_name: str
    app: str
    dialect: str
    endpoint: str
    model_asked: str
    model_sent: str
    model_answered: str
    channel_name: str
    attempts: int
    status: int
    error: str
    stream: bool
    first_token_ms: float | None
    duration_ms: float
    overhead_ms: float
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cache_written_tokens: int | None
    estimated: bool
    cost_usd: float | None
    cloud_usd: float | None
    tools: bool
    replay_of: str


class RecordPage(Schema):
    """`next`: the cursor of the page after this one; null at the end."""

    records: list[RecordRow]
    next: str | None


class PriceOut(Schema):
    """What a call was reckoned with: `source` is "owner", "local", or the price list; `rates` in billionths of a US
    dollar per million tokens."""

    source: str
    rates: dict[str, Any]


class RecordOut(RecordRow):
    """A record with its price, and where the call went and why."""

    price: PriceOut | None
    route: RouteOut


class CallOut(Schema):
    """A call in flight. `at`: when it came, a Unix time; `ms` since then; `channel`: who is asked now, if anybody."""

    id: str
    app: str
    key: str
    model: str
    dialect: str
    endpoint: str
    stream: bool
    at: float
    channel: str
    attempts: int
    ms: float
    first_token_ms: float | None
