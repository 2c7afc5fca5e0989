"""The app that answers calls and keeps their records."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gateway"
