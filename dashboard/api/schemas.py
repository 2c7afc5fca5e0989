"""The JSON shapes of the management API."""

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator


class Strict(Schema):
    """Input: a member we don't know is a mistake, and said to be one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


class ModelName(Strict):
    name: str = Field(min_length=1, max_length=200)
    upstream: str | None = Field(None, min_length=1, max_length=200)


# Told apart by what was sent, so that an error speaks of that form only; the tags stand in pydantic's error paths.
MODEL_FORMS = ("a name", "a pair")
NameOrPair = Annotated[
    Annotated[str, Tag(MODEL_FORMS[0])] | Annotated[ModelName, Tag(MODEL_FORMS[1])],
    Discriminator(lambda given: MODEL_FORMS[isinstance(given, dict | ModelName)]),
]


class ChannelPatch(Strict):
    """Only what is given changes. `api_keys` replaces all keys; a masked one (`…last4`) stands for the stored one."""

    name: str | None = None
    provider: str | None = None
    base_url: str | None = None
    api_version: str | None = None
    api_keys: list[str] | None = None
    models: list[NameOrPair] | None = None
    dialects: list[str] | None = None
    headers: dict[str, str] | None = None
    proxy: str | None = None
    priority: int | None = Field(None, ge=-1_000_000, le=1_000_000)
    weight: int | None = Field(None, ge=1, le=1_000_000)
    connect_s: float | None = Field(None, gt=0)
    first_byte_s: float | None = Field(None, gt=0)
    idle_s: float | None = Field(None, gt=0)
    enabled: bool | None = None


class ChannelIn(ChannelPatch):
    name: str
    provider: str


class ChannelKeyOut(Schema):
    id: int
    masked: str
    enabled: bool


class ChannelModelOut(Schema):
    name: str
    upstream: str
    enabled: bool


class ChannelOut(Schema):
    id: int
    name: str
    provider: str
    base_url: str
    api_version: str
    dialects: list[str]
    headers: dict[str, str]
    proxy: str
    priority: int
    weight: int
    connect_s: float | None
    first_byte_s: float | None
    idle_s: float | None
    enabled: bool
    api_keys: list[ChannelKeyOut] = Field(alias="keys.all")
    models: list[ChannelModelOut]
    created_at: datetime
    updated_at: datetime


class StageOut(Schema):
    name: str
    ok: bool
    ms: float
    detail: str


class TestOut(Schema):
    ok: bool
    stages: list[StageOut]


class FetchedModels(Schema):
    """`models`: what the provider lists; `new`: those the channel does not offer yet; `added`: whether it does now."""

    models: list[str]
    new: list[str]
    added: bool


class KeyPatch(Strict):
    name: str | None = Field(None, min_length=1, max_length=100)
    enabled: bool | None = None
    expires_at: datetime | None = None

    @field_validator("expires_at")
    @classmethod
    def in_utc(cls, value: datetime | None) -> datetime | None:
        """A time without a zone is UTC."""
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise ValueError("There is no such time.") from None


class KeyIn(KeyPatch):
    name: str = Field(min_length=1, max_length=100)


class KeyOut(Schema):
    id: int
    name: str
    masked: str
    is_master: bool
    enabled: bool
    expires_at: datetime | None
    created_at: datetime


class KeyWithToken(KeyOut):
    """Shown to its owner only: the key itself."""

    key: str = Field(alias="token")


class AliasPatch(Strict):
    name: str | None = Field(None, min_length=1, max_length=200)
    models: list[str] | None = None
    enabled: bool | None = None


class AliasIn(AliasPatch):
    name: str = Field(min_length=1, max_length=200)
    models: list[str]


class AliasOut(Schema):
    id: int
    name: str
    models: list[str] = Field(alias="targets")
    enabled: bool


class ProviderOut(Schema):
    id: str
    name: str
    base_url: str
    needs_base_url: bool
    auth: str
    dialects: list[str]
    local: bool
    has_model_list: bool
    key_prefixes: list[str]
    docs: str
    unverified: list[str]


class ModelOut(Schema):
    """A public name: the channels that offer it, or the models it stands for."""

    name: str
    channels: list[str]
    alias_of: list[str]


class PreferencesPatch(Strict):
    max_attempts: int | None = Field(None, ge=1, le=10)
    connect_s: float | None = Field(None, gt=0)
    first_byte_s: float | None = Field(None, gt=0)
    idle_s: float | None = Field(None, gt=0)
    max_body_mb: int | None = Field(None, ge=1, le=1024)


class PreferencesOut(Schema):
    max_attempts: int
    connect_s: float
    first_byte_s: float
    idle_s: float
    max_body_mb: int


class StatusOut(Schema):
    """`secrets`: where the data key is kept; `unreadable_keys`: stored API keys that it does not open."""

    version: str
    home: str
    secrets: str
    unreadable_keys: int
    channels: int
    models: int
    records_waiting: int
    records_lost: int
