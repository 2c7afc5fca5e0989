"""What a browser may do with a page of Novapi: run our own scripts, talk to us, and nothing else.

These pages show what providers say, how apps call themselves and what models answer. Whatever of it might get into a
page as markup must neither run nor send anything anywhere.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from dashboard import launch

CONTENT = {
    "default-src": "'none'",
    "script-src": "'self'",
    # The components place their menus and messages by style attributes, and put style elements into the page. A style
    # runs nothing and, where images come from here only, tells nobody anything.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in CONTENT.items()),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",  # nor may another site's page embed an answer of ours
}
# What opened a page keeps no hold of it. In Novapi's own window nothing else opens one, and WebKit would begin a
# process anew for a page with that policy, which takes a tenth of a second.
OPENER = "Cross-Origin-Opener-Policy"


class PolicyMiddleware:
    """On every answer, refusals too: what is no page to us may still be opened as one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        if launch.WINDOW not in request.headers.get("user-agent", ""):
            response[OPENER] = "same-origin"
        return response
