"""What a client is told when no channel has answered: whose fault it was, and what can be done."""

import math

from channels_app.table import RoutingTable
from gateway import chat_translation, translate
from gateway.call import Answer, Call, Outcome
from gateway.dialects.format import Impossible
from gateway.errors import ImpossibleRequest, UpstreamFailed
from gateway.headers import content_length, own_headers
from gateway.offers import Attempt
from gateway.upstream import ChannelFailure, lacks_credit


def give_up(call: Call, failures: list[tuple[Attempt, ChannelFailure]], outcome: Outcome) -> Answer:
    """No candidate answered: the provider's own refusal of the request, or an account of what was tried."""
    attempt, last = failures[-1]
    if is_final(failures) and last.status and last.body and attempt.dialect == call.dialect:
        outcome.status, outcome.error = last.status, last.reason
        own = own_headers(call, outcome)
        return Answer(
            last.status, [(b"content-type", b"application/json"), content_length(last.body), *own], last.body
        )
    raise all_failed(call, failures)


def is_final(failures: list[tuple[Attempt, ChannelFailure]]) -> bool:
    """Whether the last provider's own word on the request is what the client should hear."""
    return not failures[-1][1].retryable or all(failure.status == 404 for _, failure in failures)


def refused_by_provider(attempt: Attempt, failure: ChannelFailure) -> UpstreamFailed:
    """The provider's own words, which apps look for ("prompt is too long"), to be said in the client's dialect."""
    said = translate.error_said(failure.body, attempt.dialect)
    text = said.message or f"Novapi: {attempt.candidate.channel.name} {failure.reason}."
    return UpstreamFailed(text, status=failure.status, code=said.code or "upstream_rejected", kind=said.kind or None)


def all_failed(call: Call, failures: list[tuple[Attempt, ChannelFailure]]) -> UpstreamFailed:
    """One error that names every channel that was tried and what it said."""
    attempt, last = failures[-1]
    if is_final(failures) and last.status and last.body:
        return refused_by_provider(attempt, last)
    tried = ", ".join(f"{attempt.candidate.channel.name} ({failure.reason})" for attempt, failure in failures)
    channels = len({attempt.candidate.channel.id for attempt, _ in failures})
    count = "1 channel" if channels == 1 else f"{channels} channels"
    status, code = verdict([failure for _, failure in failures])
    waits = [failure.retry_after for _, failure in failures if failure.retry_after]
    headers = {"retry-after": str(math.ceil(min(waits)))} if waits and status in (429, 503) else {}
    if len(failures) > 1 or code == "insufficient_quota":
        headers["x-should-retry"] = "false"  # the SDKs would retry what was just retried, or can't go well
    text = f"Novapi: tried {count} for {call.model or call.endpoint}: {tried}. Request id {call.id}."
    return UpstreamFailed(text, status=status, code=code, headers=headers)


def verdict(failures: list[ChannelFailure]) -> tuple[int, str]:
    """Status and code for the client. A refused provider key is never passed on as 401: the app's key is fine."""
    statuses = {failure.status for failure in failures}
    if all(lacks_credit(failure.status, failure.body) for failure in failures):
        return 429, "insufficient_quota"
    if statuses == {429}:
        return 429, "rate_limit_exceeded"
    if all(failure.timed_out for failure in failures):
        return 504, "upstream_timeout"
    if statuses <= {401, 403}:
        return 502, "upstream_auth"
    if statuses <= {503, 529}:
        return 503, "upstream_overloaded"
    rejected = failures[-1]
    if rejected.status and not rejected.retryable and rejected.status >= 400:
        return rejected.status, "upstream_rejected"
    return 502, "upstream_failed"


def refused_as_impossible(
    call: Call, impossible: list[tuple[Attempt, Impossible]], table: RoutingTable
) -> ImpossibleRequest:
    """No channel that offers the model can be told what is asked for. Says who could."""
    attempt, problem = impossible[0]
    names = ", ".join(dict.fromkeys(each.candidate.channel.name for each, _ in impossible))
    able = chat_translation.able_dialects(call) if call.task == "chat" else frozenset[str]()
    could = [channel.name for channel in table.offering() if channel.dialects & able]
    hint = f"Channels that can: {', '.join(could[:5])}." if could else "No channel of yours can."
    return ImpossibleRequest(
        f"Novapi: {problem.feature} can't be asked of {names}, which offers {call.model} by the {attempt.dialect} "
        f"format. {hint}"
    )
