"""What a channel's failure says about the key that was used, in one table."""

from gateway.health import Fault
from gateway.upstream import ChannelFailure, is_loading, lacks_credit

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
    if lacks_credit(failure.status, failure.body):
        return Fault.NO_CREDIT
    if is_loading(failure) or failure.engine_down:
        return Fault.NOT_ITS_FAULT
    if failure.status is None or failure.status >= 500 or failure.status < 400:
        return Fault.TROUBLE
    return FAULTS.get(failure.status, Fault.NOT_ITS_FAULT)
