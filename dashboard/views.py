"""Pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt


def home(request: HttpRequest) -> HttpResponse:
    """Where the owner lands: the management views."""
    return redirect("admin:index")


@csrf_exempt  # `OwnerMiddleware` has looked at the origin already
def no_such_endpoint(request: HttpRequest, rest: str) -> JsonResponse:
    """Under /api/ every answer is JSON."""
    return JsonResponse({"detail": f"There is no endpoint {request.path}. /api/docs lists them."}, status=404)
