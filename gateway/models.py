"""What happened: one record per call, written by `gateway.recorder`; and what later calls refer to."""

from django.db import models
from django.db.models import Q

SLOW_MS, DEAR_NANO = 10_000, 10**8  # ten seconds, ten cents: such calls are few enough to be found by an index


class UsageRecord(models.Model):
    """One finished call. Names are kept beside the ids, so that a record outlives the channel and the key.

    Durations are milliseconds. `status` is what the client got: an HTTP status, or 499 when it went away.
    """

    request_id = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    key_id = models.BigIntegerField(null=True)
    key_name = models.CharField(max_length=100)
    app = models.CharField(max_length=100)
    dialect = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=60)
    model_asked = models.CharField(max_length=200)
    model_sent = models.CharField(max_length=200)
    model_answered = models.CharField(max_length=200)
    channel_id = models.BigIntegerField(null=True)
    channel_name = models.CharField(max_length=100)
    attempts = models.PositiveIntegerField()
    route = models.TextField(default="", db_default="")  # JSON: `gateway.route`; empty: one candidate answered
    status = models.PositiveIntegerField()
    error = models.CharField(max_length=500)
    stream = models.BooleanField()
    first_token_ms = models.FloatField(null=True)
    duration_ms = models.FloatField()
    overhead_ms = models.FloatField()
    input_tokens = models.PositiveBigIntegerField(null=True)
    output_tokens = models.PositiveBigIntegerField(null=True)
    cached_tokens = models.PositiveBigIntegerField(null=True)
    reasoning_tokens = models.PositiveBigIntegerField(null=True)
    estimated = models.BooleanField()
    cost_nano = models.PositiveBigIntegerField(null=True)  # billionths of a US dollar; null: the price is unknown
    price_id = models.BigIntegerField(null=True)  # the `Price` it was reckoned with
    cloud_nano = models.PositiveBigIntegerField(null=True)  # what a local engine's call would have cost in the cloud
    cache_written_tokens = models.PositiveBigIntegerField(null=True)
    tools = models.BooleanField(default=False, db_default=False)
    replay_of = models.CharField(max_length=40, default="", db_default="")  # the request_id of the call it repeats

    class Meta:
        ordering = ["-started_at", "-id"]
        # SQLite reads them backwards as well, and each ends with the id; new records go to their end, which is cheap.
        indexes = [
            models.Index(fields=["started_at"], name="usage_record_in_time"),
            models.Index(fields=["model_asked", "started_at"], name="usage_record_of_model_in_time"),
            models.Index(fields=["started_at"], condition=~Q(error=""), name="usage_record_failed_in_time"),
            models.Index(
                fields=["duration_ms"], condition=models.Q(duration_ms__gte=SLOW_MS), name="usage_record_slow"
            ),
            models.Index(fields=["cost_nano"], condition=models.Q(cost_nano__gte=DEAR_NANO), name="usage_record_dear"),
        ]

    @property
    def cost_usd(self) -> float | None:
        """What the call cost in US dollars; None where nobody knows the price."""
        return None if self.cost_nano is None else self.cost_nano / 1e9

    @property
    def cloud_usd(self) -> float | None:
        """What a local engine's call would have cost in the cloud."""
        return None if self.cloud_nano is None else self.cloud_nano / 1e9

    def __str__(self) -> str:
        return f"{self.request_id} {self.model_asked} {self.status}"


class Attempt(models.Model):
    """One try at one candidate, of a call that took more than one or failed. `ms` until it answered or failed;
    `status` of the provider, 0 where there was none."""

    request_id = models.CharField(max_length=40, db_index=True)
    position = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    channel_id = models.BigIntegerField()
    channel_name = models.CharField(max_length=100)
    key = models.CharField(max_length=8)
    model = models.CharField(max_length=200)
    dialect = models.CharField(max_length=20)
    status = models.PositiveIntegerField()
    error = models.CharField(max_length=500)
    ms = models.FloatField()

    class Meta:
        ordering = ["request_id", "position"]

    def __str__(self) -> str:
        return f"{self.request_id} {self.position} {self.channel_name} {self.status}"


class Price(models.Model):
    """What tokens cost when calls were made: `rates` as JSON, in nano-dollars per million tokens; `source` says whose
    price list. Kept once, however many calls were reckoned with it."""

    source = models.CharField(max_length=60)
    rates = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "rates"], name="price_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.rates}"


class UsageDay(models.Model):
    """The sums of one day (of the owner's time zone) by key, app, channel and model: written with the records, and
    kept when they are gone (`gone`: how many of them). Ids are 0 where there was none.

    `errors`: answered with 400 or more; `cut`: the client left. `unpriced`: calls whose price nobody knows. `retries`:
    attempts beyond the first. `wasted_nano`: spent on answers that nobody got whole. `output_ms`: time in which the
    `output_timed` tokens came. `first_NN`: calls by the time to their first byte, see `gateway.rollups`.
    """

    day = models.DateField()
    key_id = models.BigIntegerField(default=0)
    app = models.CharField(max_length=100)
    channel_id = models.BigIntegerField(default=0)
    model = models.CharField(max_length=200)
    key_name = models.CharField(max_length=100)
    channel_name = models.CharField(max_length=100)
    gone = models.BigIntegerField(default=0, db_default=0)
    requests = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    cut = models.BigIntegerField(default=0)
    streams = models.BigIntegerField(default=0)
    retries = models.BigIntegerField(default=0)
    unpriced = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    cached_tokens = models.BigIntegerField(default=0)
    cache_written_tokens = models.BigIntegerField(default=0)
    reasoning_tokens = models.BigIntegerField(default=0)
    cost_nano = models.BigIntegerField(default=0)
    cloud_nano = models.BigIntegerField(default=0)
    wasted_nano = models.BigIntegerField(default=0)
    duration_ms = models.FloatField(default=0)
    output_ms = models.FloatField(default=0)
    output_timed = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["day", "key_id", "app", "channel_id", "model"], name="usage_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.key_name} {self.app} {self.channel_name} {self.model}"


FIRST_BYTE_COLUMNS = [f"first_{number:02}" for number in range(24)]
for _name in FIRST_BYTE_COLUMNS:
    UsageDay.add_to_class(_name, models.BigIntegerField(default=0))


class IssuedId(models.Model):
    """An id that a provider issued (a file, a batch, a response), and the channel and key it belongs to."""

    name = models.CharField(max_length=200, unique=True)
    channel_id = models.BigIntegerField()
    key_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.name


class StoredResponse(models.Model):
    """A response of a channel without the Responses API, kept here so that the next one can refer to it.

    `items`: the whole conversation up to and including it, as a JSON list of input items; `body`: the response.
    """

    response_id = models.CharField(max_length=200, unique=True)
    items = models.TextField()
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.response_id


class CapturedText(models.Model):
    """A body, or what is searched of one, packed with zstd and kept once however many calls had it: `uses` counts
    them. `base_id`: the text that serves as its dictionary, as the request does for what was sent. `space`: what it
    takes in the file."""

    digest = models.BinaryField(max_length=20, unique=True)
    uses = models.PositiveIntegerField()
    base_id = models.BigIntegerField(null=True)
    space = models.PositiveIntegerField(db_index=True)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class Capture(models.Model):
    """What a call's app sent and saw, and what its provider got and gave: `sides` is for `gateway.capture_store` to
    read. `space`: what it takes in the file beside its texts and its `words`, so many bytes of which the search has
    under the same id."""

    request_id = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    space = models.PositiveIntegerField()
    words = models.PositiveIntegerField()
    sides = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["space", "words"])]  # their sums come from it alone

    def __str__(self) -> str:
        return self.request_id
