"""What each client key and channel has spent today and this month, in nano-dollars, in memory.

Days and months are the owner's: they begin at midnight where this machine is. One thread writes, the recorder's; an
entry is replaced as a whole, so that calls read it without a lock.
"""

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from channels_app.table import Currency, Quota

Owner = str  # "key:12" or "channel:3", as in `gateway.limits`


class Spent(NamedTuple):
    """By one owner, on one day and in its month."""

    day: date
    today: int = 0
    this_month: int = 0


class Overspent(NamedTuple):
    """A budget that is used up: how much it was, for what time, and the seconds until the next one begins."""

    nano: int
    period: str
    seconds: float

    def told(self, currency: Currency) -> str:
        return f"{currency.told(self.nano)} for {self.period}"


class Spending:
    """`clock` gives Unix time."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._spent: dict[Owner, Spent] = {}

    def add(self, owner: Owner, nano: int, at: float) -> None:
        """A call that began at Unix time `at` has cost this."""
        day = local_day(at)
        before = as_of(self._spent.get(owner, Spent(day)), max(day, local_day(self._clock())))
        today = nano if day == before.day else 0
        this_month = nano if is_same_month(day, before.day) else 0
        self._spent[owner] = Spent(before.day, before.today + today, before.this_month + this_month)

    def begin(self, sums: Iterable[tuple[Owner, int, int]]) -> None:
        """What the records say: owner, nano-dollars of today, of this month."""
        day = local_day(self._clock())
        self._spent = {owner: Spent(day, today, this_month) for owner, today, this_month in sums}

    def spent(self, owner: Owner) -> Spent:
        """Up to now."""
        day = local_day(self._clock())
        return as_of(self._spent.get(owner, Spent(day)), day)

    def overspent(self, owner: Owner, quota: Quota) -> Overspent | None:
        """The budget that keeps `owner` from another call, the one that lasts longest; None if there is money left."""
        if quota.nano_per_day is None and quota.nano_per_month is None:
            return None
        spent = self.spent(owner)
        if quota.nano_per_month is not None and spent.this_month >= quota.nano_per_month:
            return Overspent(quota.nano_per_month, "this month", self._seconds_until(next_month(spent.day)))
        if quota.nano_per_day is not None and spent.today >= quota.nano_per_day:
            return Overspent(quota.nano_per_day, "today", self._seconds_until(spent.day + timedelta(days=1)))
        return None

    def _seconds_until(self, day: date) -> float:
        return max(0.0, midnight(day) - self._clock())


def as_of(spent: Spent, day: date) -> Spent:
    """What is left of it on a later day."""
    if spent.day >= day:
        return spent
    return Spent(day, 0, spent.this_month if is_same_month(spent.day, day) else 0)


def local_day(at: float) -> date:
    return datetime.fromtimestamp(at).date()  # noqa: DTZ006  # the machine's own zone is meant


def midnight(day: date) -> float:
    """The Unix time at which a day begins here; also where it has 23 or 25 hours."""
    return datetime(day.year, day.month, day.day).timestamp()  # noqa: DTZ001  # the machine's own zone is meant


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return first_of_month(first_of_month(day) + timedelta(days=31))


def is_same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


spending = Spending()
