"""Prometheus' view of the calls, by OpenTelemetry's names for generative AI (as its exporters spell them).

Counted on the recorder's thread, when a call's record is on disk. A scrape takes what is there at one moment, and
writes only those label sets anew that have changed since the last one.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from gateway.chat import Usage
from gateway.pricing import NANO
from gateway.records import Finished

MOST_LABEL_SETS = 500  # some 7 MB of text. Further ones count as OTHER: made-up names must not fill the memory
OTHER = "other"
LABELS_HERE = "\0"
LONGEST_LABEL = 200

# OpenTelemetry, semantic conventions for generative AI, "advice" of each metric.
SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
FIRST_SECONDS = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
TOKENS = tuple(4**power for power in range(14))

DURATION = "gen_ai_client_operation_duration_seconds"
FIRST = "gen_ai_client_operation_time_to_first_chunk_seconds"
USED = "gen_ai_client_token_usage"
COST = "novapi_cost_usd_total"
FAMILIES = {
    DURATION: ("histogram", "How long calls took, from arrival to their end."),
    FIRST: ("histogram", "From a call's arrival to the first chunk of its stream."),
    USED: ("histogram", "Tokens per call, estimated where the provider did not count."),
    COST: ("counter", "What calls cost by list prices, as far as they are known."),
}
# Endpoint → what OpenTelemetry calls the operation; others go by their first word.
OPERATIONS = {
    "chat/completions": "chat",
    "responses": "chat",
    "messages": "chat",
    "generateContent": "chat",
    "streamGenerateContent": "chat",
    "api/chat": "chat",
    "api/generate": "chat",
    "completions": "text_completion",
    "embedContent": "embeddings",
    "batchEmbedContents": "embeddings",
    "api/embed": "embeddings",
    "api/embeddings": "embeddings",
    "messages/count_tokens": "count_tokens",
    "responses/input_tokens": "count_tokens",
    "countTokens": "count_tokens",
}


class LabelSet(NamedTuple):
    """What calls are told apart by. Of one that reached no channel the model is left out: anybody may ask for any."""

    operation: str
    request_model: str
    response_model: str
    provider: str
    channel: str
    error_type: str

    def text(self) -> str:
        """As it stands between braces."""
        return labels(
            gen_ai_operation_name=self.operation,
            gen_ai_request_model=self.request_model,
            gen_ai_response_model=self.response_model,
            gen_ai_provider_name=self.provider,
            novapi_channel=self.channel,
            error_type=self.error_type,
        )


class Histogram:
    """Values by the smallest bound that they do not exceed."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def lines(self, name: str, label_text: str) -> str:
        """Nothing where there is no value."""
        up_to = list(accumulate(self.counts))
        if not up_to[-1]:
            return ""
        form = histogram_form(name, self.bounds).replace(LABELS_HERE, label_text.replace("%", "%%"))
        return form % (*up_to, self.total, up_to[-1])


@cache
def histogram_form(name: str, bounds: Sequence[float]) -> str:
    """The lines of a histogram with gaps: to fill them all at once is quicker than to write line by line."""
    buckets = [f'{name}_bucket{{{LABELS_HERE},le="{bound}"}} %d\n' for bound in (*bounds, "+Inf")]
    return "".join([*buckets, f"{name}_sum{{{LABELS_HERE}}} %r\n", f"{name}_count{{{LABELS_HERE}}} %d\n"])


class Series:
    """All that is counted of one label set. `written`: by family, as it was scraped last; None: it has changed."""

    __slots__ = ("cost_nano", "duration", "first", "input", "label_text", "output", "written")

    def __init__(self, label_set: LabelSet) -> None:
        self.label_text = label_set.text()
        self.duration, self.first = Histogram(SECONDS), Histogram(FIRST_SECONDS)
        self.input, self.output = Histogram(TOKENS), Histogram(TOKENS)
        self.cost_nano = 0
        self.written: dict[str, bytes] | None = None

    def add(self, duration_ms: float, first_ms: float | None, tokens: Usage | None, cost_nano: int | None) -> None:
        self.written = None
        self.duration.add(duration_ms / 1000)
        if first_ms is not None:
            self.first.add(first_ms / 1000)
        if tokens is not None:
            self.input.add(tokens.input)
            self.output.add(tokens.output)
        self.cost_nano += cost_nano or 0

    def text(self) -> dict[str, bytes]:
        """Its lines of each family."""
        if self.written is None:
            text = self.label_text
            kinds = ((self.input, "input"), (self.output, "output"))
            used = [each.lines(USED, f'{text},gen_ai_token_type="{kind}"') for each, kind in kinds]
            lines = {
                DURATION: self.duration.lines(DURATION, text),
                FIRST: self.first.lines(FIRST, text),
                USED: "".join(used),
                COST: f"{COST}{{{text}}} {self.cost_nano / NANO}\n",
            }
            self.written = {name: line.encode("utf-8", "replace") for name, line in lines.items()}
        return self.written


class Metrics:
    """Written by the recorder's thread, read by another one; a lock keeps what belongs together together."""

    def __init__(self) -> None:
        self._series: dict[LabelSet, Series] = {}
        self._lock = threading.Lock()

    def observe(self, batch: list[Finished]) -> None:
        with self._lock:
            for finished in batch:
                outcome = finished.outcome
                self._series_of(label_set(finished)).add(
                    finished.duration_ms, outcome.first_token_ms, outcome.counted, outcome.cost_nano
                )

    def text(self, gauges: str) -> bytes:
        """The whole scrape; `gauges`: families that are known otherwise."""
        with self._lock:
            told = [series.text() for series in self._series.values()]
        parts = [gauges.encode("utf-8", "replace")]
        for name, (kind, meaning) in FAMILIES.items():
            parts += [heading(name, kind, meaning).encode(), *(each[name] for each in told)]
        return b"".join(parts)

    def _series_of(self, wanted: LabelSet) -> Series:
        found = self._series.get(wanted)
        if found is None:
            if len(self._series) >= MOST_LABEL_SETS:
                wanted = LabelSet(OTHER, OTHER, OTHER, OTHER, OTHER, wanted.error_type and OTHER)
            found = self._series.setdefault(wanted, Series(wanted))
        return found


def label_set(finished: Finished) -> LabelSet:
    outcome, endpoint, model = finished.outcome, finished.call[5], finished.call[6]
    operation = OPERATIONS.get(endpoint) or endpoint.partition("/")[0]
    if not outcome.channel:
        return LabelSet(operation, "", "", "", "", error_type(outcome.status, outcome.error))
    answered, failed = outcome.model_answered[:LONGEST_LABEL], error_type(outcome.status, outcome.error)
    return LabelSet(operation, model, answered, outcome.provider, outcome.channel, failed)


def error_type(status: int, error: str) -> str:
    """The status that the client got, or that its stream broke; empty where all went well."""
    if status >= 400:
        return str(status)
    return "broken_stream" if error else ""


def family(name: str, kind: str, meaning: str, values: Iterable[tuple[str, float]]) -> str:
    """A whole family of single values: label text → value."""
    lines = [f"{name}{{{text}}} {value}\n" if text else f"{name} {value}\n" for text, value in values]
    return heading(name, kind, meaning) + "".join(lines)


def heading(name: str, kind: str, meaning: str) -> str:
    return f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"


def labels(**values: str) -> str:
    return ",".join([f'{name}="{escaped(value)}"' for name, value in values.items()])


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


metrics = Metrics()
