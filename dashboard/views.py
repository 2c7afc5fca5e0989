"""Pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from dashboard import build


@require_safe
@cache_control(no_cache=True)  # it names the scripts of its own build, which another one removes
def page(request: HttpRequest) -> HttpResponse:
    """The dashboard; which of its pages is meant, it reads in the address itself."""
    if (content := build.page()) is None:
        return render(request, "dashboard/not_built.html", {"title": "The dashboard is not built"}, status=503)
    return HttpResponse(content)
