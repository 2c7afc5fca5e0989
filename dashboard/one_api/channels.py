"""What becomes of one of their channels: the fields of ours, or why nothing. Pure: rows in, values out."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from channels_app.providers import PROVIDERS, Provider
from dashboard.one_api.kinds import PLANS, Family, Kind, kind_of
from dashboard.one_api.reading import Row

ENABLED = 1
MOST_NAME = 200
MOST = 1_000_000  # of priorities and weights
NAMED_DEPLOYMENTS = 1_746_835_200  # 10 May 2025: new-api leaves dots in the names of Azure's deployments since then
OPENAI_LIKE = frozenset({"openai", "custom"})
HERE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})


class Ours(NamedTuple):
    """A channel to be: its fields, its keys, its models by name. `notes`: what its owner should know."""

    fields: dict[str, Any]
    keys: list[str]
    models: dict[str, str]
    notes: list[str]


def ours(row: Row, family: Family) -> Ours | str:
    """A text: why it can't be taken over."""
    address = row.text("base_url").rstrip("/")
    kind = kind_of(family, row.number("type"), bool(address))
    if isinstance(kind, str):
        return kind
    if "{model}" in address:
        return "its address has the model's name in it"
    provider, base_url = destination(kind, address, row)
    if PROVIDERS[provider].needs_base_url and not base_url:
        return f"it names no address, which {PROVIDERS[provider].name} needs"
    notes = list(notes_on_address(base_url))
    fields = {
        "provider": provider,
        "base_url": base_url,
        "api_version": api_version(row) if PROVIDERS[provider].azure else "",
        "priority": within(row.number("priority"), -MOST, MOST),
        "weight": within(row.number("weight"), 1, MOST),
        "enabled": row.number("status", ENABLED) == ENABLED,
        "headers": headers_of(row, notes),
        "proxy": str(row.json("setting").get("proxy") or row.text("proxy") or ""),
        "overrides": overrides_of(row, notes),
    }
    return Ours(fields, keys_of(row), models_of(row, family, PROVIDERS[provider], notes), notes)


def within(number: int, least: int, most: int) -> int:
    return max(least, min(number, most))


# Where it is


def destination(kind: Kind, address: str, row: Row) -> tuple[str, str]:
    """Our provider, and the channel's own address, empty for the provider's."""
    if plan := PLANS.get(address):
        return plan, ""
    if kind.provider == "cloudflare":
        account = row.json("config").get("user_id") or row.text("other")
        return kind.provider, PROVIDERS["cloudflare"].base_url.replace("{acct}", str(account)) if account else ""
    if not address and not kind.address:
        return kind.provider, ""
    own = with_path(address or kind.address, kind.path)
    provider = vendor_at(own, kind.provider) if kind.provider in OPENAI_LIKE else kind.provider
    return provider, "" if is_own_address(PROVIDERS[provider], own) else own


def with_path(address: str, path: str) -> str:
    """An address that names a version already is left as it is."""
    has_version = re.search(r"/v\d+(beta)?(/openai)?$", address) or address.endswith("/chat/completions")
    return address if has_version else address + path


def vendor_at(address: str, otherwise: str) -> str:
    """Whose address it is, by its host and, where several share one, by as much of the path as fits."""
    host = urlsplit(address).hostname if "://" in address else None
    fitting = [row for row in PROVIDERS.values() if not row.local and urlsplit(row.base_url).hostname == host]
    fitting = [row for row in fitting if "openai-chat" in row.dialects and address.startswith(row.base_url)]
    if fitting:
        return max(fitting, key=lambda row: len(row.base_url)).id
    return otherwise if host is None else "custom"


def is_own_address(provider: Provider, address: str) -> bool:
    """Whether it is the provider's own, or its host alone."""
    own, given = urlsplit(provider.base_url), urlsplit(address)
    is_bare = given.path in ("", "/v1", "/v1beta") or given.path == own.path
    return bool(own.hostname) and own.netloc == given.netloc and is_bare


def notes_on_address(base_url: str) -> Iterator[str]:
    host = urlsplit(base_url).hostname or "" if "://" in base_url else ""
    if host == "host.docker.internal" or (host and "." not in host and ":" not in host and host not in HERE):
        yield f"'{host}' may be a name that only containers know; put the address in that this machine has for it."


def api_version(row: Row) -> str:
    return str(row.json("config").get("api_version") or row.text("other"))[:40]


# What it is called with


def keys_of(row: Row) -> list[str]:
    """One in a line."""
    return [key for line in row.text("key").splitlines() if (key := line.strip())]


def headers_of(row: Row, notes: list[str]) -> dict[str, str]:
    told = row.json("header_override")
    headers = {str(name): value for name, value in told.items() if isinstance(value, str) and "{" not in value}
    if len(headers) < len(told):
        notes.append("Some of its headers are made anew for each call there; they are left out.")
    if organisation := row.text("openai_organization"):
        headers["OpenAI-Organization"] = organisation
    return headers


def overrides_of(row: Row, notes: list[str]) -> dict[str, Any]:
    overrides: dict[str, Any] = {}
    if told := row.json("param_override"):
        if "operations" in told:
            notes.append("What it changes in requests (param_override) is left out; see overrides in the README.")
        else:
            overrides["set"] = told
    prompt = row.text("system_prompt") or row.json("setting").get("system_prompt")
    if isinstance(prompt, str) and prompt.strip():
        overrides["system"] = prompt
    return overrides


# What it offers


def models_of(row: Row, family: Family, provider: Provider, notes: list[str]) -> dict[str, str]:
    """Name → the provider's own."""
    names = dict.fromkeys(filter(None, map(str.strip, row.text("models").split(","))))
    mapping = {name: value for name, value in row.json("model_mapping").items() if isinstance(value, str)}
    models = {name: upstream_of(name, mapping, family) for name in names}
    if provider.azure and not (family == "new-api" and row.number("created_time") >= NAMED_DEPLOYMENTS):
        models = {name: upstream.replace(".", "") for name, upstream in models.items()}
    fitting = {name: value for name, value in models.items() if 0 < len(name) <= MOST_NAME >= len(value) > 0}
    if len(fitting) < len(models):
        notes.append(f"{len(models) - len(fitting)} models with no name, or one of more than {MOST_NAME} characters.")
    if not fitting:
        notes.append("It offers no model; fetch its list.")
    return fitting


def upstream_of(name: str, mapping: dict[str, str], family: Family) -> str:
    """new-api goes on from name to name, to the end or to where it has been."""
    seen = [name]
    while (following := mapping.get(seen[-1], "").strip()) and following not in seen:
        seen.append(following)
        if family != "new-api":
            break
    return seen[-1]
