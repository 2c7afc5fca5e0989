"""What the owner owns: channels with their keys and models, aliases, client keys, preferences."""

import json
import re
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from channels_app import secrets
from channels_app.providers import PROVIDERS, normalise_base_url

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: a token
_BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~!$&'()*+,;=:@%-]+)+", re.ASCII)
MAX_PATH_STEPS, MAX_PATH_LENGTH = 20, 500
UNLIMITED = "Blank: without limit."
DIALECTS = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")


def validate_provider(value: str) -> None:
    if value not in PROVIDERS:
        raise ValidationError(f"Unknown provider '{value}'. GET /api/providers lists them; 'custom' fits any other.")


def validate_header_map(value: object) -> None:
    """A JSON object of strings that can stand in HTTP headers."""
    if not isinstance(value, dict):
        raise ValidationError('Headers are a JSON object, like {"X-Title": "Novapi"}.')
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name) or not isinstance(text, str) or any(c in text for c in "\r\n\0"):
            raise ValidationError(f"Header {name!r} needs a name without blanks or colons, and a text in one line.")


def validate_api_key(api_key: str) -> None:
    """What can stand in a header; anything else was not copied whole, or something else was copied."""
    if not (api_key.isascii() and api_key.isprintable() and " " not in api_key):
        raise ValidationError({"api_keys": "A key is one word of ASCII characters; this one was not copied right."})


def validate_proxy(value: str) -> None:
    address = urlsplit(value)
    if address.scheme not in ("http", "https", "socks5") or not address.hostname:
        raise ValidationError("A proxy is http://, https:// or socks5:// and host:port.")


def validate_dialects(value: object) -> None:
    if not isinstance(value, list) or any(name not in DIALECTS for name in value):
        raise ValidationError(f"Dialects are a list out of: {', '.join(DIALECTS)}.")


def validate_overrides(value: object) -> None:
    """What `gateway.overrides` understands: known members of the right types, paths that can lead somewhere."""
    if not isinstance(value, dict):
        raise ValidationError('Overrides are a JSON object, like {"set": {"temperature": 0.2}}.')
    if unknown := sorted(map(str, value.keys() - OVERRIDES.keys())):
        raise ValidationError(f"There is no override {unknown[0][:60]!r}. There are: {', '.join(OVERRIDES)}.")
    problems = [f"'{name}' {problem}" for name, given in value.items() if (problem := OVERRIDES[name](given))]
    if problems:
        raise ValidationError(" ".join(problems))
    if not is_plain_json(value):
        raise ValidationError("Overrides hold a number or half a character that JSON can't send, or nest too deeply.")


def is_plain_json(value: object) -> bool:
    """Whether it can be sent: Python also reads NaN, Infinity and surrogates that stand alone."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def problem_of_query(value: object) -> str:
    if isinstance(value, dict) and all(name and isinstance(text, str) for name, text in value.items()):
        return ""
    return "is an object of texts by name."


def problem_of_members(value: object) -> str:
    if not isinstance(value, dict):
        return "is an object of values by path."
    return next(filter(None, map(problem_of_path, value)), "")


def problem_of_removals(value: object) -> str:
    if not isinstance(value, list):
        return "is a list of paths."
    return next(filter(None, map(problem_of_path, value)), "")


def problem_of_path(path: object) -> str:
    """Empty for a path like "stream_options.include_usage" or "messages.0.content"."""
    steps = path.split(".") if isinstance(path, str) and len(path) <= MAX_PATH_LENGTH else []
    if 1 <= len(steps) <= MAX_PATH_STEPS and all(steps):
        return ""
    return f"has the path {str(path)[:60]!r}; a path is 1 to {MAX_PATH_STEPS} names with dots between."


def problem_of_system(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else "is a text that is not blank."


def problem_of_base_path(value: object) -> str:
    """It is put into an address: nothing that could end the path, or climb out of it."""
    if isinstance(value, str) and len(value) <= MAX_PATH_LENGTH and _BASE_PATH.fullmatch(value):
        return ""
    return "begins with a slash, ends without one, and has neither blanks nor '?', '#' or '..' in it, like '/v2'."


OVERRIDES: dict[str, Callable[[object], str]] = {
    "query": problem_of_query,
    "remove": problem_of_removals,
    "default": problem_of_members,
    "set": problem_of_members,
    "system": problem_of_system,
    "base_path": problem_of_base_path,
}


def validate_model_names(value: object) -> None:
    if not isinstance(value, list) or not value or any(not isinstance(n, str) or not n.strip() for n in value):
        raise ValidationError("An alias needs an ordered list of at least one model name.")


class Channel(models.Model):
    """The owner's account at a provider, or a local engine."""

    name = models.CharField(max_length=100, unique=True)
    provider = models.CharField(max_length=40, validators=[validate_provider])
    base_url = models.CharField(max_length=500, blank=True, help_text="Blank: the provider's own.")
    api_version = models.CharField(max_length=40, blank=True, help_text="Azure's dated API only.")
    dialects = models.JSONField(
        default=list, blank=True, validators=[validate_dialects], help_text="Empty: what the provider speaks."
    )
    headers = models.JSONField(default=dict, blank=True, validators=[validate_header_map])
    proxy = models.CharField(
        max_length=500, blank=True, validators=[validate_proxy], help_text="http://, https:// or socks5://host:port"
    )
    priority = models.IntegerField(default=0, help_text="Higher is tried first.")
    weight = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    connect_s = models.FloatField(null=True, blank=True, help_text="Blank: as in Preferences.")
    first_byte_s = models.FloatField(null=True, blank=True, help_text="Blank: as in Preferences.")
    idle_s = models.FloatField(null=True, blank=True, help_text="Blank: as in Preferences.")
    overrides = models.JSONField(
        default=dict,
        db_default={},  # rows that other programs insert know nothing of it
        blank=True,
        validators=[validate_overrides],
        help_text="What is changed in every request; see the README.",
    )
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    concurrent_calls = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-priority", "name"]
        constraints = [
            CheckConstraint(condition=~Q(name=""), name="channel_has_name"),
            CheckConstraint(condition=Q(weight__gte=1), name="channel_weight_positive"),
            CheckConstraint(
                condition=(Q(connect_s__isnull=True) | Q(connect_s__gt=0))
                & (Q(first_byte_s__isnull=True) | Q(first_byte_s__gt=0))
                & (Q(idle_s__isnull=True) | Q(idle_s__gt=0)),
                name="channel_timeouts_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Normalise the addresses; a provider whose URL has blanks in it needs the owner's own."""
        provider = PROVIDERS.get(self.provider)
        if provider is None:
            return
        try:
            self.base_url = normalise_base_url(provider, self.base_url) if self.base_url.strip() else ""
        except ValueError as problem:
            raise ValidationError({"base_url": str(problem)}) from problem
        if not self.base_url and provider.needs_base_url:
            raise ValidationError({"base_url": f"{provider.name} needs your own address: {provider.base_url}"})

    @transaction.atomic
    def set_api_keys(self, api_keys: list[str]) -> None:
        """Make `api_keys` the channel's keys, in this order; a masked one (`…last4`) stands for the stored one."""
        stored = list(self.keys.all())
        wanted: dict[str, str] = {}
        for api_key in filter(None, map(str.strip, api_keys)):
            if api_key.startswith("…"):
                wanted[take_masked(stored, api_key).fingerprint] = api_key
            else:
                validate_api_key(api_key)
                wanted[secrets.fingerprint(api_key)] = api_key
        self.keys.exclude(fingerprint__in=wanted).delete()
        kept = {key.fingerprint: key for key in self.keys.all()}
        for position, (mark, api_key) in enumerate(wanted.items()):
            row = kept.get(mark) or ChannelKey(channel=self, **sealed_fields(api_key))
            row.position = position
            row.save()

    @transaction.atomic
    def set_models(self, upstream_by_name: dict[str, str]) -> None:
        """Make these the models the channel offers: public name → upstream name."""
        self.models.exclude(name__in=upstream_by_name).delete()
        for name, upstream in upstream_by_name.items():
            self.models.update_or_create(name=name, defaults={"upstream": upstream})


class ChannelKey(models.Model):
    """One API key of a channel, encrypted; it leaves the database only inside the gateway."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="keys")
    sealed = models.TextField(editable=False)
    fingerprint = models.CharField(max_length=32, editable=False)
    last4 = models.CharField(max_length=4, editable=False)
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["channel", "position", "id"]
        constraints = [UniqueConstraint(fields=["channel", "fingerprint"], name="channel_key_once")]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        return f"…{self.last4}"


def take_masked(stored: list["ChannelKey"], masked: str) -> "ChannelKey":
    """Take the first of the stored keys that looks like this out of the list; several keys may."""
    for key in stored:
        if key.masked == masked:
            stored.remove(key)
            return key
    raise ValidationError({"api_keys": f"There is no stored key {masked}."})


def sealed_fields(secret: str) -> dict[str, Any]:
    """What is stored of a provider key."""
    return {"sealed": secrets.seal(secret), "fingerprint": secrets.fingerprint(secret), "last4": last4(secret)}


def last4(secret: str) -> str:
    """The end of a secret, shown so that the owner can tell keys apart; nothing of a very short one."""
    return secret[-4:] if len(secret) >= 12 else ""


class ChannelModel(models.Model):
    """One model a channel offers: the public name apps ask for, and the provider's name for it."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="models")
    name = models.CharField(max_length=200)
    upstream = models.CharField(max_length=200)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "channel"]
        constraints = [
            UniqueConstraint(fields=["channel", "name"], name="channel_model_once"),
            CheckConstraint(condition=~Q(name="") & ~Q(upstream=""), name="channel_model_named"),
        ]
        indexes = [models.Index(fields=["name"])]

    def __str__(self) -> str:
        return self.name if self.name == self.upstream else f"{self.name} → {self.upstream}"


class Alias(models.Model):
    """A public name that stands for an ordered list of models."""

    name = models.CharField(max_length=200, unique=True)
    targets = models.JSONField(validators=[validate_model_names], help_text="Model names, the first is tried first.")
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "aliases"
        constraints = [CheckConstraint(condition=~Q(name=""), name="alias_has_name")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if isinstance(self.targets, list) and self.name in self.targets:
            raise ValidationError({"targets": f"'{self.name}' stands for itself; that would run in a circle."})


class ClientKey(models.Model):
    """What an app presents: the master key, or a key of its own."""

    MASTER_NAME: ClassVar[str] = "Master key"

    name = models.CharField(max_length=100, unique=True)
    sealed = models.TextField(editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    last4 = models.CharField(max_length=4, editable=False)
    is_master = models.BooleanField(default=False, editable=False)
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    concurrent_calls = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-is_master", "name"]
        constraints = [
            CheckConstraint(condition=~Q(name=""), name="client_key_has_name"),
            UniqueConstraint(fields=["is_master"], condition=Q(is_master=True), name="one_master_key"),
            CheckConstraint(
                condition=Q(is_master=False) | (Q(enabled=True) & Q(expires_at__isnull=True)),
                name="master_key_always_works",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_master and (not self.enabled or self.expires_at):
            raise ValidationError("The master key always works; rotate it to lock out whoever has it.")

    @property
    def masked(self) -> str:
        return f"nv-…{self.last4}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def token(self) -> str:
        """The key itself. Raises SecretsError when the data key is not the one it was sealed with."""
        return secrets.unseal(self.sealed)

    @classmethod
    @transaction.atomic
    def master(cls) -> "ClientKey":
        """The master key; made here at the first start."""
        found = cls.objects.filter(is_master=True).first()
        if found:
            return found
        key = cls(name=cls.MASTER_NAME, is_master=True)
        key.set_token(secrets.new_client_token())
        key.save()
        return key

    def set_token(self, token: str) -> None:
        """Take `token` as this key's secret; the caller saves."""
        self.sealed, self.digest, self.last4 = secrets.seal(token), secrets.digest(token), last4(token)

    @transaction.atomic
    def rotate(self) -> str:
        """Replace the secret; the old one stops working within a second. Returns the new one."""
        token = secrets.new_client_token()
        self.set_token(token)
        self.save()
        return token


class Preferences(models.Model):
    """What the owner may tune; one row."""

    max_attempts = models.PositiveIntegerField(
        default=4, validators=[MinValueValidator(1), MaxValueValidator(10)], help_text="Tries per call, all channels."
    )
    connect_s = models.FloatField(default=10, help_text="Seconds to reach a provider.")
    first_byte_s = models.FloatField(default=120, help_text="Seconds to the first byte of an answer.")
    idle_s = models.FloatField(default=60, help_text="Seconds a stream may stay silent.")
    total_s = models.FloatField(default=300, db_default=300, help_text="Seconds that all attempts at a call may take.")
    max_body_mb = models.PositiveIntegerField(
        default=64, validators=[MinValueValidator(1), MaxValueValidator(1024)], help_text="Largest request, in MiB."
    )

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            CheckConstraint(condition=Q(pk=1), name="preferences_once"),
            CheckConstraint(
                condition=Q(connect_s__gt=0)
                & Q(first_byte_s__gt=0)
                & Q(idle_s__gt=0)
                & Q(total_s__gt=0)
                & Q(max_attempts__gte=1),
                name="preferences_positive",
            ),
            CheckConstraint(condition=Q(max_body_mb__gte=1), name="preferences_body_limit"),
        ]

    def __str__(self) -> str:
        return "Preferences"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    def load(cls) -> "Preferences":
        """The one row, made with its defaults if it is missing."""
        return cls.objects.get_or_create(pk=1)[0]


class Revision(models.Model):
    """Grows with every change to the tables above; see `channels_app.revision`."""

    value = models.BigIntegerField(default=1)

    class Meta:
        constraints = [CheckConstraint(condition=Q(pk=1), name="revision_once")]
