"""An Answer on its way through ninja, and errors as answers."""

import time
from urllib.parse import quote

from django.http.response import HttpResponseBase

from gateway.call import Answer, HeaderPairs
from gateway.dialects.openai import build_error
from gateway.errors import GatewayError


class Relayed(HttpResponseBase):
    """Ninja lets an HttpResponse pass as it is; the lean handler takes the Answer out again.

    Django's own constructor is left out on purpose: the header and cookie objects it makes would never be used.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def error_answer(error: GatewayError) -> Answer:
    """A GatewayError in the caller's dialect."""
    body = build_error(error)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += [(name.encode(), value.encode("latin-1", "replace")) for name, value in error.headers.items()]
    return Answer(error.status, headers, body)


def own_headers(call_id: str, channel: str, attempts: int, overhead_s: float) -> HeaderPairs:
    """What Novapi tells about its part, on every gateway answer."""
    return [
        (b"x-novapi-request-id", call_id.encode()),
        (b"x-novapi-channel", header_text(channel)),
        (b"x-novapi-attempts", b"%d" % attempts),
        (b"x-novapi-overhead-ms", b"%.3f" % (overhead_s * 1000)),
    ]


def header_text(text: str) -> bytes:
    """A channel's name may be in any script; header values are printable ASCII."""
    return text.encode() if text.isascii() and text.isprintable() else quote(text).encode()


def signed(answer: Answer, call_id: str, started: float) -> Answer:
    """An answer that no channel had a part in, with the same headers."""
    if all(name != b"x-novapi-request-id" for name, _ in answer.headers):
        answer.headers += own_headers(call_id, "", 0, time.perf_counter() - started)
    return answer
