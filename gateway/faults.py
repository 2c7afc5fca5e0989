"""What a channel's failure says about the key that was used, in one table."""

from gateway.health import Fault
from gateway.upstream import ASKED_FOR, ChannelFailure, is_loading, lacks_credit, lacks_model

FAULTS = {
    401: Fault.KEY_REFUSED,
    403: Fault.KEY_REFUSED,
    408: Fault.TROUBLE,
    409: Fault.TROUBLE,
    425: Fault.TROUBLE,
    429: Fault.RATE_LIMITED,
}


def fault_of(failure: ChannelFailure) -> Fault:
    """A connection that failed, silence, nonsense and 5xx are trouble; another 4xx is the request's own fault."""
    if failure.code == ASKED_FOR:
        return Fault.NOT_ITS_FAULT
    if lacks_credit(failure.status, failure.body):
        return Fault.NO_CREDIT
    if is_loading(failure) or failure.engine_down:
        return Fault.NOT_ITS_FAULT
    if failure.status is None or failure.status >= 500 or failure.status < 400:
        return Fault.TROUBLE
    return FAULTS.get(failure.status, Fault.NOT_ITS_FAULT)


CODES = {Fault.KEY_REFUSED: "key_refused", Fault.NO_CREDIT: "no_credit", Fault.RATE_LIMITED: "rate_limited"}


def code_of(failure: ChannelFailure) -> str:
    """What went wrong, in a word that programs can rely on."""
    if failure.code:
        return failure.code
    if code := CODES.get(fault_of(failure)):
        return code
    if failure.timed_out or failure.status == 408:
        return "timeout"
    return "unreachable" if failure.status is None else code_by_status(failure.status, failure.body)


def code_by_status(status: int, body: bytes) -> str:
    """`bad_answer`: all went well, and it makes no sense; mostly the address is one of people's pages."""
    if status == 404:
        return "model_not_found" if lacks_model(status, body) else "not_found"
    if status >= 400:
        return "trouble" if status >= 500 else "rejected"
    return "redirect" if status >= 300 else "bad_answer"
