"""Where a call went and why: what the owner reads when a call did not go where it was expected to."""

from dataclasses import dataclass, field

import msgspec

from gateway.routing import Attempt, Plan


class Tried(msgspec.Struct):
    """One attempt. `ms` until it answered or failed; `status` of the provider, 0 where there was none."""

    channel: str
    key: str
    model: str
    dialect: str
    ms: float
    status: int = 0
    error: str = ""


class Considered(msgspec.Struct):
    """One candidate with one of its keys, and what became of it."""

    channel: str
    key: str
    model: str
    reason: str


class Told(msgspec.Struct):
    """A route as it is stored."""

    candidates: list[Considered]
    attempts: list[Tried]


@dataclass(slots=True)
class Route:
    """A plan, and the attempts that were made of it. `passed_over`: why some were not."""

    plan: Plan
    tried: list[tuple[Attempt, float, int, str]] = field(default_factory=list)
    passed_over: list[tuple[Attempt, str]] = field(default_factory=list)

    def add(self, attempt: Attempt, seconds: float, status: int, error: str = "") -> None:
        self.tried.append((attempt, seconds, status, error))

    def text(self) -> str:
        """As JSON; empty where there was nothing to choose and it went well."""
        is_plain = len(self.plan.attempts) == len(self.tried) == 1 and not (self.plan.paused or self.passed_over)
        if is_plain and not self.tried[0][3]:
            return ""
        return msgspec.json.encode(Told(self._considered(), [told(*each) for each in self.tried])).decode()

    def _considered(self) -> list[Considered]:
        reasons: dict[int, str] = {id(attempt): str(pause) for attempt, pause in self.plan.paused}
        reasons |= {id(attempt): reason for attempt, reason in self.passed_over}
        for attempt, _, _, error in self.tried:
            reasons[id(attempt)] = "; ".join(filter(None, [reasons.get(id(attempt)), error or "answered"]))
        everyone = {id(attempt): attempt for attempt in self.plan.attempts}
        everyone |= {id(attempt): attempt for attempt, _ in self.plan.paused}
        return [Considered(*names(attempt), reasons.get(number, "not needed")) for number, attempt in everyone.items()]


def names(attempt: Attempt) -> tuple[str, str, str]:
    last4 = attempt.credential.last4
    return attempt.candidate.channel.name, f"…{last4}" if last4 else "", attempt.candidate.upstream


def told(attempt: Attempt, seconds: float, status: int, error: str) -> Tried:
    return Tried(*names(attempt), attempt.dialect, round(seconds * 1000, 1), status, error[:500])
