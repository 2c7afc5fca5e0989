"""Which client key a request presents: found in any of five places, compared by digest."""

import hmac
import time
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

from channels_app import secrets
from channels_app.providers import looks_like_provider_key, provider_of_key
from channels_app.table import ClientIdentity, RoutingTable
from gateway.errors import ExpiredKey, GatewayError, NoKey, WrongKey

_HEADERS = (b"x-api-key", b"x-goog-api-key", b"api-key")


def authenticate(headers: Mapping[bytes, bytes], query: bytes, table: RoutingTable) -> ClientIdentity:
    """The owner of the first key that is one of ours. Raises NoKey, WrongKey or ExpiredKey."""
    for token in presented_keys(headers, query):
        identity = identity_of(token, table)
        if identity:
            if identity.expires_at is not None and identity.expires_at <= time.time():
                raise ExpiredKey(f"Novapi: the key '{identity.name}' has expired. Make a new one in the dashboard.")
            return identity
    raise refusal(list(presented_keys(headers, query)))


def presented_keys(headers: Mapping[bytes, bytes], query: bytes) -> Iterator[str]:
    """Every key of the request: `Authorization: Bearer`, `x-api-key`, `x-goog-api-key`, `api-key`, `?key=`."""
    scheme, _, bearer = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"bearer" and bearer.strip():
        yield bearer.strip().decode("latin-1")
    for name in _HEADERS:
        if value := headers.get(name, b"").strip():
            yield value.decode("latin-1")
    if b"key=" in query:
        yield from (value for name, value in parse_qsl(query.decode("latin-1")) if name == "key")


def identity_of(token: str, table: RoutingTable) -> ClientIdentity | None:
    """Looked up by SHA-256, so the time it takes tells nothing about how much of a key was right."""
    mark = secrets.digest(token)
    identity = table.client_keys.get(mark)
    return identity if identity and hmac.compare_digest(identity.digest, mark) else None


def refusal(presented: list[str]) -> GatewayError:
    """What is wrong with the key, without repeating it."""
    if not presented:
        return NoKey("Novapi: this app sent no key. Put your Novapi key (starts with nv-) in its API-key field.")
    if any(token.startswith("nv-") for token in presented):
        return WrongKey("Novapi: this key is not one of yours, or was replaced. `novapi key` prints the right one.")
    if vendor := next(filter(None, map(provider_of_key, presented)), None):
        return WrongKey(
            f"Novapi: this is a key of {vendor}, not your Novapi key. The app should send nv-…; "
            "Novapi adds the provider's key itself."
        )
    if any(map(looks_like_provider_key, presented)):
        return WrongKey(
            "Novapi: this looks like a provider's key (sk-…), not your Novapi key. The app should send nv-…; "
            "Novapi adds the provider's key itself."
        )
    return WrongKey("Novapi: this is not a Novapi key. Put your own (starts with nv-) in the app's API-key field.")
