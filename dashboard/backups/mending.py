"""A restored copy gets its secrets: from the backup, or from this machine, which may have them still."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from channels_app import secrets
from channels_app.models import Channel, ChannelKey, ClientKey, last4
from dashboard.backups import secret_fields
from dashboard.backups.secret_fields import CHANNELS, KEYS, TOKENS, OfChannel, Secrets, opened


class Missing(NamedTuple):
    """Of one channel: keys that must be entered again, masked, and other secrets by their names."""

    channel: str
    keys: tuple[str, ...]
    others: tuple[str, ...]


class Mended(NamedTuple):
    """`new_tokens`: the apps whose keys are others now; `master_key`: "restored", or "kept": this machine's own."""

    missing: tuple[Missing, ...]
    new_tokens: tuple[str, ...]
    master_key: Literal["restored", "kept"]


class Here(NamedTuple):
    """What this machine has now: secrets of channels by the fingerprints they are known by, tokens by their digests,
    and channels by id and name."""

    keys: Mapping[str, str]
    tokens: Mapping[bytes, str]
    channels: Mapping[tuple[int, str], OfChannel]
    master: str


def here() -> Here:
    channels = Channel.objects.all()
    fields = {
        (each.pk, each.name): secret_fields.Fields(each.env, each.headers, each.overrides, each.proxy)
        for each in channels
    }
    return Here(
        keys={row.fingerprint: opened(row.sealed) for row in ChannelKey.objects.all()},
        tokens={bytes(row.digest): opened(row.sealed) for row in ClientKey.objects.all()},
        channels={identity: secret_fields.of_channel(each) for identity, each in fields.items()},
        master=opened(ClientKey.master().sealed),
    )


def mend(copy: sqlite3.Connection, told: Secrets, known: Here) -> Mended:
    """Every secret that anybody has is sealed for this machine; apps whose keys nobody has get new ones."""
    keys, others = mend_keys(copy, told, known), mend_channels(copy, told, known)
    names = dict(copy.execute(f"SELECT id, name FROM {CHANNELS} ORDER BY name"))
    missing = [Missing(name, tuple(keys.get(n, ())), tuple(others.get(n, ()))) for n, name in names.items()]
    new_tokens, has_master = mend_tokens(copy, told, known)
    lacking = tuple(each for each in missing if each.keys or each.others)
    return Mended(lacking, tuple(new_tokens), "restored" if has_master else "kept")


def mend_keys(copy: sqlite3.Connection, told: Secrets, known: Here) -> dict[int, list[str]]:
    """Gives what is missing, by channel. Such a row stays, so that the channel is known to want a key."""
    missing: dict[int, list[str]] = {}
    rows = copy.execute(f"SELECT id, channel_id, sealed, fingerprint, last4 FROM {KEYS} ORDER BY position, id")
    for number, channel, sealed, mark, ending in rows.fetchall():
        if secret := told.keys.get(number) or opened(sealed) or known.keys.get(mark, ""):
            values = [secrets.seal(secret), secrets.fingerprint(secret), last4(secret), number]
            copy.execute(f"UPDATE {KEYS} SET sealed = ?, fingerprint = ?, last4 = ? WHERE id = ?", values)
        else:
            copy.execute(f"UPDATE {KEYS} SET sealed = '' WHERE id = ?", [number])
            missing.setdefault(channel, []).append(f"…{ending}")
    return missing


def mend_channels(copy: sqlite3.Connection, told: Secrets, known: Here) -> dict[int, list[str]]:
    """Gives the names of what is missing, by channel; they are taken out, for an empty one would be sent."""
    missing: dict[int, list[str]] = {}
    names = dict(copy.execute(f"SELECT id, name FROM {CHANNELS}"))
    for number, fields in secret_fields.channels_of(copy):
        own, known_here = secret_fields.of_channel(fields), known.channels.get((number, names[number]))
        sources = [each for each in (told.channels.get(number), own, known_here) if each]
        lacking: list[str] = []
        secret_fields.store(copy, number, secret_fields.with_values(fields, looking_in(sources, lacking)))
        if lacking:
            missing[number] = lacking
    return missing


def looking_in(sources: list[OfChannel], lacking: list[str]) -> Callable[[str, str], str | None]:
    """The value of a secret, by its kind and its name, in the first that has it; else it is added to `lacking`."""

    def value(kind: str, name: str) -> str | None:
        found = next(filter(None, (given_by(source, kind, name) for source in sources)), None)
        if found is None:
            lacking.append(f"{kind}: {name}")
        return found

    return value


def given_by(source: OfChannel, kind: str, name: str) -> str:
    if kind == "proxy":
        return "" if "://@" in source.proxy else source.proxy
    found: dict[str, str] = getattr(source, kind)
    return found.get(name, "")


def mend_tokens(copy: sqlite3.Connection, told: Secrets, known: Here) -> tuple[list[str], bool]:
    """Gives the names of the keys that are new, and whether the master key is the backup's."""
    new, has_master = [], False
    rows = copy.execute(f"SELECT id, name, is_master, sealed, digest FROM {TOKENS} ORDER BY name").fetchall()
    for number, name, is_master, sealed, mark in rows:
        token = told.tokens.get(number) or opened(sealed) or known.tokens.get(mark, "")
        if is_master:
            has_master = bool(token)
            token = token or known.master
        if not token:
            token = secrets.new_client_token()
            new.append(name)
        values = [secrets.seal(token), secrets.digest(token), last4(token), number]
        copy.execute(f"UPDATE {TOKENS} SET sealed = ?, digest = ?, last4 = ? WHERE id = ?", values)
    return new, has_master
