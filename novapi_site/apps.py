"""The site itself: its management commands."""

from django.apps import AppConfig


class NovapiSiteConfig(AppConfig):
    name = "novapi_site"
