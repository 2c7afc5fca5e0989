"""What a channel says of an engine that Novapi is to start: the fields, and the recipe they make."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from channels_app.local.recipe import PORT, Launch, Manner, Recipe

PORT_OPTION = re.compile(r"(?:^|\s)(?:--port|-p)[ =](\d{1,5})(?=\s|$)")
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
DEFAULT_GROUP = "default"


def validate_env(value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError('An environment looks like {"NAME": "value"}.')
    for name in value:
        if not ENV_NAME.fullmatch(name):
            raise ValidationError(f"'{name}' can't be the name of an environment variable.")


def validate_pattern(value: str) -> None:
    try:
        re.compile(value)
    except re.error as problem:
        raise ValidationError(f"This is no regular expression: {problem}.") from problem


def validate_path(value: str) -> None:
    if value and not re.fullmatch(r"/[^\s]*", value):
        raise ValidationError("A path begins with / and has no blanks in it.")


class StartedEngine(models.Model):
    """The channels of other providers leave all of it blank."""

    command = models.TextField(
        blank=True, default="", db_default="", help_text=f"Starts the engine; {PORT} in it is where it is to listen."
    )
    shell = models.BooleanField(default=False, db_default=False, help_text="Run the command through a shell.")
    env = models.JSONField(default=dict, db_default={}, blank=True, validators=[validate_env])
    cwd = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="Folder to start it in. Blank: yours."
    )
    stop_command = models.TextField(
        blank=True, default="", db_default="",
        help_text="Stops it, where asking it to end is not enough (a container); ${PORT} and ${PID} are its own.",
    )  # fmt: skip
    ready_path = models.CharField(
        max_length=200, blank=True, default="", db_default="", validators=[validate_path],
        help_text="Answers with success once it is ready. Blank: what engines have in common.",
    )  # fmt: skip
    ready_pattern = models.CharField(
        max_length=200, blank=True, default="", db_default="", validators=[validate_pattern],
        help_text="A regular expression that fits what it prints once it is ready.",
    )  # fmt: skip
    idle_stop_s = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="Stopped after so many seconds without a call. Blank: never.",
    )  # fmt: skip
    keep_running = models.BooleanField(default=False, db_default=False, help_text="Started anew when it ends.")
    start_at_launch = models.BooleanField(default=False, db_default=False, help_text="Started with Novapi.")
    group = models.CharField(
        max_length=50, blank=True, default=DEFAULT_GROUP, db_default=DEFAULT_GROUP,
        help_text="Only one engine of a group runs at a time. Blank: beside all others.",
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def recipe(self) -> Recipe | None:
        """None where there is nothing to start."""
        if not self.command.strip():
            return None
        return Recipe(
            launch=Launch(
                self.command,
                self.shell,
                self.fixed_port,
                tuple(sorted(self.env.items())),
                self.cwd,
                self.stop_command.strip(),
            ),
            manner=Manner(self.ready_path, self.ready_pattern, self.idle_stop_s, keeps_running=self.keep_running),
            group=self.group,
            starts_at_launch=self.start_at_launch or self.keep_running,
        )

    @property
    def fixed_port(self) -> int | None:
        """Where the engine listens whatever it is told: by its address, else by its command."""
        if PORT in self.command:
            return None
        base_url = getattr(self, "base_url", "")
        if base_url and (port := urlsplit(base_url).port):
            return port
        found = PORT_OPTION.search(self.command)
        return int(found[1]) if found else None

    def clean_engine(self) -> None:
        """Raises ValidationError where nobody could tell where the engine listens."""
        if self.command.strip() and PORT not in self.command and not self.fixed_port and not self._port_in_env():
            raise ValidationError({"command": f"Put {PORT} where its port belongs, or give its address (base_url)."})

    def _port_in_env(self) -> bool:
        return isinstance(self.env, dict) and any(PORT in str(value) for value in self.env.values())
