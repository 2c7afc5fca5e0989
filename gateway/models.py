"""What happened: one record per call, written by `gateway.recorder`; and what later calls refer to."""

from django.db import models


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

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["-started_at", "-id"])]

    @property
    def cost_usd(self) -> float | None:
        """What the call cost in US dollars; None where nobody knows the price."""
        return None if self.cost_nano is None else self.cost_nano / 1e9

    def __str__(self) -> str:
        return f"{self.request_id} {self.model_asked} {self.status}"


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
