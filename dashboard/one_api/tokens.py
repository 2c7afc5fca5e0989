"""What becomes of one of their tokens: a client key with the same token, so that apps need not be told."""

from datetime import UTC, datetime
from typing import NamedTuple

from dashboard.one_api.reading import Row, Source

START = "sk-"  # which apps send in front of what is in the table
ENABLED, DISABLED, EXPIRED, EXHAUSTED = 1, 2, 3, 4
SHORTEST = 8
LATEST = 253_402_214_400  # the end of 9999


class Token(NamedTuple):
    """A client key to be. `notes`: what its owner should know."""

    name: str
    token: str
    enabled: bool
    expires_at: datetime | None
    notes: list[str]


def token_of(row: Row, source: Source) -> Token | str:
    """A text: why it can't be taken over."""
    key = row.text("key")
    if not (key.isascii() and key.isprintable() and " " not in key and len(key) >= SHORTEST):
        return "it is no key that an app could send, or one that is too short"
    is_of_nobody = row.number("user_id") in source.disabled_users
    return Token(
        name=row.text("name") or f"Token {row.number('id')}",
        token=key if key.startswith(START) else START + key,
        enabled=row.number("status", ENABLED) in (ENABLED, EXPIRED) and not is_of_nobody,
        expires_at=end_of(row.number("expired_time", -1)),
        notes=list(notes_on(row)),
    )


def end_of(seconds: int) -> datetime | None:
    """Their Unix time; -1 and 0 stand for never."""
    return datetime.fromtimestamp(min(seconds, LATEST), UTC) if seconds > 0 else None


def notes_on(row: Row) -> list[str]:
    """What holds there and not here."""
    has_models = row.text("models") or (row.number("model_limits_enabled") and row.text("model_limits"))
    told = {
        "Its quota is not kept; give it a budget if it should have a limit.": not row.number("unlimited_quota"),
        "Its quota was used up, so it is switched off.": row.number("status") == EXHAUSTED,
        "It was for some models only; here it is for all.": has_models,
        "It was for some addresses only; here it is for every app that has it.": row.text("subnet")
        or row.text("allow_ips"),
    }
    return [note for note, holds in told.items() if holds]
