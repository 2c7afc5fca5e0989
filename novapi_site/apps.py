"""The site itself: its management commands, and the time zone it lives in."""

import os
import sys
import time

from django.apps import AppConfig
from django.conf import settings


class NovapiSiteConfig(AppConfig):
    name = "novapi_site"

    def ready(self) -> None:
        put_time_zone_back(settings.SYSTEM_TZ)


def put_time_zone_back(name: str | None) -> None:
    """Django moves the whole process to UTC; the owner's days begin where the owner is. Django itself goes by its
    settings and not by this. Windows has no such switch, and Django leaves it alone there."""
    if sys.platform == "win32":
        return
    if name is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = name
    time.tzset()
