"""What of the owner's settings is secret, how it is taken out of a copy of the database, and how it comes back.

Keys of channels and of apps; the environment of engines; headers, and parameters of addresses, that sound like a
secret; passwords of proxies. Their names stay in the copy, so that whoever restores it is told what is missing.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from channels_app import secrets
from channels_app.models import Channel, ChannelKey, ClientKey
from dashboard.elsewhere import sounds_secret

CHANNELS, KEYS, TOKENS = (model._meta.db_table for model in (Channel, ChannelKey, ClientKey))


class OfChannel(msgspec.Struct):
    """By name; `proxy`: the whole address, if it has a password in it."""

    env: dict[str, str] = {}
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    proxy: str = ""


class Secrets(msgspec.Struct):
    """By the ids of their rows."""

    keys: dict[int, str] = {}
    tokens: dict[int, str] = {}
    channels: dict[int, OfChannel] = {}


class Fields(NamedTuple):
    """Those of a channel that may have secrets in them."""

    env: dict[str, str]
    headers: dict[str, str]
    overrides: dict[str, Any]
    proxy: str


def take_out(database: sqlite3.Connection) -> Secrets:
    """All secrets of a copy, which has none afterwards. A key that can't be read is not among them."""
    taken = Secrets(
        keys=dict(readable(database.execute(f"SELECT id, sealed FROM {KEYS}"))),
        tokens=dict(readable(database.execute(f"SELECT id, sealed FROM {TOKENS}"))),
    )
    database.execute(f"UPDATE {KEYS} SET sealed = ''")
    database.execute(f"UPDATE {TOKENS} SET sealed = ''")
    for number, fields in channels_of(database):
        taken.channels[number] = of_channel(fields)
        store(database, number, with_values(fields, lambda _kind, _name: ""))
    return taken


def readable(rows: sqlite3.Cursor) -> Iterator[tuple[int, str]]:
    for number, sealed in rows:
        if secret := opened(sealed):
            yield number, secret


def opened(sealed: str) -> str:
    """Empty where this machine's data key does not open it."""
    try:
        return secrets.unseal(sealed) if sealed else ""
    except secrets.SecretsError:
        return ""


def channels_of(database: sqlite3.Connection) -> list[tuple[int, Fields]]:
    """Raises ValueError where a row is not what Novapi would have written."""
    rows = database.execute(f"SELECT id, env, headers, overrides, proxy FROM {CHANNELS}").fetchall()
    return [(number, Fields(as_object(e), as_object(h), as_object(o), proxy)) for number, e, h, o, proxy in rows]


def as_object(text: str) -> dict[str, Any]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("a channel has something else where an object should be")
    return found


def of_channel(fields: Fields) -> OfChannel:
    return OfChannel(
        env=dict(fields.env),
        headers={name: value for name, value in fields.headers.items() if sounds_secret(name)},
        query={name: value for name, value in query_of(fields).items() if sounds_secret(name)},
        proxy=fields.proxy if has_password(fields.proxy) else "",
    )


def query_of(fields: Fields) -> dict[str, str]:
    found = fields.overrides.get("query") or {}
    return found if isinstance(found, dict) else {}


def has_password(proxy: str) -> bool:
    return "@" in proxy


def without_password(proxy: str, mark: str = "") -> str:
    """`mark` stands where the password was."""
    scheme, separator, rest = proxy.partition("://")
    return f"{scheme}{separator}{mark}{rest.rpartition('@')[2]}"


def with_values(fields: Fields, value: Callable[[str, str], str | None]) -> Fields:
    """Every secret replaced by what `value` says, given its kind and its name; None: it goes."""

    def replaced(kind: str, known: dict[str, str], is_secret: Callable[[str], bool]) -> dict[str, str]:
        given = {name: value(kind, name) if is_secret(name) else text for name, text in known.items()}
        return {name: text for name, text in given.items() if text is not None}

    query, overrides, proxy = query_of(fields), fields.overrides, fields.proxy
    if query:
        overrides = {**overrides, "query": replaced("query", query, sounds_secret)}
    if has_password(proxy):
        told = value("proxy", "password")
        proxy = without_password(proxy) if told is None else told or without_password(proxy, mark="@")
    headers = replaced("headers", fields.headers, sounds_secret)
    return Fields(replaced("env", fields.env, lambda _name: True), headers, overrides, proxy)


def store(database: sqlite3.Connection, number: int, fields: Fields) -> None:
    env, headers, overrides = (json.dumps(each) for each in fields[:3])
    database.execute(
        f"UPDATE {CHANNELS} SET env = ?, headers = ?, overrides = ?, proxy = ? WHERE id = ?",
        [env, headers, overrides, fields.proxy, number],
    )
