"""The management API's addresses, below /api/."""

from dashboard.api.api import api

urlpatterns, app_name, namespace = api.urls
