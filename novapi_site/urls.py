"""Pages and the management API. The gateway's own paths are served by `gateway.asgi` and reach this file only for
their documentation."""

from django.urls import URLResolver, path, re_path
from django.urls.resolvers import RoutePattern

from dashboard.views import page
from gateway.api import api as gateway_api

PAGES = "channels|models|log|usage|playground|connect|settings"  # and what is below them: `/log/{id}`


def later(route: str, urls: str, namespace: str) -> URLResolver:
    """What is below `route`, loaded with the first request there: a page need not wait for the whole API. Django's
    own `include` loads it at once."""
    return URLResolver(RoutePattern(route), urls, app_name=namespace, namespace=namespace)


handler404 = "dashboard.refusals.not_found"
urlpatterns = [
    path("", page),
    re_path(rf"^(?:{PAGES})(?:/.*)?$", page),
    later("api/", "dashboard.api.urls", "management"),
    later("admin/", "dashboard.drawer", "admin"),
    path("", gateway_api.urls),
]
