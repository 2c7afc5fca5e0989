"""`novapi discover`: the engines on this machine, with or without a running server."""

import asyncio
import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand

from channels_app import discovery
from channels_app.discovery import Found
from channels_app.local import adding
from channels_app.local.adding import channels_by_port
from channels_app.models import Channel
from dashboard.api.discovery import with_channel
from dashboard.api.schemas.engines import FoundOut
from novapi_site import database

MOST_NAMED = 3  # models in a row of the table
HEAD = ("ENGINE", "ADDRESS", "STATE", "MODELS", "CHANNEL")


class Command(BaseCommand):
    help = "Look for engines on this machine (--add makes channels of them)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="all that is known of them, as JSON")
        parser.add_argument("--add", action="store_true", help="a channel for each that has none and wants no key")

    def handle(self, *args: Any, json: bool, add: bool, **options: Any) -> None:
        database.prepare()
        found = asyncio.run(discovery.scan()).found
        if add:
            add_all(found)
        self.stdout.write(as_json(found) if json else "\n".join(as_table(found)))


def add_all(found: Iterable[Found]) -> None:
    """Channels for those that can be called as they are."""
    there = channels_by_port()
    for engine in found:
        if engine.port not in there and not engine.is_locked:
            adding.add(engine)


def as_json(found: Iterable[Found]) -> str:
    channels = channels_by_port()
    rows = (FoundOut.model_validate(with_channel(each, channels.get(each.port))) for each in found)
    return json.dumps({"engines": [row.model_dump() for row in rows]}, indent=2)


def as_table(found: tuple[Found, ...]) -> Iterator[str]:
    if not found:
        yield "No engine answers on this machine."
        return
    channels = channels_by_port()
    rows = [HEAD, *(row_of(each, channels.get(each.port)) for each in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def row_of(found: Found, channel: Channel | None) -> tuple[str, ...]:
    names = [model.name for model in found.models]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    models = ", ".join(names[:MOST_NAMED]) + more
    return found.name, found.address, found.state, models or "-", channel.name if channel else "-"
