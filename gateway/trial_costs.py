"""What the test of a channel will use at most, said before it is made."""

from collections.abc import Mapping
from typing import Any

from channels_app import candidates
from channels_app.table import ChannelRoute
from gateway import pricing, small_calls, translate
from gateway.chat import Usage
from gateway.dialects.format import Impossible
from gateway.errors import GatewayError
from gateway.pricing import NANO
from gateway.questions import JSON, JSON_FORMATS, TOOLS
from gateway.small_calls import greeting
from gateway.trials import Trial


def cost_of(channel: ChannelRoute, model: str, tokens_in: int, tokens_out: int) -> float | None:
    """US dollars for so many tokens of the upstream `model`; None where nobody knows the price."""
    nano = pricing.cost(channel.provider.id, (model,), Usage(input=tokens_in, output=tokens_out))
    return None if nano is None else nano / NANO


def estimate(trial: Trial) -> dict[str, Any]:
    """What a test will use at most, before it is made: `{"model", "calls", "tokens", "cost_usd", "detail"}`.

    Off the serving loop: it may load the price list.
    """
    if trial.candidate is None or not trial.channel.credentials:
        why = trial.why_none or "The channel has no usable key."
        return {"model": None, "calls": 0, "tokens": 0, "cost_usd": 0.0, "detail": f"Free: nothing is asked. {why}"}
    questions = planned(trial)
    tokens_in = sum(size_in(trial, members) for members in questions)
    tokens_out = sum(members["max_tokens"] for members in questions)
    tokens, upstream = tokens_in + tokens_out, trial.candidate.upstream
    cost = cost_of(trial.channel, upstream, tokens_in, tokens_out)
    detail = (
        f"At most {len(questions)} small calls to {trial.candidate.model}, at most {tokens} tokens: {money(cost)}."
    )
    return {
        "model": trial.candidate.model,
        "calls": len(questions),
        "tokens": tokens,
        "cost_usd": cost,
        "detail": detail,
    }


def planned(trial: Trial) -> list[dict[str, Any]]:
    """The calls, at most: a chat for every key (where no list tells), a stream, one for each ability."""
    json = JSON | {"response_format": JSON_FORMATS[1]}
    return [greeting() for _ in trial.channel.credentials] + [greeting(), TOOLS, json]


def size_in(trial: Trial, members: Mapping[str, Any]) -> int:
    """Its prompt in bytes as the channel gets it: no tokenizer makes more tokens of it."""
    caller = trial.caller(trial.channel.credentials[0])
    call = small_calls.call_of(caller, members)
    try:
        return len(translate.outgoing(call, caller.attempt(call)).body)
    except (Impossible, GatewayError):
        return 0  # it will not be sent


def money(cost: float | None) -> str:
    if cost is None:
        return "what they cost is not known"
    return f"{candidates.current().currency.told(cost * NANO, 6)} at most" if cost else "free"
