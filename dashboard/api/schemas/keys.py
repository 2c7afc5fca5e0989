"""Client keys."""

from datetime import datetime

from pydantic import Field, field_validator

from channels_app.models import ClientKey
from dashboard.api.schemas.base import QuotaIn, QuotaOut, Schema, utc
from gateway.runaway import guard


class KeyPatch(QuotaIn):
    name: str | None = Field(None, min_length=1, max_length=100)
    enabled: bool | None = None
    expires_at: datetime | None = None
    private: bool | None = None

    @field_validator("expires_at")
    @classmethod
    def in_utc(cls, value: datetime | None) -> datetime | None:
        return utc(value)


class KeyIn(KeyPatch):
    name: str = Field(min_length=1, max_length=100)


class StoppedOut(Schema):
    """An app that ran away, and why it was stopped."""

    app: str
    reason: str


class KeyOut(QuotaOut):
    id: int
    name: str
    masked: str
    is_master: bool
    enabled: bool
    expires_at: datetime | None
    private: bool
    stopped: list[StoppedOut]
    created_at: datetime

    @staticmethod
    def resolve_stopped(key: ClientKey) -> list[dict[str, str]]:
        return [{"app": app, "reason": reason} for app, reason in guard.stopped_apps(key.pk).items()]


class KeyWithToken(KeyOut):
    """Shown to its owner only: the key itself."""

    key: str = Field(alias="token")
