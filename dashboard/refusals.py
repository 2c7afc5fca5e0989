"""Requests that get nothing: a page for a browser, JSON for anything else, and never Django's own."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from gateway.dialects.openai import build_error
from gateway.errors import GatewayError

SIGN_IN = (
    "'novapi open' opens the dashboard signed in; scripts send the master key as 'Authorization: Bearer'; "
    "apps call /v1."
)
TITLES = {401: "Novapi is running", 403: "Blocked", 404: "Nothing here"}


def refusal(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """`message` in the shape that fits: the management API's, a page, or OpenAI's for an app with a wrong base URL."""
    wants_page = "text/html" in request.headers.get("accept", "")  # browsers say so, HTTP clients say */*
    if wants_page and not request.path.startswith("/api/"):
        context = {"message": message, "title": TITLES.get(status, "Not possible"), "is_stranger": status == 401}
        return render(request, "dashboard/refusal.html", context, status=status)
    if status == 401:
        message = f"{message} {SIGN_IN}"  # the page has more words for it
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": message}, status=status)
    error = GatewayError(f"Novapi: {message}", status=status, kind="invalid_request_error", code="not_an_endpoint")
    return HttpResponse(build_error(error), status=status, content_type="application/json")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler404`."""
    where = "/api/docs" if request.path.startswith("/api/") else "/v1/docs"
    return refusal(request, 404, f"There is no {request.path[:200]} here. {where} lists the endpoints.")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's `CSRF_FAILURE_VIEW`."""
    return refusal(request, 403, "This form is out of date, or another page sent it. Open it again.")
