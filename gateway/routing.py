"""Pure: what is offered for a call, and what is known at the time, in; the plan out. Knows nothing of Django, httpx
or ninja."""

import itertools
import math
import random
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from channels_app.table import Abilities, Candidate, RoutingTable
from gateway.health import KeyId, Pause
from gateway.offers import Attempt, Offer, Plan, Seat, Tier, offer_for

# Which key of a channel goes first moves on by one with every plan, so that several keys share the load.
_turn = itertools.count()
_chance = random.Random()
FEW = 4  # seats that are quicker put in order than drawn one by one
MOST_DRAWS = 16  # in vain at worst; what has not been drawn by then is put in order


class Needs(Protocol):
    """What a call asks of a model. `size` in bytes of its body; `tokens` is an estimate, and dear."""

    @property
    def vision(self) -> bool: ...
    @property
    def tools(self) -> bool: ...
    @property
    def size(self) -> int: ...
    @property
    def tokens(self) -> int: ...


class Known(msgspec.Struct, frozen=True):
    """What is known at the time of a call: `pause_of` why a key had better be left alone, `last_used` the key that
    has the prompt in its cache, `needs` of the call; for the strategies the latency of a key in seconds, 0 if it has
    to be found out, and the price of a candidate."""

    pause_of: Callable[[KeyId], Pause | None] = lambda key: None
    last_used: KeyId | None = None
    needs: Needs | None = None
    latency_of: Callable[[KeyId], float] = lambda key: 0.0
    price_of: Callable[[Candidate], float | None] = lambda candidate: None


NOTHING = Known()


def plan(
    model: str,
    dialects: Sequence[str],
    table: RoutingTable,
    known: Known = NOTHING,
    rng: random.Random = _chance,
) -> Plan:
    """The ordered attempts for `model` over channels that speak one of `dialects`, at most `table.max_attempts`.

    Raises UnknownModel and NoSuitableChannel as `offer_for` does.
    """
    offer = offer_for(model, tuple(dialects), table)
    return offer.only or chosen(offer, known, rng)


def chosen(offer: Offer, known: Known, rng: random.Random = _chance) -> Plan:
    """The best attempts of an offer.

    First those that nothing speaks against, in the order of the offer's strategy, the last used before all others;
    then those whose pause ends soonest; then those that lack what the call needs. Keys that were refused are tried
    only where there is nothing else.
    """
    good: list[Attempt] = []
    paused: list[tuple[Attempt, Pause]] = []
    lacking: list[tuple[Attempt, str]] = []
    for attempt in last_used_first(offer, known, rng):
        if offer.is_choosy and known.needs and (lack := what_lacks(attempt.candidate.abilities, known.needs)):
            lacking.append((attempt, lack))
        elif pause := known.pause_of(attempt.key):
            paused.append((attempt, pause))
        else:
            good.append(attempt)
            if len(good) == offer.most:
                break
    if paused or lacking:
        good += [*soonest(paused), *(attempt for attempt, _ in lacking)]
    return Plan((good or [attempt for attempt, _ in paused])[: offer.most], paused, lacking, offer)


def soonest(paused: list[tuple[Attempt, Pause]]) -> list[Attempt]:
    waits = sorted((pause.seconds, n) for n, (_, pause) in enumerate(paused) if pause.seconds is not None)
    return [paused[number][0] for _, number in waits]


def what_lacks(abilities: Abilities, needs: Needs) -> str:
    """Why a model is no good for a call, in words; empty if it may be."""
    if abilities.vision is False and needs.vision:
        return "can't see images"
    if abilities.tools is False and needs.tools:
        return "can't call tools"
    room = abilities.context_tokens
    if room and needs.size > room and needs.tokens > room:  # a token is a byte at least
        return f"takes {room:,} tokens, this call has about {needs.tokens:,}"
    return ""


def last_used_first(offer: Offer, known: Known, rng: random.Random) -> Iterator[Attempt]:
    favourite = offer.by_key.get(known.last_used) if known.last_used else None
    if favourite is None:
        return in_order(offer, known, rng)
    others = (attempt for attempt in in_order(offer, known, rng) if attempt is not favourite)
    return itertools.chain((favourite,), others)


def in_order(offer: Offer, known: Known, rng: random.Random) -> Iterator[Attempt]:
    """Every candidate's first key, then the keys that are left."""
    turn = next(_turn)
    seats: list[Seat] = []
    for seat in STRATEGIES[offer.strategy](offer, known, rng):
        seats.append(seat)
        yield seat.attempts[turn % len(seat.attempts)]
    for round_ in range(1, max(len(seat.attempts) for seat in seats)):
        for seat in seats:
            if round_ < len(seat.attempts):
                yield seat.attempts[(turn + round_) % len(seat.attempts)]


# The strategies


def by_tier(offer: Offer, known: Known, rng: random.Random) -> Iterator[Seat]:
    for tier in offer.tiers:
        if len(tier.seats) == 1:
            yield tier.seats[0]
        else:
            yield from drawn(tier, rng)


def in_turn(offer: Offer, known: Known, rng: random.Random) -> Iterator[Seat]:
    """Everyone in turn, whatever their rank."""
    seats = list(offer.seats())
    start = next(offer.turns) % len(seats)
    yield from seats[start:]
    yield from seats[:start]


def by_latency(offer: Offer, known: Known, rng: random.Random) -> Iterator[Seat]:
    """The quickest first; those of whom nothing is known before them, so that it becomes known."""
    yield from sorted(by_tier(offer, known, rng), key=lambda seat: known.latency_of(seat.attempts[0].key))


def by_price(offer: Offer, known: Known, rng: random.Random) -> Iterator[Seat]:
    """The cheapest first; those whose price nobody knows last."""
    yield from sorted(by_tier(offer, known, rng), key=lambda seat: price_or_last(known.price_of(seat.candidate)))


def price_or_last(price: float | None) -> float:
    return math.inf if price is None else price


STRATEGIES: dict[str, Callable[[Offer, Known, random.Random], Iterator[Seat]]] = {
    "priority": by_tier,
    "local-first": by_tier,  # the tiers stand in that order
    "round-robin": in_turn,
    "latency": by_latency,
    "cheapest": by_price,
}


def drawn(tier: Tier, rng: random.Random) -> Iterator[Seat]:
    """A random order in which a channel of weight 3 comes first three times as often as one of weight 1.

    Few of many are wanted as a rule, so they are drawn one by one.
    """
    seats, left = tier.seats, set(range(len(tier.seats)))
    if len(seats) > FEW:
        total, last = tier.cumulative[-1], len(seats) - 1
        for _ in range(MOST_DRAWS):
            number = bisect(tier.cumulative, rng.random() * total, 0, last)
            if number in left:
                left.remove(number)
                yield seats[number]
    yield from weighted_order([seats[number] for number in left], rng)


def weighted_order(seats: list[Seat], rng: random.Random) -> list[Seat]:
    # Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006)
    return sorted(seats, key=lambda seat: rng.random() ** (1 / seat.candidate.channel.weight), reverse=True)
