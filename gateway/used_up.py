"""Budgets that are used up: told of once, when it happens."""

from collections.abc import Iterator
from typing import Any

from channels_app import candidates
from channels_app.table import UNLIMITED, Quota, RoutingTable
from gateway.events import hub
from gateway.pricing import NANO
from gateway.records import Finished
from gateway.spending import Overspent, Owner, spending


class UsedUp:
    """Works on the recorder's thread, the only one that spends."""

    def __init__(self) -> None:
        self._told: dict[Owner, Overspent] = {}

    def observe(self, batch: list[Finished]) -> None:
        """These calls have been paid for."""
        if not hub.watchers or not any(each.outcome.cost_nano for each in batch):
            return
        now = {owner: (name, overspent) for owner, name, overspent in overspenders(candidates.current())}
        for owner, (name, overspent) in now.items():
            known = self._told.get(owner)
            if not known or (known.nano, known.period) != (overspent.nano, overspent.period):
                hub.tell("budget", told(owner, name, overspent))
        self._told = {owner: overspent for owner, (_, overspent) in now.items()}


def overspenders(table: RoutingTable) -> Iterator[tuple[Owner, str, Overspent]]:
    """Whose budget is used up: the owner, by its name, and which budget."""
    for owner, name, quota in owners(table):
        if quota is not UNLIMITED and (overspent := spending.overspent(owner, quota)):
            yield owner, name, overspent


def owners(table: RoutingTable) -> Iterator[tuple[Owner, str, Quota]]:
    for key in table.client_keys.values():
        yield f"key:{key.id}", key.name, key.quota
    for channel in table.channels:
        yield f"channel:{channel.id}", channel.name, channel.quota


def told(owner: Owner, name: str, overspent: Overspent) -> dict[str, Any]:
    """As live events tell of it, in US dollars; `seconds` until the next budget begins."""
    spent = spending.spent(owner)
    return {
        "owner": owner,
        "name": name,
        "budget": overspent.nano / NANO,
        "period": overspent.period,
        "spent_today": spent.today / NANO,
        "spent_this_month": spent.this_month / NANO,
        "seconds": round(overspent.seconds),
    }


used_up = UsedUp()
