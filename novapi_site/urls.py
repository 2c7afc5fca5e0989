"""Pages and the management API. The gateway's own paths are served by `gateway.asgi` and reach this file only for
their documentation."""

from django.contrib import admin
from django.urls import path

from dashboard.api.api import api as management_api
from dashboard.views import home
from gateway.api import api as gateway_api

handler404 = "dashboard.refusals.not_found"
urlpatterns = [
    path("", home),
    path("api/", management_api.urls),
    path("admin/", admin.site.urls),
    path("", gateway_api.urls),
]
