"""What a RoutingTable holds for a model, put in order once, so that a call for it has only to draw.

Pure: knows nothing of Django, httpx or ninja.
"""

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec

from channels_app import built_in
from channels_app.table import Candidate, ChannelRoute, Credential, RoutingTable, is_pattern
from gateway.errors import NoSuitableChannel, OfflineMode, UnknownModel
from gateway.health import KeyId

MOST_OFFERS = 4096  # kept per table; apps may ask a wildcard for any number of models


class Attempt(msgspec.Struct, frozen=True):
    """One try at one candidate with one of its keys, in a dialect that its channel speaks.

    `key` is what its health is known by, and its limits.
    """

    candidate: Candidate
    credential: Credential
    dialect: str = "openai-chat"
    key: KeyId = (0, None)

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "key", (self.candidate.channel.id, self.credential.id))


class Plan(msgspec.Struct, frozen=True):
    """The ordered attempts at a call. `paused` and `lacking` tell why some came last or not at all; `offer` is what
    they were chosen from, None where there was nothing to choose."""

    attempts: Sequence[Attempt]
    paused: Sequence[tuple[Attempt, object]] = ()
    lacking: Sequence[tuple[Attempt, str]] = ()
    offer: "Offer | None" = None


class Seat(msgspec.Struct, frozen=True):
    """A candidate with its keys: one attempt each."""

    candidate: Candidate
    attempts: tuple[Attempt, ...]


class Tier(msgspec.Struct, frozen=True):
    """Candidates of one rank, among which the weights decide. `cumulative`: the sums of the weights so far."""

    seats: tuple[Seat, ...]
    cumulative: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """The candidates of a model for calls of certain dialects, the best tier first.

    `by_key` finds the attempt that uses a key; `left_out` tells who offers the model and can't serve such a call;
    `only`: the plan, where there is just one; `is_choosy`: of some it is known what they can do, so what the call
    needs matters.
    """

    tiers: tuple[Tier, ...]
    left_out: tuple[tuple[Candidate, str], ...]
    strategy: str
    by_key: Mapping[KeyId, Attempt]
    is_choosy: bool
    most: int
    only: Plan | None
    turns: Iterator[int] = field(default_factory=itertools.count, compare=False)

    def seats(self) -> Iterator[Seat]:
        return (seat for tier in self.tiers for seat in tier.seats)


def offer_for(model: str, dialects: tuple[str, ...], table: RoutingTable) -> Offer:
    """What `table` offers for calls for `model` over channels that speak one of `dialects`, the first best.

    Exact model before alias before wildcard. Raises UnknownModel when nothing offers the model, NoSuitableChannel
    when what offers it speaks otherwise or has no usable key, OfflineMode when all of it is elsewhere and may not be
    asked now.
    """
    kept: dict[tuple[str, tuple[str, ...]], Offer] = table.offers
    offer = kept.get((model, dialects))
    if offer is None:
        if len(kept) >= MOST_OFFERS:
            kept.clear()
        offer = kept[model, dialects] = made_offer(model, dialects, table)
    return offer


def made_offer(model: str, dialects: Sequence[str], table: RoutingTable) -> Offer:
    offered = candidates_for(model, table)
    if not offered:
        raise UnknownModel(unknown_model_text(model, table), param="model")
    suitable = [candidate for candidate in offered if spoken_to(candidate, dialects)]
    if not suitable:
        raise NoSuitableChannel(unsuitable_text(model, dialects[0], offered), param="model")
    usable = [candidate for candidate in suitable if candidate.channel.credentials]
    if not usable:
        raise NoSuitableChannel(f"Novapi: no channel that offers '{model}' has a usable key. Check its keys.")
    usable = [candidate for candidate in usable if may_be_asked(candidate, table)] or nobody_here(model, usable)
    left_out = [(each, reason) for each in offered if (reason := unfit(each, dialects, table))]
    strategy = "priority" if model in table.candidates else table.strategies.get(model, "priority")
    return offer_of(usable, left_out, dialects, strategy, table.max_attempts)


def unfit(candidate: Candidate, dialects: Sequence[str], table: RoutingTable) -> str:
    if not spoken_to(candidate, dialects):
        return f"can't serve {dialects[0]}"
    if not may_be_asked(candidate, table):
        return "offline mode"
    return "" if candidate.channel.credentials else "has no usable key"


def may_be_asked(candidate: Candidate, table: RoutingTable) -> bool:
    """In offline mode only what stays on this machine may."""
    return not table.offline or candidate.is_here


def nobody_here(model: str, elsewhere: Sequence[Candidate]) -> NoReturn:
    """Raises OfflineMode."""
    names = ", ".join(dict.fromkeys(candidate.channel.name for candidate in elsewhere))
    raise OfflineMode(
        f"Novapi: offline mode is on, and '{model[:100]}' is not on this machine (only at {names[:300]}). Switch it "
        'off in Preferences, or with PATCH /api/preferences {"offline": false}.',
        headers={"x-should-retry": "false"},
    )


def offer_of(
    usable: Sequence[Candidate],
    left_out: Sequence[tuple[Candidate, str]],
    dialects: Sequence[str],
    strategy: str,
    most: int,
) -> Offer:
    tiers = tuple(tiers_of(usable, dialects, strategy))
    attempts = [attempt for tier in tiers for seat in tier.seats for attempt in seat.attempts]
    by_key = {attempt.key: attempt for attempt in reversed(attempts)}  # the first of a channel that is there twice
    only = Plan(tuple(attempts)) if len(attempts) == 1 and not left_out else None
    is_choosy = any(candidate.abilities.are_known for candidate in usable)
    return Offer(tiers, tuple(left_out), strategy, by_key, is_choosy, most, only)


def tiers_of(candidates: Sequence[Candidate], dialects: Sequence[str], strategy: str) -> Iterator[Tier]:
    """Alias targets and wildcards stay in order, and inside one of them priorities; engines of this machine go before
    all others where the owner wants it so."""
    if strategy == "local-first":
        candidates = sorted(candidates, key=lambda candidate: not candidate.channel.provider.local)
    for _, same in itertools.groupby(candidates, key=lambda c: (c.model, c.pattern, c.channel.priority)):
        seats = tuple(seat_of(candidate, dialects) for candidate in same)
        yield Tier(seats, tuple(itertools.accumulate(seat.candidate.channel.weight for seat in seats)))


def seat_of(candidate: Candidate, dialects: Sequence[str]) -> Seat:
    dialect = spoken_to(candidate, dialects)
    return Seat(candidate, tuple(Attempt(candidate, key, dialect) for key in candidate.channel.credentials))


def candidates_for(model: str, table: RoutingTable) -> Sequence[Candidate]:
    """What `model` may be served by, in the order of its aliases' targets."""
    if model in table.aliases and model not in table.candidates:
        return [candidate for name in targets_of(model, table) for candidate in named(name, table)]
    return named(model, table)


def targets_of(model: str, table: RoutingTable) -> Iterator[str]:
    """The models that a name stands for, each once. An alias may stand for other aliases; one that leads back to
    itself, by whatever way, leads nowhere there."""
    seen, waiting = set[str](), [model]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in table.aliases and name not in table.candidates:
            waiting += reversed(table.aliases[name])
        else:
            yield name


def named(model: str, table: RoutingTable) -> Sequence[Candidate]:
    """What offers a model by its name, else by the wildcards it fits, the one that says most about it first."""
    exact = table.candidates.get(model)
    if exact or not table.patterns:
        return exact or ()
    fitting = [(prefix, some) for prefix, some in table.patterns if fits(model, prefix)]
    return [fitted(candidate, model, prefix) for prefix, some in fitting for candidate in some]


def offered_by(route: ChannelRoute, models: Mapping[str, str], model: str) -> Candidate | None:
    """The same of one channel alone. `models`: public name, or wildcard → upstream name."""
    if model in models:
        return Candidate(route, model, models[model])
    prefixes = [name[:-1] for name in models if is_pattern(name) and fits(model, name[:-1])]
    if not prefixes:
        return None
    prefix = max(prefixes, key=len)
    return fitted(Candidate(route, model, models[f"{prefix}*"]), model, prefix)


def fits(model: str, prefix: str) -> bool:
    """Whether a wildcard stands for this model. Its rest becomes part of a path at some providers, where dots alone
    would lead elsewhere."""
    return model.startswith(prefix) and model[len(prefix) :].strip(".") != ""


def fitted(candidate: Candidate, model: str, prefix: str) -> Candidate:
    """A wildcard's candidate for one of its models: in the provider's name, "*" is what it is in the public one."""
    upstream = candidate.upstream.replace("*", model[len(prefix) :])
    return Candidate(candidate.channel, model, upstream, f"{prefix}*", candidate.abilities, candidate.prices)


def spoken_to(candidate: Candidate, dialects: Sequence[str]) -> str:
    """The first of the dialects that the candidate's channel speaks; empty if it speaks none."""
    for dialect in dialects:
        if dialect in candidate.channel.dialects:
            return dialect
    return ""


def unknown_model_text(model: str, table: RoutingTable) -> str:
    shown = model if len(model) <= 100 else model[:100] + "…"
    if not table.offering():
        return (
            f"Novapi: no channel offers '{shown}' yet. Add a channel in the dashboard, or with POST /api/channels. "
            f"Meanwhile '{built_in.MODEL}' answers without one."
        )
    close = difflib.get_close_matches(
        model[:200], (name for name in table.model_created if name != model), n=3, cutoff=0.5
    )
    hint = f"Closest: {', '.join(close)}." if close else "GET /v1/models lists what is offered."
    return f"Novapi: no enabled channel offers '{shown}'. {hint}"


def unsuitable_text(model: str, dialect: str, offered: Sequence[Candidate]) -> str:
    names = ", ".join(dict.fromkeys(candidate.channel.name for candidate in offered))
    return f"Novapi: '{model}' is offered by {names}, which can't serve this endpoint ({dialect})."
