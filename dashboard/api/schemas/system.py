"""Preferences, how Novapi stands, what it is made of."""

from typing import Literal

from pydantic import Field

from dashboard.api.schemas.base import Schema, Strict


class PreferencesPatch(Strict):
    max_attempts: int | None = Field(None, ge=1, le=10)
    connect_s: float | None = Field(None, gt=0)
    first_byte_s: float | None = Field(None, gt=0)
    idle_s: float | None = Field(None, gt=0)
    total_s: float | None = Field(None, gt=0)
    max_body_mb: int | None = Field(None, ge=1, le=1024)
    failures_to_pause: int | None = Field(None, ge=1, le=1_000_000)
    sticky: bool | None = None
    runaway_failures: int | None = Field(None, ge=2, le=1_000_000)
    runaway_usd_per_minute: float | None = Field(None, gt=0, le=1_000_000)
    paid_recovery: bool | None = None
    offline: bool | None = None
    capture: Literal["all", "errors", "off"] | None = None
    capture_mb: int | None = Field(None, ge=1, le=1_000_000)
    capture_days: int | None = Field(None, ge=1, le=36_500)
    record_days: int | None = Field(None, ge=1, le=36_500)
    currency: Literal["usd", "cny"] | None = None
    yuan_per_dollar: float | None = Field(None, gt=0, le=1_000_000)
    on_close: Literal["keep", "quit"] | None = None


class PreferencesOut(Schema):
    """`currency`: of texts that name money; the API's numbers are US dollars whatever it is. `on_close`: whether the
    gateway is kept when the window is closed."""

    max_attempts: int
    connect_s: float
    first_byte_s: float
    idle_s: float
    total_s: float
    max_body_mb: int
    failures_to_pause: int | None
    sticky: bool
    runaway_failures: int | None
    runaway_usd_per_minute: float | None
    paid_recovery: bool
    offline: bool
    capture: str
    capture_mb: int
    capture_days: int
    record_days: int | None
    currency: str
    yuan_per_dollar: float
    on_close: str


class MovedOut(Schema):
    """`holder`: whose the port is instead; empty where the system doesn't tell."""

    port: int
    holder: str


class StatusOut(Schema):
    """`base_url`: what apps call, without "/v1"; `started_at`: a Unix time; `secrets`: where the data key is kept;
    `unreadable_keys`: stored API keys that it does not open; `paused_until`: a Unix time, null: apps are served;
    `readers`: of live events, now; `captures_…`: calls whose bodies are not on disk yet, or never will be, and MiB
    that all take; `database_mb`: MiB of the whole database; `moved_from`: the port that was wanted and is another
    program's."""

    version: str
    python: str
    sqlite: str
    base_url: str
    port: int
    moved_from: MovedOut | None
    started_at: float
    home: str
    database_mb: float
    secrets: str
    unreadable_keys: int
    channels: int
    models: int
    paused_until: float | None
    stopped_apps: int
    readers: int
    records_waiting: int
    records_lost: int
    captures_waiting: int
    captures_lost: int
    captures_mb: float


class PauseIn(Strict):
    minutes: int = Field(60, ge=1, le=24 * 60)


class PauseOut(Schema):
    """`paused_until`: a Unix time."""

    paused_until: float


class LibraryOut(Schema):
    """`licence`: its name as the library states it, empty where it does not."""

    name: str
    version: str
    licence: str


class AboutOut(Schema):
    """Novapi, and the libraries that are installed for it to run. `built_at`: when the executable was made; null where
    Novapi runs from its source. `event_loop`, `http_parser`: the modules that serve."""

    version: str
    licence: str
    built_at: str | None
    executable: bool
    event_loop: str
    http_parser: str
    libraries: list[LibraryOut]
