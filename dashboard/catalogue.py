"""What apps can ask for, and all that is known of who serves it: abilities, prices, condition."""

import time
from collections.abc import Sequence
from typing import Any

from channels_app import built_in
from channels_app.local.adding import port_of
from channels_app.local.engine_models import FoundModel
from channels_app.table import Candidate, RoutingTable
from dashboard.api.schemas.channels import OFFLINE
from gateway import pricing
from gateway.families import Traits, traits_of
from gateway.health import Report, health
from gateway.lookout import engine_at, lookout
from gateway.offers import candidates_for, may_be_asked
from gateway.pricing import NANO
from gateway.rates import Rate
from gateway.small_calls import chats_by_name

NO_PRICE = {"input": None, "output": None, "cached": None, "source": None}


def catalogue(table: RoutingTable) -> list[dict[str, Any]]:
    """Every public name with its candidates, in the order of the table. Loads the price list."""
    return [model_of(name, table) for name in table.model_created]


def model_of(name: str, table: RoutingTable) -> dict[str, Any]:
    """A name that an alias has as well is a model: so calls go, too."""
    serving = candidates_for(name, table)
    offering = table.candidates.get(name, ())
    is_alias = name in table.aliases and not offering
    return {
        "name": name,
        "channels": [candidate.channel.name for candidate in offering],
        "alias_of": table.aliases.get(name, ()),
        "strategy": table.strategies.get(name, "priority") if is_alias else None,
        "chats": is_chat(name, serving),
        "built_in": name == built_in.MODEL,
        "candidates": [told(candidate, table) for candidate in serving],
    }


def is_chat(name: str, serving: Sequence[Candidate]) -> bool:
    """As far as names tell: of whoever serves it, for an alias may have any name."""
    return bool(chats_by_name({each.model: each.upstream for each in serving} or {name: name}))


def told(candidate: Candidate, table: RoutingTable) -> dict[str, Any]:
    """One candidate of a model; the shape is `CandidateOut`."""
    channel = candidate.channel
    return {
        "channel_id": channel.id,
        "channel": channel.name,
        "provider": channel.provider.id,
        "local": candidate.is_here,
        "model": candidate.model,
        "upstream": candidate.upstream,
        "priority": channel.priority,
        "weight": channel.weight,
        **abilities(candidate),
        "price": price(candidate),
        **condition(candidate, table),
    }


# Abilities


def abilities(candidate: Candidate) -> dict[str, Any]:
    """What the channel says of its model; else its engine, the price list, or the model's name."""
    said, family = candidate.abilities, traits_of(candidate.upstream)
    found = found_model(candidate)
    engine = Traits(found.vision, found.tools, found.reasoning) if found else Traits()
    room = said.context_tokens or (found and (found.context_loaded or found.context_max))
    return {
        "vision": first_told(said.vision, engine.vision, family.vision),
        "tools": first_told(said.tools, engine.tools, family.tools),
        "reasoning": first_told(engine.reasoning, family.reasoning),
        "context_tokens": room or pricing.context_of(candidate.channel.provider.id, candidate.upstream),
    }


def first_told(*claims: bool | None) -> bool | None:
    return next((claim for claim in claims if claim is not None), None)


def found_model(candidate: Candidate) -> FoundModel | None:
    """What was seen of it at the last look at the engines of this machine."""
    if not candidate.channel.provider.local or not (port := port_of(candidate.channel)):
        return None
    engine = engine_at(lookout.last, port)
    models = engine.models if engine else ()
    return next((model for model in models if model.name == candidate.upstream), None)


# Prices


def price(candidate: Candidate) -> dict[str, Any]:
    """US dollars per million tokens, and whose price that is."""
    found = pricing.in_force(candidate.channel.provider.id, candidate.upstream, candidate.prices)
    if found is None:
        return NO_PRICE
    source, rates = found
    cached = rates.cached or rates.input
    return {"input": usd(rates.input), "output": usd(rates.output), "cached": usd(cached), "source": source}


def usd(rate: Rate) -> float:
    return rate.base / NANO


# Condition


def condition(candidate: Candidate, table: RoutingTable) -> dict[str, Any]:
    """Why it is left alone, if it is, and how quick it was: that of the channel's best key."""
    now = time.monotonic()
    keys = [(candidate.channel.id, credential.id) for credential in candidate.channel.credentials]
    reports = [health.report(key, now) for key in keys]
    latencies = [report.latency_s for report in reports if report.latency_s]
    reason, seconds = why_paused(candidate, reports, table)
    return {
        "paused": reason,
        "seconds": seconds,
        "latency_ms": round(min(latencies) * 1000, 1) if latencies else None,
    }


def why_paused(candidate: Candidate, reports: list[Report], table: RoutingTable) -> tuple[str, float | None]:
    if not may_be_asked(candidate, table):
        return "offline mode", None
    if lookout.is_offline(candidate.channel.id):
        return OFFLINE, None
    if not reports:
        return "no usable key", None
    pauses = [report.pause for report in reports if report.pause]
    if len(pauses) < len(reports):
        return "", None
    soonest = min(pauses, key=lambda pause: float("inf") if pause.seconds is None else pause.seconds)
    return soonest.reason, soonest.seconds
