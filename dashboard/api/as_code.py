"""/api/usage/records/{id}/code: a call that was, as code to run elsewhere."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router

from dashboard import code, elsewhere
from dashboard.api.schemas.calls import CodeOut
from dashboard.code import LANGUAGES, Variable
from dashboard.elsewhere import Address
from dashboard.originals import Original, original
from gateway.endpoints.entrances import path_of

OWN_KEY = Variable("NOVAPI_API_KEY")
# Where the key goes in the dialects whose clients do not send it as a bearer.
BEARER: dict[str, code.Text] = {"authorization": ("Bearer ", OWN_KEY)}
KEY_HEADERS: dict[str, dict[str, code.Text]] = {
    "anthropic": {"x-api-key": (OWN_KEY,), "anthropic-version": ("2023-06-01",)},
    "gemini": {"x-goog-api-key": (OWN_KEY,)},
}
router = Router(tags=["usage"])


@router.get("/records/{request_id}/code", response=CodeOut)
def get_code(
    request: HttpRequest,
    request_id: str,
    language: Literal["curl", "python", "javascript"],
    to: Literal["novapi", "provider"] = "novapi",
) -> Any:
    """The request of a call as code that runs as it is: `to` Novapi, as its app sent it, or to its `provider`, as
    Novapi did. Keys are read from the environment."""
    found = original(request_id)
    captured = found.side("request" if to == "novapi" else "sent")
    address = own_address(request, found) if to == "novapi" else elsewhere.address_of(found)
    text = captured.body.decode(errors="replace")
    asked = code.Request(address.url, address.headers, text, found.record.stream)
    return {"code": LANGUAGES[language](asked), "masked": captured.masked}


def own_address(request: HttpRequest, found: Original) -> Address:
    """Where the owner reaches Novapi, an app does too."""
    path = elsewhere.quoted(path_of(found.target)) + (f"?{found.query}" if found.query else "")
    headers = {"content-type": ("application/json",)} | KEY_HEADERS.get(found.target.dialect, BEARER)
    return Address((f"{request.scheme}://{request.get_host()}{path}",), headers)
