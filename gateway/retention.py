"""Records that are let go of: those that are too old, those that their owner deletes. The sums of their days stay."""

import logging
import threading
import time
from collections.abc import Sequence

from django.db import DatabaseError, connection, transaction

from channels_app.models import Preferences
from gateway import capture_store
from gateway.models import Attempt, UsageRecord
from gateway.records import as_stored
from gateway.rollups import GROUP_OF_RECORD, RECORDS, TABLE, Group

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0
FIRST_LOOK_SECONDS = 60.0  # not while everything starts
AT_ONCE = 500  # records in one transaction: some milliseconds, in which the recorder waits
PAUSE_SECONDS = 0.05  # between two transactions
DAY_SECONDS = 86_400
ATTEMPTS = Attempt._meta.db_table


def let_go(ids: Sequence[int]) -> int:
    """Delete these records; their days remember how many are gone. Gives how many there were."""
    if not ids:
        return 0
    capture_store.delete(list(UsageRecord.objects.filter(pk__in=ids).values_list("request_id", flat=True)))
    marks = ", ".join(["%s"] * len(ids))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {GROUP_OF_RECORD}, count(*) FROM {RECORDS} WHERE id IN ({marks}) GROUP BY 1, 2, 3, 4, 5", ids
        )
        groups = cursor.fetchall()
        where = " AND ".join(f"{name} = %s" for name in Group._fields)
        cursor.executemany(
            f"UPDATE {TABLE} SET gone = gone + %s WHERE {where}", [(row[5], str(row[0]), *row[1:5]) for row in groups]
        )
        cursor.execute(
            f"DELETE FROM {ATTEMPTS} WHERE request_id IN (SELECT request_id FROM {RECORDS} WHERE id IN ({marks}))", ids
        )
        cursor.execute(f"DELETE FROM {RECORDS} WHERE id IN ({marks})", ids)
    return sum(row[5] for row in groups)


def let_go_of_old(days: int, stopping: threading.Event) -> int:
    """Those of more than so many days ago, the oldest first."""
    before, count = as_stored(time.time() - days * DAY_SECONDS), 0
    while not stopping.is_set():
        old = UsageRecord.objects.order_by("started_at", "id").extra(where=["started_at < %s"], params=[before])
        gone = let_go(list(old.values_list("pk", flat=True)[:AT_ONCE]))
        count += gone
        if gone < AT_ONCE:
            break
        stopping.wait(PAUSE_SECONDS)
    return count


class Keeper:
    """A thread that looks every hour whether records have become too old."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        wait = FIRST_LOOK_SECONDS
        while not self._stopping.wait(wait):
            self.look()
            wait = LOOK_SECONDS
        connection.close()

    def look(self) -> None:
        try:
            days = Preferences.load().record_days
            if days and (count := let_go_of_old(days, self._stopping)):
                logger.info("%d records were more than %d days old and are gone; their sums stay.", count, days)
        except DatabaseError as problem:
            logger.warning("Old records could not be let go of (%s); tried again in an hour.", problem)


keeper = Keeper()
