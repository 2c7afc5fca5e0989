"""What the owner owns: channels with their keys and models, aliases, client keys, preferences."""

import itertools
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from channels_app import secrets
from channels_app.engine_fields import StartedEngine
from channels_app.providers import PROVIDERS, normalise_base_url
from channels_app.validators import (
    validate_api_key,
    validate_dialects,
    validate_header_map,
    validate_model_names,
    validate_overrides,
    validate_provider,
    validate_proxy,
)

UNLIMITED = "Blank: without limit."
KEY_STARTS = ("nv-", "sk-")
PRICE = "US dollars per million tokens. Blank: the list price."
CAPTURES = {"all": "Every call", "errors": "Calls that failed", "off": "None"}
CURRENCIES = {"usd": "US dollars", "cny": "Yuan, at your own rate"}
CLOSINGS = {"keep": "Apps go on being served", "quit": "Novapi ends"}
STRATEGIES = {
    "priority": "The models in their order; the channels of each by priority and weight",
    "round-robin": "Every channel in turn",
    "latency": "The channel that answered quickest of late",
    "cheapest": "The channel with the lowest price",
    "local-first": "Engines on this machine, then the cloud",
}


# Blank, or an amount; both of them.
HAS_SENSIBLE_BUDGETS = (Q(budget_per_day__isnull=True) | Q(budget_per_day__gte=0)) & (
    Q(budget_per_month__isnull=True) | Q(budget_per_month__gte=0)
)


class Limited(models.Model):
    """What an owner lets a client key or a channel use; money in US dollars."""

    requests_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    concurrent_calls = models.PositiveIntegerField(null=True, blank=True, help_text=UNLIMITED)
    budget_per_day = models.FloatField(null=True, blank=True, help_text="US dollars. " + UNLIMITED)
    budget_per_month = models.FloatField(null=True, blank=True, help_text="US dollars. " + UNLIMITED)

    class Meta:
        abstract = True


class Channel(Limited, StartedEngine):
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
    failures_to_pause = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Blank: as in Preferences."
    )
    overrides = models.JSONField(
        default=dict,
        db_default={},  # rows that other programs insert know nothing of it
        blank=True,
        validators=[validate_overrides],
        help_text="What is changed in every request; see the README.",
    )
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
            CheckConstraint(condition=HAS_SENSIBLE_BUDGETS, name="channel_budgets_not_negative"),
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
        if self.command.strip() and not provider.local:
            raise ValidationError({"command": f"{provider.name} is no engine on this machine: nothing to start."})
        self.clean_engine()

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
    def add_api_keys(self, api_keys: list[str]) -> None:
        """Append keys; one that is there already stays as it is."""
        position = max((key.position + 1 for key in self.keys.all()), default=0)
        for api_key in filter(None, map(str.strip, api_keys)):
            validate_api_key(api_key)
            fields = sealed_fields(api_key)
            self.keys.get_or_create(fingerprint=fields["fingerprint"], defaults=fields | {"position": position})
            position += 1

    @transaction.atomic
    def remove_api_keys(self, ids: list[int]) -> None:
        """Raises ValidationError where a key is not this channel's."""
        self._needs_keys("remove_key_ids", ids)
        self.keys.filter(pk__in=ids).delete()

    @transaction.atomic
    def switch_off_api_keys(self, ids: list[int]) -> None:
        """Have these keys left alone, and all others used. Raises ValidationError where one is not this channel's."""
        self._needs_keys("disabled_key_ids", ids)
        self.keys.filter(pk__in=ids).update(enabled=False)
        self.keys.exclude(pk__in=ids).update(enabled=True)

    def _needs_keys(self, field: str, ids: list[int]) -> None:
        known = set(self.keys.filter(pk__in=ids).values_list("pk", flat=True))
        if unknown := [str(pk) for pk in ids if pk not in known]:
            raise ValidationError({field: f"The channel has no key {', '.join(unknown)}."})

    @transaction.atomic
    def duplicate(self) -> "Channel":
        """A channel like this one, its keys and models too, under a name of its own; switched off."""
        names = {field.attname for field in self._meta.concrete_fields} - {"id", "created_at", "updated_at"}
        values = {name: getattr(self, name) for name in names}
        twin = Channel.objects.create(**values | {"name": free_name(self.name), "enabled": False})
        rows: list[ChannelKey | ChannelModel] = [*self.keys.all(), *self.models.all()]
        for row in rows:
            row.pk, row.channel, row._state.adding = None, twin, True
            row.save()
        return twin

    @transaction.atomic
    def set_models(self, upstream_by_name: dict[str, str]) -> None:
        """Make these the models the channel offers: public name → upstream name."""
        self.models.exclude(name__in=upstream_by_name).delete()
        kept = dict(self.models.values_list("name", "upstream"))
        # Of hundreds of models few are new or changed; a query for each would keep the database locked for seconds.
        new = {name: upstream for name, upstream in upstream_by_name.items() if name not in kept}
        self.models.bulk_create(ChannelModel(channel=self, name=n, upstream=u) for n, u in new.items())
        for name, upstream in upstream_by_name.items():
            if kept.get(name, upstream) != upstream:
                self.models.filter(name=name).update(upstream=upstream)

    @transaction.atomic
    def add_models(self, abilities_by_name: dict[str, dict[str, Any]]) -> None:
        """Offer these, too: name, which is the provider's own → what is known of its abilities. What is offered by
        such a name already stays as it is."""
        rows = [ChannelModel(channel=self, name=n, upstream=n, **told) for n, told in abilities_by_name.items()]
        self.models.bulk_create(rows, ignore_conflicts=True)

    @transaction.atomic
    def describe_models(self, abilities_by_name: dict[str, dict[str, Any]]) -> None:
        """Note what models can do: public name → `vision`, `tools` and `context_tokens`, those that are known."""
        known = {model.name: model for model in self.models.filter(name__in=abilities_by_name)}
        for name, model in known.items():
            abilities = abilities_by_name[name]
            if any(getattr(model, field) != value for field, value in abilities.items()):
                self.models.filter(name=name).update(**abilities)


def free_name(name: str) -> str:
    """`name (2)`, or the next number that no channel has."""
    for number in itertools.count(2):
        ending = f" ({number})"
        candidate = name[: 100 - len(ending)] + ending
        if not Channel.objects.filter(name=candidate).exists():
            return candidate
    raise AssertionError("numbers do not end")


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
    """One model a channel offers: the public name apps ask for, and the provider's name for it.

    What it can do is blank where nobody said: such a model is taken to be able to.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="models")
    name = models.CharField(max_length=200)
    upstream = models.CharField(max_length=200)
    vision = models.BooleanField(null=True, blank=True, help_text="Takes images.")
    tools = models.BooleanField(null=True, blank=True, help_text="Calls tools.")
    context_tokens = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="What fits into one call."
    )
    price_input = models.FloatField(null=True, blank=True, help_text=PRICE)
    price_output = models.FloatField(null=True, blank=True, help_text=PRICE)
    price_cached = models.FloatField(null=True, blank=True, help_text=PRICE)
    price_cache_written = models.FloatField(null=True, blank=True, help_text=PRICE)
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
    strategy = models.CharField(
        max_length=20, choices=STRATEGIES, default="priority", db_default="priority", help_text="Who goes first."
    )
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


class ClientKey(Limited):
    """What an app presents: the master key, or a key of its own."""

    MASTER_NAME: ClassVar[str] = "Master key"

    name = models.CharField(max_length=100, unique=True)
    sealed = models.TextField(editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    last4 = models.CharField(max_length=4, editable=False)
    is_master = models.BooleanField(default=False, editable=False)
    enabled = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    private = models.BooleanField(
        default=False, db_default=False, help_text="What it sends and gets is never captured, only counted."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-is_master", "name"]
        constraints = [
            CheckConstraint(condition=~Q(name=""), name="client_key_has_name"),
            CheckConstraint(condition=HAS_SENSIBLE_BUDGETS, name="client_key_budgets_not_negative"),
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
        """A key that was brought along begins as its own kind does."""
        try:
            start = self.token[:3]
        except secrets.SecretsError:
            start = ""
        return f"{start if start in KEY_STARTS else ''}…{self.last4}"

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

    failures_to_pause = models.PositiveIntegerField(
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
        help_text="So many failures in a row pause a key. Blank: never.",
        null=True,
        blank=True,
    )
    sticky = models.BooleanField(
        default=True, db_default=True, help_text="Keep a conversation with the key that has it in its cache."
    )
    offline = models.BooleanField(
        default=False, db_default=False, help_text="Offline mode: only engines on this machine are called."
    )
    runaway_failures = models.PositiveIntegerField(
        default=50,
        db_default=50,
        validators=[MinValueValidator(2)],
        help_text="So many like calls that fail within a minute stop their key. Blank: never.",
        null=True,
        blank=True,
    )
    runaway_usd_per_minute = models.FloatField(
        default=20,
        db_default=20,
        help_text="So much money within a minute stops a key. Blank: never.",
        null=True,
        blank=True,
    )
    paid_recovery = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Try paused keys with a small call that costs money where nothing free would tell.",
    )

    capture = models.CharField(
        max_length=10,
        choices=CAPTURES,
        default="all",
        db_default="all",
        help_text="Which requests and answers are kept.",
    )
    capture_mb = models.PositiveIntegerField(
        default=1024,
        db_default=1024,
        validators=[MinValueValidator(1)],
        help_text="Most that they may take, in MiB.",
    )
    capture_days = models.PositiveIntegerField(
        default=30, db_default=30, validators=[MinValueValidator(1)], help_text="Longest that they are kept, in days."
    )
    record_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Longest that records are kept, in days; their sums stay. Blank: for ever.",
    )

    currency = models.CharField(
        max_length=3,
        choices=CURRENCIES,
        default="usd",
        db_default="usd",
        help_text="What money is told in. Prices and budgets are entered in US dollars.",
    )
    yuan_per_dollar = models.FloatField(default=7.2, db_default=7.2, help_text="Your own rate; Novapi asks nobody.")
    on_close = models.CharField(
        max_length=4,
        choices=CLOSINGS,
        default="keep",
        db_default="keep",
        help_text="What closing the window does.",
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
            CheckConstraint(condition=Q(yuan_per_dollar__gt=0), name="preferences_rate_positive"),
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
