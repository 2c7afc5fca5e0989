"""Pure: a call and the RoutingTable in, the plan out. Knows nothing of Django, httpx or ninja."""

import difflib
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from channels_app.table import Candidate, ChannelRoute, Credential, RoutingTable, is_pattern
from gateway.errors import NoSuitableChannel, UnknownModel
from gateway.health import KeyId, Pause

# Which key of a channel goes first moves on by one with every plan, so that several keys share the load.
_turn = itertools.count()
_chance = random.Random()
MOST_LOOKED_AT = 64  # attempts whose health is looked at, of which few are made

PauseOf = Callable[[KeyId], Pause | None]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one candidate with one of its keys, in a dialect that its channel speaks."""

    candidate: Candidate
    credential: Credential
    dialect: str = "openai-chat"

    @property
    def key(self) -> KeyId:
        """What its health is known by, and its limits."""
        return self.candidate.channel.id, self.credential.id


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered attempts at a call; `paused` are those of them, and of the others, that had better be left alone."""

    attempts: list[Attempt]
    paused: list[tuple[Attempt, Pause]] = field(default_factory=list)


def plan(
    model: str,
    dialects: Sequence[str],
    table: RoutingTable,
    rng: random.Random | None = None,
    pause_of: PauseOf | None = None,
    last_used: KeyId | None = None,
) -> Plan:
    """The ordered attempts for `model` over channels that speak one of `dialects`, at most `table.max_attempts`.

    `pause_of` tells why a key had better be left alone: those come last, refused ones only where there is nothing
    else. `last_used` goes first while nothing speaks against it, for the provider has the prompt in its cache.

    A channel that speaks several of them is spoken to in the first.

    Exact model before alias before wildcard; higher priority first; inside one priority a weighted draw; then the
    channel's other keys. Raises UnknownModel when nothing offers the model, NoSuitableChannel when what offers it
    speaks otherwise.
    """
    offered = candidates_for(model, table)
    if not offered:
        raise UnknownModel(unknown_model_text(model, table), param="model")
    suitable = [candidate for candidate in offered if spoken_to(candidate, dialects)]
    if not suitable:
        raise NoSuitableChannel(unsuitable_text(model, dialects[0], offered), param="model")
    attempts = list(itertools.islice(attempts_over(suitable, dialects, rng or _chance), MOST_LOOKED_AT))
    if not attempts:
        raise NoSuitableChannel(f"Novapi: no channel that offers '{model}' has a usable key. Check its keys.")
    if pause_of is None or len(attempts) == 1:
        return Plan(attempts[: table.max_attempts])
    return by_health(attempts, table.max_attempts, pause_of, last_used)


def by_health(attempts: list[Attempt], most: int, pause_of: PauseOf, last_used: KeyId | None) -> Plan:
    """Those that nothing speaks against first, then those whose pause ends soonest."""
    good: list[Attempt] = []
    paused: list[tuple[Attempt, Pause]] = []
    for attempt in attempts:
        if pause := pause_of(attempt.key):
            paused.append((attempt, pause))
        else:
            good.append(attempt)
    if last_used:
        good.sort(key=lambda attempt: attempt.key != last_used)
    waiting = sorted((p.seconds, n) for n, (_, p) in enumerate(paused) if p.seconds is not None)
    in_order = good + [paused[number][0] for _, number in waiting]
    return Plan((in_order or [attempt for attempt, _ in paused])[:most], paused)


def candidates_for(model: str, table: RoutingTable) -> Sequence[Candidate]:
    """What `model` may be served by, in the order of its aliases' targets."""
    if model in table.aliases and model not in table.candidates:
        targets = dict.fromkeys(table.aliases[model])
        return [candidate for name in targets for candidate in named(name, table)]
    return named(model, table)


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
    return Candidate(candidate.channel, model, upstream, pattern=f"{prefix}*")


def spoken_to(candidate: Candidate, dialects: Sequence[str]) -> str:
    """The first of the dialects that the candidate's channel speaks; empty if it speaks none."""
    for dialect in dialects:
        if dialect in candidate.channel.dialects:
            return dialect
    return ""


def attempts_over(candidates: Sequence[Candidate], dialects: Sequence[str], rng: random.Random) -> Iterator[Attempt]:
    """One attempt per candidate and key: every candidate's first key, then the keys that are left."""
    if len(candidates) > 1:
        candidates = ordered(candidates, rng)
    turn = next(_turn)
    rotations = [rotated(candidate.channel.credentials, turn) for candidate in candidates]
    for round_ in range(max(map(len, rotations))):
        for candidate, credentials in zip(candidates, rotations, strict=True):
            if round_ < len(credentials):
                yield Attempt(candidate, credentials[round_], spoken_to(candidate, dialects))


def ordered(candidates: Sequence[Candidate], rng: random.Random) -> list[Candidate]:
    """Alias targets and wildcards stay in order; inside one of them and one priority the weights decide."""
    chosen: list[Candidate] = []
    for _, same in itertools.groupby(candidates, key=lambda c: (c.model, c.pattern, c.channel.priority)):
        chosen += weighted_order(list(same), rng)
    return chosen


def weighted_order(candidates: list[Candidate], rng: random.Random) -> list[Candidate]:
    """A random order in which a channel of weight 3 comes first three times as often as one of weight 1."""
    # Efraimidis and Spirakis, "Weighted random sampling with a reservoir" (2006)
    return sorted(candidates, key=lambda c: rng.random() ** (1 / c.channel.weight), reverse=True)


def rotated(credentials: tuple[Credential, ...], turn: int) -> tuple[Credential, ...]:
    if len(credentials) < 2:
        return credentials
    start = turn % len(credentials)
    return credentials[start:] + credentials[:start]


def unknown_model_text(model: str, table: RoutingTable) -> str:
    shown = model if len(model) <= 100 else model[:100] + "…"
    if not table.model_created and not table.patterns:
        return f"Novapi: no channel offers '{shown}' yet. Add a channel in the dashboard, or with POST /api/channels."
    close = difflib.get_close_matches(
        model[:200], (name for name in table.model_created if name != model), n=3, cutoff=0.5
    )
    hint = f"Closest: {', '.join(close)}." if close else "GET /v1/models lists what is offered."
    return f"Novapi: no enabled channel offers '{shown}'. {hint}"


def unsuitable_text(model: str, dialect: str, offered: Sequence[Candidate]) -> str:
    names = ", ".join(dict.fromkeys(candidate.channel.name for candidate in offered))
    return f"Novapi: '{model}' is offered by {names}, which can't serve this endpoint ({dialect})."
