"""Who may use the dashboard: the one owner. There is no login; a launch link or the master key proves it.

`/?token=…` (printed by `serve`, opened by the window) becomes a signed, HttpOnly, SameSite=Strict cookie. Requests
that another site's page sends are refused even with it.
"""

import hmac
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject

from channels_app import candidates
from dashboard import launch
from dashboard.refusals import refusal
from gateway.errors import GatewayError
from gateway.keys import authenticate

COOKIE = "novapi_session"
COOKIE_SECONDS = 30 * 24 * 3600
OWNER = "owner"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
JSON, BYTES = "application/json", "application/octet-stream"
FILES = frozenset({"/api/restore", "/api/import/one-api"})  # take a file as it is

_signer = TimestampSigner(salt="novapi.session")


def ensure_owner() -> None:
    """The row behind the admin's log entries. It has no password, so nobody can sign in as it."""
    if not User.objects.filter(username=OWNER).exists():
        User.objects.create_superuser(OWNER, email="", password=None)


class OwnerMiddleware:
    """Lets the owner's own requests through, signed in; everything else gets a page, or JSON, that says how."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_same_origin(request):
            origin = request.headers.get("origin", "another site")
            return refusal(request, 403, f"Blocked: a web page ({origin}) tried to use Novapi.")
        if "token" in request.GET and request.method == "GET" and not request.path.startswith("/api/"):
            return self.sign_in(request)
        if not (has_session(request) or presents_master_key(request)):
            return refusal(
                request,
                401,
                "This browser is not signed in.",
            )
        if has_foreign_body(request):
            return refusal(request, 415, f"Send 'Content-Type: {body_type(request.path)}'.")
        request.user = SimpleLazyObject(lambda: User.objects.get(username=OWNER))  # type: ignore[assignment]
        return self.get_response(request)

    def sign_in(self, request: HttpRequest) -> HttpResponse:
        """A valid launch token becomes the cookie; the address loses the token either way."""
        if not hmac.compare_digest(request.GET["token"].encode(), launch.token().encode()):
            return refusal(request, 401, "This link is of an earlier start of Novapi.")
        rest = request.GET.copy()
        del rest["token"]
        query = f"?{urlencode(rest)}" if rest else ""
        response = HttpResponseRedirect(f"/{request.path.lstrip('/')}{query}")
        response.set_cookie(
            COOKIE, _signer.sign(OWNER), max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", path="/"
        )
        response["Referrer-Policy"] = "no-referrer"
        return response


def is_same_origin(request: HttpRequest) -> bool:
    """False for a request that a page of another site made; browsers say so in Origin and Sec-Fetch-Site.

    A navigation from elsewhere (`Sec-Fetch-Site: cross-site`, GET of a page) is refused too; typed addresses and
    links opened from outside the browser are `none`.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.scheme}://{request.get_host()}":
        return False
    return request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")


def has_session(request: HttpRequest) -> bool:
    try:
        return _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=COOKIE_SECONDS) == OWNER
    except BadSignature:
        return False


def presents_master_key(request: HttpRequest) -> bool:
    """`Authorization: Bearer <master key>`, for scripts. An app's own key is not enough."""
    bearer = request.headers.get("authorization", "").encode("latin-1", "replace")
    try:
        return authenticate({b"authorization": bearer}, b"", candidates.current()).is_master
    except GatewayError:
        return False


def has_foreign_body(request: HttpRequest) -> bool:
    """A body that any web page could send without the browser asking first; the admin's forms have a CSRF token.

    Neither JSON nor bare bytes are: browsers ask before they send either to another site, and nobody here agrees.
    """
    if request.method in SAFE_METHODS or not request.path.startswith("/api/"):
        return False
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    return has_body and request.content_type != body_type(request.path)


def body_type(path: str) -> str:
    """What a request to this path of the API has as its body."""
    return BYTES if path in FILES else JSON
