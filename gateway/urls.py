"""The gateway's own URLs; nothing else is looked at for a call."""

from django.urls import path

from gateway.api import api

urlpatterns = [path("", api.urls)]
