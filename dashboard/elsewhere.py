"""Where Novapi sent a recorded call: its provider's address and headers, with variables instead of secrets."""

import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from ninja.errors import HttpError

from channels_app import candidates
from channels_app.models import Channel, ClientKey, Preferences
from channels_app.table import Candidate, ChannelRoute, Credential
from dashboard.code import Text, Variable
from dashboard.originals import Original
from gateway import embeddings, translate, upstream
from gateway.call import Call
from gateway.capture_making import SECRET_HEADERS
from gateway.chat_translation import chat_endpoint
from gateway.masking import SHORTEST
from gateway.models import Attempt as AttemptRow
from gateway.offers import Attempt, spoken_to

STAND_IN = "the-key-of-this-channel-stands-here"
NOT_NEEDED = frozenset({"accept-encoding"})  # what the client's library does by itself


class Address(NamedTuple):
    url: Text
    headers: dict[str, Text]


def quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~-._")


def address_of(found: Original) -> Address:
    """Raises HttpError (409) where the channel is gone, or speaks otherwise now."""
    route = route_of(found)
    call = call_of(found)
    candidate = Candidate(route, call.model, found.record.model_sent)
    dialect = dialect_of(found) or spoken_to(candidate, call.dialects)
    if not dialect:
        raise HttpError(409, f"The channel '{route.name}' does not speak {call.dialect} any more.")
    key = Credential(None, STAND_IN if any(each.api_key for each in route.credentials) else "")
    attempt = Attempt(candidate, key, dialect)
    request = upstream.build_request(call, attempt, b"", endpoint_at(call, attempt))
    hidden = secrets_of(route)
    headers = {
        name: header(name, value, route, hidden) for name, value in request.headers.items() if name not in NOT_NEEDED
    }
    return Address(pieces(str(request.url), hidden), headers)


def route_of(found: Original) -> ChannelRoute:
    channel = Channel.objects.filter(pk=found.record.channel_id or 0).first()
    if channel is None:
        raise HttpError(409, "Its channel is not there any more; ask for code to Novapi instead.")
    return candidates.channel_route(channel, channel.keys.all(), Preferences.load())


def dialect_of(found: Original) -> str:
    """What was spoken at the end, where the attempts are kept; else empty."""
    row = AttemptRow.objects.filter(request_id=found.record.request_id).order_by("-position").first()
    return row.dialect if row else ""


def call_of(found: Original) -> Call:
    """As much of the call as its address depends on."""
    record, target = found.record, found.target
    return Call(
        id=record.request_id,
        dialect=target.dialect,
        endpoint=target.endpoint,
        task=target.task,
        path=target.path,
        key=candidates.client_identity(ClientKey.master()),
        app=record.app,
        started=time.perf_counter(),
        content_type="application/json",
        headers=(("content-type", "application/json"),),
        model=record.model_asked,
        stream=record.stream,
    )


def endpoint_at(call: Call, attempt: Attempt) -> str:
    """Below the channel's base."""
    if attempt.dialect == call.dialect:
        return translate.own_endpoint(call, attempt)
    if call.task == "embeddings":
        return embeddings.endpoint_of(attempt)
    return chat_endpoint(attempt.dialect, attempt.candidate.upstream, call.stream)


# Secrets


def variable(route: ChannelRoute, name: str) -> Variable:
    """Named after the provider: OPENAI_API_KEY."""
    text = re.sub(r"\W+", "_", f"{route.provider.id}_{name}".upper(), flags=re.ASCII)
    return Variable(f"_{text}" if text[0].isdigit() else text)


def secrets_of(route: ChannelRoute) -> Mapping[str, Text]:
    """How secrets may be spelt → what stands there instead: keys, and parameters of the query that sound like one."""
    key = variable(route, "api_key")
    hidden: dict[str, Text] = {STAND_IN: (key,)}
    for credential in route.credentials:
        if len(credential.api_key) >= SHORTEST:
            hidden |= {credential.api_key: (key,), quote_plus(credential.api_key): (key,)}
    for name, value in (route.overrides.get("query") or {}).items():
        if sounds_secret(name):
            start = f"{quote_plus(name)}="
            hidden[start + quote_plus(value)] = (start, variable(route, name))
    return hidden


def sounds_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_HEADERS)


def header(name: str, value: str, route: ChannelRoute, hidden: Mapping[str, Text]) -> Text:
    found = pieces(value, hidden)
    if found == (value,) and name in route.headers and sounds_secret(name):
        return (variable(route, name),)
    return found


def pieces(text: str, hidden: Mapping[str, Text]) -> Text:
    """The text without secrets, the longest taken first."""
    spellings = sorted(hidden, key=len, reverse=True)
    parts: list[Any] = []
    for part in re.split(f"({'|'.join(map(re.escape, spellings))})", text):
        parts += hidden.get(part, (part,) if part else ())
    return tuple(parts)
