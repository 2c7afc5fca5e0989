"""The app the owner's settings live in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ChannelsAppConfig(AppConfig):
    name = "channels_app"
    verbose_name = "Channels"

    def ready(self) -> None:
        from channels_app.revision import install_triggers

        # Django rebuilds a SQLite table to alter it, which drops the table's triggers: put them back each time.
        post_migrate.connect(install_triggers, sender=self)
