"""Backups, and what comes from elsewhere."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from dashboard.api.schemas.base import Schema


class BackupIn(Schema):
    """`captures`: whether what apps said is to be in it, too. `passphrase`: seals your keys; without one they are left
    out."""

    captures: bool = False
    passphrase: str | None = Field(None, max_length=1000)


class CopyOut(Schema):
    """A copy of the database that Novapi put aside before an upgrade or a restore; `bytes`: its size."""

    name: str
    bytes: int
    made_at: datetime
    reason: Literal["upgrade", "restore"]


class MissingOut(Schema):
    """What a channel lacks after a restore: `keys`, masked, and `others` like "env: HF_TOKEN"."""

    channel: str
    keys: list[str]
    others: list[str]


class RestoredOut(Schema):
    """What was in a backup, and what became of it. `made_at`, `made_by`: when and by which version, null of a plain
    copy of the database. `captures`, `has_keys`: whether they are in it. `missing`: what must be entered again.
    `new_tokens`: the keys of apps that are others now. `master_key`: "restored", or "kept": this machine's own.
    `copy_name`: where in `backups/` the database is that was replaced; null after a dry run."""

    dry_run: bool
    made_at: datetime | None
    made_by: str | None
    captures: bool
    has_keys: bool
    channels: int
    client_keys: int
    records: int
    missing: list[MissingOut]
    new_tokens: list[str]
    master_key: Literal["restored", "kept"]
    copy_name: str | None


class MovedTokenOut(Schema):
    """A token of One-API: `name` there, `new_name` here; `notes`: what holds there and not here, or why it was left
    out."""

    name: str
    outcome: Literal["added", "already there", "left out"]
    new_name: str
    enabled: bool
    notes: list[str]


class MovedChannelOut(MovedTokenOut):
    """A channel of One-API; `keys` and `models`: how many."""

    provider: str
    keys: int
    models: int


class ImportedOut(Schema):
    """What came of a database of One-API. `family`: whose it is."""

    dry_run: bool
    family: Literal["One-API", "new-api", "one-hub"]
    channels: list[MovedChannelOut]
    tokens: list[MovedTokenOut]
    notes: list[str]
