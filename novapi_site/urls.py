"""Pages and the management API. The gateway's own paths are served by `gateway.asgi` and reach this file only for
their documentation."""

from django.contrib import admin
from django.urls import path

from dashboard.api.api import api as management_api
from dashboard.views import home, no_such_endpoint
from gateway.api import api as gateway_api

urlpatterns = [
    path("", home),
    path("api/", management_api.urls),
    path("api/<path:rest>", no_such_endpoint),
    path("admin/", admin.site.urls),
    path("", gateway_api.urls),
]
