"""What the tray shows and can do, as values: who does it is not its business."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """A call that failed: when (a Unix time), for which model, why, and the page of the dashboard that tells all."""

    at: float
    model: str
    error: str
    page: str


@dataclass(frozen=True)
class Status:
    """How Novapi stands. `address`: host and port; `spent_today`: in the owner's currency, to be shown as it is;
    `paused_until`: a Unix time; `failures`: the last ones, the newest first."""

    address: str
    spent_today: str
    paused_until: float | None = None
    is_offline: bool = False
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Abilities:
    """`open` takes a page of the dashboard, "" for where it is. `mark` costs nothing to ask, and changes when `status`
    should be asked anew. All but it may take their time."""

    open: Callable[[str], object]
    quit: Callable[[], None]
    base_url: Callable[[], str]
    key: Callable[[], str]
    status: Callable[[], Status]
    mark: Callable[[], object]
    pause: Callable[[int], object]
    resume: Callable[[], object]
    set_offline: Callable[[bool], object]
