"""How many calls have failed since the start: who shows the last of them looks anew once it is another number."""

from gateway.records import LEFT, Finished


class Failures:
    """Counted on the recorder's thread, when the calls are in the log."""

    def __init__(self) -> None:
        self.count = 0

    def observe(self, batch: list[Finished]) -> None:
        self.count += sum(1 for finished in batch if has_failed(finished))


def has_failed(finished: Finished) -> bool:
    """A client that hung up is no failure, as in the log's filter."""
    return bool(finished.outcome.error) and finished.outcome.status != LEFT


failures = Failures()
