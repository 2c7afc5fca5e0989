"""A client key is found in any of five places, and no refusal repeats what was presented."""

import time
from urllib.parse import quote

import pytest

from channels_app.secrets import digest
from channels_app.table import ClientIdentity
from gateway.errors import ExpiredKey, GatewayError, NoKey, WrongKey
from gateway.keys import authenticate
from tests.gateway.values import table

KEY = "nv-abcdefghijklmnopqrstuvwxyz0123456789"


def identity(key: str = KEY, name: str = "Chatbox", expires_at: float | None = None) -> ClientIdentity:
    return ClientIdentity(7, name, is_master=False, digest=digest(key), expires_at=expires_at)


TABLE = table(client_keys={KEY: identity()})


def refusal(headers: dict[bytes, bytes], query: bytes = b"") -> GatewayError:
    with pytest.raises(GatewayError) as refused:
        authenticate(headers, query, TABLE)
    assert (refused.value.status, refused.value.kind) == (401, "authentication_error")
    return refused.value


@pytest.mark.parametrize(
    "headers",
    [
        {b"authorization": b"Bearer " + KEY.encode()},
        {b"authorization": b"bearer   " + KEY.encode() + b" "},
        {b"authorization": b"BEARER " + KEY.encode()},
        {b"x-api-key": KEY.encode()},
        {b"x-goog-api-key": b" " + KEY.encode()},
        {b"api-key": KEY.encode()},
    ],
)
def test_key_is_found_in_every_header(headers: dict[bytes, bytes]) -> None:
    assert authenticate(headers, b"", TABLE) == identity()


@pytest.mark.parametrize("query", ["key={}", "alt=sse&key={}", "key={}&key=", "key=wrong&key={}"])
def test_key_is_found_in_the_query(query: str) -> None:
    assert authenticate({}, query.format(quote(KEY)).encode(), TABLE) == identity()


def test_query_is_unquoted() -> None:
    odd = "nv-ä b+c%&"
    routes = table(client_keys={odd: identity(odd)})

    assert authenticate({}, f"x=1&key={quote(odd, safe='')}".encode(), routes) == identity(odd)


def test_right_key_beside_wrong_ones_counts() -> None:
    headers = {b"authorization": b"Bearer sk-other", b"x-api-key": b"dummy", b"api-key": KEY.encode()}

    assert authenticate(headers, b"key=wrong", TABLE) == identity()


def test_key_that_has_not_expired_is_good() -> None:
    fresh = identity(expires_at=time.time() + 60)

    assert authenticate({b"api-key": KEY.encode()}, b"", table(client_keys={KEY: fresh})) == fresh


def test_expired_key_is_refused_by_name() -> None:
    routes = table(client_keys={KEY: identity(name="Old laptop", expires_at=time.time() - 1)})

    with pytest.raises(ExpiredKey, match="'Old laptop' has expired") as refused:
        authenticate({b"api-key": KEY.encode()}, b"", routes)

    assert (refused.value.status, refused.value.code) == (401, "expired_api_key")
    assert KEY not in refused.value.message


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"authorization": b""},
        {b"authorization": b"Bearer"},
        {b"authorization": b"Bearer   "},
        {b"authorization": b"Basic bnY6bnY="},
        {b"x-api-key": b"  "},
        {b"cookie": b"key=" + KEY.encode()},
        {b"x-key": KEY.encode()},
    ],
)
@pytest.mark.parametrize("query", [b"", b"key=", b"monkey=" + KEY.encode()])
def test_request_without_a_key_is_told_where_to_put_it(headers: dict[bytes, bytes], query: bytes) -> None:
    error = refusal(headers, query)

    assert isinstance(error, NoKey)
    assert "starts with nv-" in error.message


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("nv-" + "z" * 40, "not one of yours, or was replaced"),
        (KEY[:-1], "not one of yours"),
        (KEY + "x", "not one of yours"),
        (KEY.upper(), "not a Novapi key"),
        ("sk-ant-api03-secretsecret", "a key of Anthropic"),
        ("sk-proj-secretsecret", "a key of OpenAI"),
        ("gsk_secretsecret", "a key of Groq"),
        ("sk-secretsecret", "looks like a provider's key"),
        ("dummy-secret", "not a Novapi key"),
        ("\xe4\xf6\xfc-secret", "not a Novapi key"),
    ],
)
@pytest.mark.parametrize("place", [b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key", b"?key="])
def test_wrong_key_is_told_apart_and_never_repeated(place: bytes, token: str, says: str) -> None:
    sent = token.encode("latin-1")
    headers = {place: b"Bearer " + sent if place == b"authorization" else sent}
    query = b"key=" + quote(token).encode() if place == b"?key=" else b""

    error = refusal(headers, query)

    assert isinstance(error, WrongKey)
    assert error.code == "invalid_api_key"
    assert says in error.message
    assert token not in error.message
    assert "secret" not in error.message


def test_refusal_speaks_of_the_most_telling_key() -> None:
    headers = {b"authorization": b"Bearer dummy", b"x-api-key": b"gsk_x", b"api-key": b"nv-replaced"}

    assert "was replaced" in refusal(headers).message


@pytest.mark.parametrize("query", [b"key=%ff%fe", b"key=%ED%A0%80", b"key=\xff\xfe", b"key=%", b"&&key=x&=&key"])
def test_broken_query_is_a_wrong_key(query: bytes) -> None:
    assert isinstance(refusal({}, query), WrongKey)
