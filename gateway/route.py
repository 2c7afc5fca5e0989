"""Where a call went and why: what the owner reads when a call did not go where it was expected to."""

import msgspec

from gateway.offers import Attempt, Plan

MOST_TOLD = 100  # candidates of one call


class Considered(msgspec.Struct):
    """One candidate with one of its keys, and what became of it."""

    channel: str
    key: str
    model: str
    reason: str


class Route(msgspec.Struct):
    """A plan, and the attempts that were made of it. `passed_over`: why some were not."""

    plan: Plan
    tried: list[tuple[Attempt, float, int, str]] = msgspec.field(default_factory=list)
    passed_over: list[tuple[Attempt, str]] = msgspec.field(default_factory=list)

    def add(self, attempt: Attempt, seconds: float, status: int, error: str = "") -> None:
        self.tried.append((attempt, seconds, status, error))

    def text(self) -> str:
        """Every candidate and its reason, as JSON; empty where there was nothing to choose and it went well."""
        plan = self.plan
        if len(plan.attempts) == len(self.tried) == 1 and not (plan.offer or self.passed_over or self.tried[0][3]):
            return ""
        return msgspec.json.encode(self._considered()).decode()

    def _considered(self) -> list[Considered]:
        """Everyone that offers the model; those that were chosen first, in their order."""
        offer = self.plan.offer
        reasons = self._reasons()
        everyone = {id(attempt): attempt for attempt in self.plan.attempts}
        if offer:
            everyone |= {id(attempt): attempt for seat in offer.seats() for attempt in seat.attempts}
        found = [
            Considered(*names(attempt), reasons.get(number, "not needed")) for number, attempt in everyone.items()
        ]
        if offer:
            found += [Considered(each.channel.name, "", each.upstream, reason) for each, reason in offer.left_out]
        return found if len(found) <= MOST_TOLD else shortened(found)

    def _reasons(self) -> dict[int, str]:
        reasons: dict[int, str] = {id(attempt): str(pause) for attempt, pause in self.plan.paused}
        for attempt, reason in (*self.plan.lacking, *self.passed_over):
            reasons[id(attempt)] = "; ".join(filter(None, [reasons.get(id(attempt)), reason]))
        for attempt, _, _, error in self.tried:
            reasons[id(attempt)] = "; ".join(filter(None, [reasons.get(id(attempt)), error or "answered"]))
        return reasons


def shortened(found: list[Considered]) -> list[Considered]:
    """With hundreds of channels for one model, those that nobody needed are only counted."""
    told = [each for each in found if each.reason != "not needed"][:MOST_TOLD]
    return [*told, Considered("", "", "", f"{len(found) - len(told)} others, not needed")]


def names(attempt: Attempt) -> tuple[str, str, str]:
    last4 = attempt.credential.last4
    return attempt.candidate.channel.name, f"…{last4}" if last4 else "", attempt.candidate.upstream
