"""Pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Where the owner lands: the management views."""
    return redirect("admin:index")
