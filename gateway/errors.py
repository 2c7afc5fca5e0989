"""Everything that can go wrong with a call, as one small tree. Each says what happened, whose fault it is, what to do.

    GatewayError
    ├── NoKey · WrongKey · ExpiredKey                 401, the app's key
    ├── BadRequest                                    400, the app's request
    │   ├── BodyTooLarge 413 · UnsupportedMedia 415
    │   └── ImpossibleRequest                         no channel of the model can be told what is asked for
    ├── UnknownPath 404 · WrongMethod 405
    ├── UnknownModel · NoSuitableChannel              404, nothing offers it
    ├── UnknownId                                     404, nobody is known to have issued it
    ├── LimitReached                                  429, a limit that the owner has set
    ├── UpstreamFailed                                what the tried channels answered
    ├── OfflineMode                                   503, only the cloud could, and its owner wants none of it now
    ├── Paused                                        503, its owner wants no calls for a while
    ├── CallStopped                                   503, its owner wants it no more
    └── InternalError                                 500, ours

Foreign exceptions are mapped to `upstream.ChannelFailure` where they enter; how an error looks on the wire is the
dialect's business.
"""


class GatewayError(Exception):
    """An answer that is not a success.

    `status` is the HTTP status; `kind` the error type in OpenAI's words; `code` a stable machine-readable name;
    `param` the request field at fault; `headers` go out with the answer.
    """

    status = 500
    kind = "server_error"
    code = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status or self.status
        self.code = code or self.code
        self.kind = kind or self.kind
        self.param = param
        self.headers = headers or {}


class NoKey(GatewayError):
    status, kind, code = 401, "authentication_error", "missing_api_key"


class WrongKey(GatewayError):
    status, kind, code = 401, "authentication_error", "invalid_api_key"


class ExpiredKey(GatewayError):
    status, kind, code = 401, "authentication_error", "expired_api_key"


class BadRequest(GatewayError):
    status, kind, code = 400, "invalid_request_error", "invalid_request"


class BodyTooLarge(BadRequest):
    status, code = 413, "request_too_large"


class UnsupportedMedia(BadRequest):
    status, code = 415, "unsupported_media_type"


class ImpossibleRequest(BadRequest):
    code = "unsupported_by_channel"


class UnknownPath(GatewayError):
    status, kind, code = 404, "invalid_request_error", "unknown_endpoint"


class WrongMethod(GatewayError):
    status, kind, code = 405, "invalid_request_error", "method_not_allowed"


class UnknownModel(GatewayError):
    status, kind, code = 404, "invalid_request_error", "model_not_found"


class NoSuitableChannel(GatewayError):
    status, kind, code = 404, "invalid_request_error", "no_suitable_channel"


class UnknownId(GatewayError):
    status, kind, code = 404, "invalid_request_error", "not_found"


class LimitReached(GatewayError):
    status, kind, code = 429, "rate_limit_error", "rate_limit_exceeded"


class BudgetSpent(LimitReached):
    code = "insufficient_quota"  # which clients know as: waiting a moment and asking again is of no use


class AppStopped(GatewayError):
    status, kind, code = 429, "rate_limit_error", "runaway_stopped"


class UpstreamFailed(GatewayError):
    status, kind, code = 502, "upstream_error", "upstream_failed"


class OfflineMode(GatewayError):
    status, kind, code = 503, "server_error", "offline_mode"


class Paused(GatewayError):
    status, kind, code = 503, "server_error", "paused"


class CallStopped(GatewayError):
    status, kind, code = 503, "server_error", "stopped_by_owner"


class InternalError(GatewayError):
    pass
