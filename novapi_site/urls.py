"""Pages and the management API. The gateway's own paths are served by `gateway.asgi` and reach this file only for
their documentation."""

from django.contrib import admin
from django.urls import path, re_path

from dashboard.api.api import api as management_api
from dashboard.views import page
from gateway.api import api as gateway_api

PAGES = "channels|models|log|usage|playground|connect|settings"  # and what is below them: `/log/{id}`

handler404 = "dashboard.refusals.not_found"
urlpatterns = [
    path("", page),
    re_path(rf"^(?:{PAGES})(?:/.*)?$", page),
    path("api/", management_api.urls),
    path("admin/", admin.site.urls),
    path("", gateway_api.urls),
]
