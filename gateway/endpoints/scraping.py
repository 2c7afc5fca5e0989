"""GET /metrics, for Prometheus."""

import asyncio
import time
from collections.abc import Iterator

from channels_app.table import RoutingTable
from gateway.call import Answer
from gateway.flights import flights
from gateway.health import health
from gateway.metrics import family, labels, metrics
from gateway.recorder import recorder

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


async def scrape(table: RoutingTable) -> Answer:
    """Everything that is counted. Written in a thread, for it may take some milliseconds."""
    body = await asyncio.to_thread(metrics.text, "".join(momentary(table)))
    return Answer(200, [(b"content-type", CONTENT_TYPE), (b"content-length", b"%d" % len(body))], body)


def momentary(table: RoutingTable) -> Iterator[str]:
    """What is true now, family by family."""
    yield family("novapi_calls_in_flight", "gauge", "Calls that have not ended.", [("", len(flights))])
    yield family("novapi_records_waiting", "gauge", "Records not on disk yet.", [("", recorder.waiting)])
    yield family("novapi_records_lost", "gauge", "Records that will never be.", [("", recorder.lost)])
    yield family("novapi_key_paused", "gauge", "1 for a key that is left alone.", paused_keys(table).items())


def paused_keys(table: RoutingTable) -> dict[str, int]:
    """Of two keys of a channel that end alike, both are told as one."""
    now, paused = time.monotonic(), dict[str, int]()
    for channel in table.channels:
        for credential in channel.credentials:
            text = labels(channel=channel.name, key=f"…{credential.last4}" if credential.last4 else "")
            is_paused = health.pause((channel.id, credential.id), now) is not None
            paused[text] = max(paused.get(text, 0), int(is_paused))
    return paused
