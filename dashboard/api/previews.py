"""What a channel would get for a request: built like a real one, and not sent."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

from django.core.exceptions import ValidationError

from channels_app.table import ChannelRoute, ClientIdentity, Credential, RoutingTable, is_pattern
from gateway import body as request_body
from gateway import translate, upstream
from gateway.call import Call, new_call_id
from gateway.decoding import decode
from gateway.dialects.format import Impossible
from gateway.endpoints import anthropic, gemini, ollama, openai, responses
from gateway.endpoints.calls import Target, model_of, streams
from gateway.errors import GatewayError
from gateway.offers import Attempt, offered_by, spoken_to, targets_of

CONTENT_TYPE = "application/json"
SAYS_HELLO = [{"role": "user", "content": "Hello"}]
# Each dialect's chat, and a small request for it.
CHATS: dict[str, tuple[Target, dict[str, Any]]] = {
    "openai-chat": (openai.target_of("chat/completions", "openai-chat"), {"messages": SAYS_HELLO}),
    "openai-responses": (responses.RESPONSES, {"input": "Hello"}),
    "anthropic": (anthropic.MESSAGES, {"max_tokens": 100, "messages": SAYS_HELLO}),
    "gemini": (gemini.generate("", False), {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}),
    "ollama": (ollama.CHAT, {"messages": SAYS_HELLO}),
}


def preview(
    route: ChannelRoute,
    models: Mapping[str, str],
    table: RoutingTable,
    key: ClientIdentity,
    dialect: str,
    body: dict[str, Any] | None,
) -> dict[str, Any]:
    """`{"method", "url", "headers", "body"}` for a request in `dialect`: `body`, or a small one, for the channel's
    first model unless it names another. `models`: public name → upstream name. Raises ValidationError by field."""
    try:
        call = call_for(dialect, body, next((name for name in models if not is_pattern(name)), ""), key)
        attempt = attempt_at(route, call, models, table)
        sent = translate.outgoing(call, attempt)
    except GatewayError as error:
        raise ValidationError({"body": error.message}) from error
    except Impossible as problem:
        raise ValidationError({"body": f"{attempt.dialect} has no words for {problem.feature}."}) from problem
    request = upstream.build_request(call, attempt, sent.body, sent.endpoint)
    told = {"url": str(request.url), "headers": dict(request.headers), "body": decode(sent.body)}
    return {"method": request.method} | without_keys(told, route.credentials)


def call_for(dialect: str, body: dict[str, Any] | None, model: str, key: ClientIdentity) -> Call:
    """The request as a Call; for `model` where it names none. Raises BadRequest."""
    target, hello = CHATS[dialect]
    asked = hello if body is None else body
    text = json.dumps(asked if target.model is not None else {"model": model} | asked).encode()
    envelope = request_body.parse(text)
    options = envelope.stream_options
    return Call(
        id=new_call_id(),
        dialect=dialect,
        endpoint=target.endpoint,
        task=target.task,
        path=target.path,
        form=target.form,
        key=key,
        app="Novapi preview",
        started=time.perf_counter(),
        content_type=CONTENT_TYPE,
        headers=(("content-type", CONTENT_TYPE),),
        model=model if target.model is not None or not envelope.model else model_of(envelope, None),
        body=text,
        stream=streams(envelope, target),
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def attempt_at(route: ChannelRoute, call: Call, models: Mapping[str, str], table: RoutingTable) -> Attempt:
    """The attempt at this channel, with the masked form of its first key. Raises ValidationError."""
    asked = (offered_by(route, models, name) for name in (call.model, *targets_of(call.model, table)))
    candidate = next(filter(None, asked), None)
    if not candidate:
        raise ValidationError({"body": not_offered(call.model, models)})
    dialect = spoken_to(candidate, call.dialects)
    if not dialect:
        raise ValidationError({"dialect": f"The channel can't serve {call.dialect}."})
    return Attempt(candidate, masked(route.credentials[0]) if route.credentials else Credential(None, ""), dialect)


def not_offered(model: str, models: Mapping[str, str]) -> str:
    if not models:
        return "The channel offers no model yet."
    return (
        f"The channel does not offer '{model[:100]}'." if model else "Name a model: the channel offers wildcards only."
    )


def masked(credential: Credential) -> Credential:
    """A key that looks like this one and opens nothing."""
    return replace(credential, api_key=f"…{credential.last4}" if credential.api_key else "")


def without_keys(told: dict[str, Any], credentials: tuple[Credential, ...]) -> dict[str, Any]:
    """Without the keys that the owner wrote into overrides or headers; one too short to be a secret stays."""
    text = json.dumps(told)
    for credential in credentials:
        if credential.last4:
            for spelling in (json.dumps(credential.api_key)[1:-1], quote_plus(credential.api_key)):
                text = text.replace(spelling, f"…{credential.last4}")
    cleared: dict[str, Any] = json.loads(text)
    return cleared
