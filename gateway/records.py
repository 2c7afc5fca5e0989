"""A finished call as rows: its record, the attempts it took, its price, what it adds to its day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction

from channels_app.table import LIST_PRICES
from gateway import pricing
from gateway.call import Call, Outcome
from gateway.chat import Usage
from gateway.models import Attempt, Price, UsageRecord
from gateway.pricing import Reckoning
from gateway.rollups import Days, Group
from gateway.spending import local_day
from gateway.usage import estimate

COUNTS = ("count_tokens", "countTokens", "input_tokens")  # endpoints that cost nothing
NOT_BY_TOKEN = ("audio/", "images/", "files", "batches")  # unless the tokens of pictures and sounds are told apart
LEFT = 499  # the status of a call whose client hung up

MOST_PRICES = 1000  # in memory
MILLION, MINUTE = 10**6, 60

Row = tuple[Any, ...]
PriceName = tuple[str, str]  # source and rates


def insert_into(model: type[UsageRecord] | type[Attempt], last: str = "") -> str:
    """For all columns in their order, but `last`, which comes last."""
    columns = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    columns.sort(key=lambda name: name == last)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_INSERT, _INSERT_ATTEMPT = insert_into(UsageRecord, last="price_id"), insert_into(Attempt)
_PRICES = Price._meta.db_table


class Finished(NamedTuple):
    """A call that has ended. The request's body is kept only where tokens must be estimated from it."""

    call: Row
    outcome: Outcome
    duration_ms: float
    started_at: float
    body: bytes | None


def call_columns(call: Call) -> Row:
    """What is stored of the request itself; the call, with its body, is let go."""
    return (
        call.id, call.key.id, call.key.name, call.app, call.dialect, call.endpoint, call.model[:200], call.stream,
        call.tools, call.replay_of,
    )  # fmt: skip


class Batch:
    """Finished calls, ready to be written in one transaction."""

    def __init__(self, batch: list[Finished], prices: "PriceIds") -> None:
        self._prices = prices
        self._days = Days()
        self._attempts: list[Row] = []
        self._rows = [self._row(finished) for finished in batch]

    def write(self) -> None:
        """Straight to sqlite3: model instances would cost more than the rest of a call, and cachalot looks at every
        statement that goes through Django's cursor."""
        with transaction.atomic(), connection.wrap_database_errors:
            database = connection.connection
            ids = self._prices.ids_of(database, {found for _, found in self._rows if found})
            database.executemany(_INSERT, [(*row, ids.get(found)) for row, found in self._rows])
            database.executemany(_INSERT_ATTEMPT, self._attempts)
            self._days.write(database)
        self._prices.keep(ids)

    def _row(self, finished: Finished) -> tuple[Row, PriceName | None]:
        """The columns of UsageRecord without its price, and the price."""
        request_id, key_id, key_name, app, dialect, endpoint, model, stream, tools, replay_of = finished.call
        outcome = finished.outcome
        tokens = tokens_of(finished)
        found = reckoned(outcome, endpoint, tokens)
        outcome.cost_nano = found.nano if found else cost_without_price(outcome, endpoint)
        cloud_nano = cloud_cost(outcome, tokens)
        self._add_to_day(finished, tokens, cloud_nano)
        self._attempts += attempt_rows(request_id, outcome, finished.started_at)
        columns = (
            request_id,
            as_stored(finished.started_at),
            key_id,
            key_name,
            app,
            dialect,
            endpoint,
            model,
            outcome.model_sent[:200],
            outcome.model_answered[:200],
            outcome.channel_id,
            outcome.channel,
            outcome.attempts,
            outcome.route.text() if outcome.route else "",
            outcome.status,
            outcome.error[:500],
            stream,
            outcome.first_token_ms,
            finished.duration_ms,
            outcome.overhead_ms,
            *token_columns(tokens),
            outcome.cost_nano,
            cloud_nano,
            tokens.cache_written if tokens else None,
            tools,
            replay_of,
        )
        return columns, (found.source, pricing.text_of(found.rates)) if found else None

    def _add_to_day(self, finished: Finished, tokens: Usage | None, cloud_nano: int | None) -> None:
        """The same arithmetic as `rollups.EXPRESSIONS`, which checks it."""
        _, key_id, key_name, app, _, _, model, stream, _, _ = finished.call
        outcome = finished.outcome
        group = Group(
            day_as_stored(int(finished.started_at) // MINUTE),
            key_id or 0,
            app,
            outcome.channel_id or 0,
            outcome.model_sent[:200] or model,
        )
        sums = self._days.of(group, key_name, outcome.channel)
        is_cut = outcome.status == LEFT
        is_broken = outcome.status < 400 and outcome.error != ""
        nano = outcome.cost_nano
        sums.requests += 1
        sums.errors += is_broken or (outcome.status >= 400 and not is_cut)
        sums.cut += is_cut
        sums.streams += stream
        sums.retries += max(outcome.attempts - 1, 0)
        sums.unpriced += nano is None
        sums.cost_nano += nano or 0
        sums.cloud_nano += cloud_nano or 0
        sums.wasted_nano += (nano or 0) if is_cut or is_broken else 0
        sums.duration_ms += finished.duration_ms
        if outcome.first_token_ms is not None:
            self._days.first_byte(group, outcome.first_token_ms)
        if tokens:
            sums.input_tokens += tokens.input
            sums.output_tokens += tokens.output
            sums.cached_tokens += tokens.cached
            sums.cache_written_tokens += tokens.cache_written
            sums.reasoning_tokens += tokens.reasoning
            if stream and outcome.first_token_ms is not None and not is_cut:
                sums.output_ms += max(finished.duration_ms - outcome.first_token_ms, 0)
                sums.output_timed += tokens.output


@lru_cache(maxsize=64)
def day_as_stored(minute: int) -> str:
    """The owner's day at a time, in minutes since 1970: no time zone changes days within a minute."""
    return str(local_day(minute * MINUTE))


def as_stored(at: float) -> str:
    """A Unix time in Django's text form of a UTC time in SQLite."""
    micros = int(at * 1e6)
    return f"{second_as_stored(micros // MILLION)}.{micros % MILLION:06}"


@lru_cache(maxsize=64)
def second_as_stored(second: int) -> str:
    """The records of a batch are of the same few seconds."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")


# Tokens and money


def tokens_of(finished: Finished) -> Usage | None:
    """Tokens as counted by the provider, else estimated, else unknown."""
    outcome = finished.outcome
    tokens = outcome.tokens or outcome.counted
    if tokens is None and finished.body is not None:
        tokens = estimate(finished.body, outcome.events)
    outcome.counted = tokens
    return tokens


def token_columns(tokens: Usage | None) -> Row:
    if tokens is None:
        return None, None, None, None, False
    return tokens.input, tokens.output, tokens.cached, tokens.reasoning, tokens.is_estimated


def reckoned(outcome: Outcome, endpoint: str, tokens: Usage | None) -> Reckoning | None:
    """None where no tokens were sold, or nobody knows their price."""
    if tokens is None or not outcome.answered or endpoint.endswith(COUNTS):
        return None
    if tokens.media is None and endpoint.startswith(NOT_BY_TOKEN):
        return None
    tried = outcome.route.tried if outcome.route else []
    own = tried[-1][0].candidate.prices if tried else LIST_PRICES
    return pricing.reckon(outcome.provider, (outcome.model_sent, outcome.model_answered), tokens, own)


def cost_without_price(outcome: Outcome, endpoint: str) -> int | None:
    """A call that nobody answered costs nothing, nor does one of this machine; of all others it is not known."""
    is_free = not outcome.answered or endpoint.endswith(COUNTS) or pricing.is_local(outcome.provider)
    return 0 if is_free else None


def cloud_cost(outcome: Outcome, tokens: Usage | None) -> int | None:
    """What a local engine's answer would have cost elsewhere."""
    if tokens is None or not outcome.answered or not pricing.is_local(outcome.provider):
        return None
    return pricing.cloud_cost(outcome.model_sent, tokens)


# Attempts


def attempt_rows(request_id: str, outcome: Outcome, started_at: float) -> Iterator[Row]:
    """Of a call that took more than one attempt, or failed: the others say it all in their record."""
    tried = outcome.route.tried if outcome.route else []
    if len(tried) == 1 and not tried[0][3]:
        return
    for position, (attempt, seconds, status, error) in enumerate(tried, 1):
        channel = attempt.candidate.channel
        yield (
            request_id, position, as_stored(started_at), channel.id, channel.name, attempt.credential.last4,
            attempt.candidate.upstream[:200], attempt.dialect, status, error[:500], round(seconds * 1000, 1),
        )  # fmt: skip


# Prices


class PriceIds:
    """The rows of the prices that were used since the start. Used by one thread."""

    def __init__(self) -> None:
        self._kept: dict[PriceName | None, int] = {}
        self._generation = 0

    def ids_of(self, database: Any, prices: set[PriceName]) -> dict[PriceName | None, int]:
        """Those of `prices`, inserted where they are new: inside a transaction, which may fail, so none are kept."""
        (generation,) = database.execute("PRAGMA user_version").fetchone()
        if generation != self._generation:  # a backup was restored: the same ids are other prices now
            self._kept, self._generation = {}, generation
        return {price: self._kept.get(price) or inserted(database, price) for price in prices}

    def keep(self, ids: dict[PriceName | None, int]) -> None:
        """The transaction went well."""
        if len(self._kept) > MOST_PRICES:
            self._kept.clear()
        self._kept |= ids


def inserted(database: Any, price: PriceName) -> int:
    database.execute(f"INSERT OR IGNORE INTO {_PRICES} (source, rates) VALUES (?, ?)", price)
    found = database.execute(f"SELECT id FROM {_PRICES} WHERE source = ? AND rates = ?", price).fetchone()
    return int(found[0])
