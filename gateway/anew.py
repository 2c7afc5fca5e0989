"""Once a backup has replaced everything, what is remembered by the ids of channels and keys would be of others."""

from channels_app.table import RoutingTable
from gateway import issued
from gateway.health import health
from gateway.recorder import recorder
from gateway.runaway import guard
from gateway.stickiness import stickiness

_generation: int | None = None


def look(table: RoutingTable) -> None:
    """Called now and then, on the serving loop: whichever process has restored, the table in force tells."""
    global _generation
    if _generation is not None and table.generation != _generation:
        begin_anew()
    _generation = table.generation


def begin_anew() -> None:
    health.begin_anew()
    stickiness.begin_anew()
    issued.begin_anew()
    recorder.begin_anew()
    for key_id in {key_id for key_id, _ in guard.stopped}:
        guard.resume(key_id)
