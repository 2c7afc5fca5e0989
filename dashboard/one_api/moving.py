"""Their channels and tokens become ours, in one transaction; nothing that is there is changed. A dry run does all of
it, and takes it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from channels_app import candidates, secrets
from channels_app.models import Channel, ChannelKey, ChannelModel, ClientKey
from dashboard.one_api.channels import Ours, ours
from dashboard.one_api.kinds import Family
from dashboard.one_api.reading import Row, Source, read
from dashboard.one_api.tokens import Token, token_of

MOST_NAME = 100
Outcome = Literal["added", "already there", "left out"]


class Moved(NamedTuple):
    """One of their rows: `name` there; `new_name` here, if it was added; `provider`, `keys` and `models` of a channel,
    how many; `notes`: what its owner should know, and of what is left out, why."""

    name: str
    outcome: Outcome
    new_name: str = ""
    provider: str = ""
    keys: int = 0
    models: int = 0
    enabled: bool = False
    notes: tuple[str, ...] = ()


class Report(NamedTuple):
    """`family`: whose file it is."""

    family: Family
    channels: list[Moved]
    tokens: list[Moved]
    notes: list[str]


def move(path: Path, *, dry_run: bool = False) -> Report:
    """Raises NotUsable where the file is none of theirs."""
    source = read(path)
    with transaction.atomic():
        channels, tokens = Channels(source).moved(), Tokens(source).moved()
        transaction.set_rollback(dry_run)
    candidates.refresh()
    return Report(source.family, channels, tokens, list(notes_on(source)))


def notes_on(source: Source) -> Iterator[str]:
    """What is different here for all of them."""
    groups = {row.text("group") for row in source.channels} - {"", "default"}
    if groups:
        named = ", ".join(sorted(groups))[:200]
        yield f"There are no groups here: every app may use every channel. There were: {named}."
    if source.users > 1:
        yield f"There is one owner here: the tokens of all {source.users} users are the owner's now."
    yield "Quotas, ratios, logs and sign-ins are not taken over."


def unique(name: str, taken: set[str]) -> str:
    """`name`, or `name (2)`, or the next number that nobody has; it is taken then."""
    found, number = name[:MOST_NAME], 2
    while found in taken:
        ending = f" ({number})"
        found, number = name[: MOST_NAME - len(ending)] + ending, number + 1
    taken.add(found)
    return found


class Channels:
    """Those of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names = set(Channel.objects.values_list("name", flat=True))
        self._there = set(map(identity_of, Channel.objects.prefetch_related("keys")))

    def moved(self) -> list[Moved]:
        return [self._moved(row) for row in self._source.channels]

    def _moved(self, row: Row) -> Moved:
        name = row.text("name") or f"Channel {row.number('id')}"
        wanted = ours(row, self._source.family)
        if isinstance(wanted, str):
            return Moved(name, "left out", notes=(f"{wanted}.",))
        channel = Channel(**wanted.fields)
        try:
            channel.clean()  # brings the address into the form in which it is stored
            if self._is_there(channel, wanted.keys):
                return Moved(name, "already there", provider=channel.provider)
            with transaction.atomic():
                self._add(channel, name, wanted)
        except (ValidationError, DatabaseError, OverflowError) as problem:
            return Moved(name, "left out", notes=(reason(problem),))
        self._there.add(identity_of(channel))
        return Moved(
            name,
            "added",
            channel.name,
            channel.provider,
            len(wanted.keys),
            len(wanted.models),
            channel.enabled,
            tuple(wanted.notes),
        )

    def _is_there(self, channel: Channel, keys: list[str]) -> bool:
        marks = frozenset(map(secrets.fingerprint, keys))
        return (channel.provider, channel.base_url, marks) in self._there

    def _add(self, channel: Channel, name: str, wanted: Ours) -> None:
        channel.name = unique(name, self._names)
        channel.full_clean()
        channel.save()
        channel.set_api_keys(wanted.keys)
        rows = [ChannelModel(channel=channel, name=n, upstream=upstream) for n, upstream in wanted.models.items()]
        ChannelModel.objects.bulk_create(rows)


def identity_of(channel: Channel) -> tuple[str, str, frozenset[str]]:
    """What makes two channels the same account."""
    keys: list[ChannelKey] = list(channel.keys.all())
    return channel.provider, channel.base_url, frozenset(key.fingerprint for key in keys)


def reason(problem: Exception) -> str:
    return " ".join(problem.messages) if isinstance(problem, ValidationError) else str(problem)


class Tokens:
    """Those of one file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names = set(ClientKey.objects.values_list("name", flat=True))
        self._there = {bytes(mark) for mark in ClientKey.objects.values_list("digest", flat=True)}

    def moved(self) -> list[Moved]:
        return [self._moved(row) for row in self._source.tokens]

    def _moved(self, row: Row) -> Moved:
        wanted = token_of(row, self._source)
        if isinstance(wanted, str):
            return Moved(row.text("name"), "left out", notes=(f"{wanted}.",))
        if secrets.digest(wanted.token) in self._there:
            return Moved(wanted.name, "already there")
        key = self._added(wanted)
        self._there.add(bytes(key.digest))
        return Moved(wanted.name, "added", key.name, enabled=key.enabled, notes=tuple(wanted.notes))

    def _added(self, wanted: Token) -> ClientKey:
        name = unique(wanted.name, self._names)
        key = ClientKey(name=name, enabled=wanted.enabled, expires_at=wanted.expires_at)
        key.set_token(wanted.token)
        key.save()
        return key
