"""What all shapes have in common: how they are made, times, limits."""

from datetime import UTC, datetime

import ninja
from pydantic import ConfigDict, Field

from channels_app.models import Channel, ClientKey
from gateway.pricing import NANO
from gateway.spending import spending


class Schema(ninja.Schema):
    """Its validator is made when it is first used: a page that opens waits for all of these shapes, and uses a few."""

    model_config = ConfigDict(defer_build=True)


class Strict(Schema):
    """Input: a member we don't know is a mistake, and said to be one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


def utc(value: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    if value is None or value.tzinfo is None:
        return value and value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such time.") from None


class QuotaIn(Strict):
    """What a key or a channel may use; budgets in US dollars. `null`: without limit."""

    requests_per_minute: int | None = Field(None, ge=1, le=1_000_000)
    tokens_per_minute: int | None = Field(None, ge=1, le=1_000_000_000)
    concurrent_calls: int | None = Field(None, ge=1, le=100_000)
    budget_per_day: float | None = Field(None, ge=0, le=1_000_000_000)
    budget_per_month: float | None = Field(None, ge=0, le=1_000_000_000)


class QuotaOut(Schema):
    """The limits, and what was spent of the budgets, as far as prices are known."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent_calls: int | None
    budget_per_day: float | None
    budget_per_month: float | None
    spent_today: float
    spent_this_month: float

    @staticmethod
    def resolve_spent_today(row: Channel | ClientKey) -> float:
        return spending.spent(owner_of(row)).today / NANO

    @staticmethod
    def resolve_spent_this_month(row: Channel | ClientKey) -> float:
        return spending.spent(owner_of(row)).this_month / NANO


def owner_of(row: Channel | ClientKey) -> str:
    """As `gateway.spending` knows it."""
    return f"{'channel' if isinstance(row, Channel) else 'key'}:{row.pk}"
