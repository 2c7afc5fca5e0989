"""https and wss to a provider whose certificate the system trusts, or does not."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import tls
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.gateway.certificates import Authority
from tests.gateway.proxies import Proxy, proxy
from tests.gateway.test_realtime import Realtime, echo, refused, session
from tests.running import Novapi

PROXIES = [("tunnel", "http"), ("socks", "socks5")]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def trusting(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi on a system that trusts the authority."""
    home = tmp_path_factory.mktemp("trusting") / "novapi"
    with Novapi(home, SSL_CERT_FILE=str(authority.file)) as running:
        yield running


def through(kind: str, use: Callable[[int], None]) -> Proxy:
    """Call `use` with the port of a running proxy."""

    async def conversation() -> Proxy:
        async with proxy(kind) as between:
            await asyncio.to_thread(use, between.port)
            return between

    return asyncio.run(conversation())


def test_provider_that_the_system_trusts_is_called(trusting: Novapi, authority: Authority) -> None:
    with FakeUpstream(json_reply(completion()), authority.server()) as upstream:
        response = trusting.chat(trusting.add_channel(upstream.url))

    assert (response.status_code, response.json()) == (200, completion())


def test_session_with_a_provider_that_the_system_trusts(trusting: Novapi, authority: Authority) -> None:
    with (
        Realtime(echo, tls=authority.server()) as upstream,
        session(trusting, trusting.add_channel(upstream.url)) as app,
    ):
        app.send("ok")
        assert app.recv(timeout=5) == "ok"


@pytest.mark.parametrize(("kind", "scheme"), PROXIES)
def test_trusted_provider_behind_a_proxy(trusting: Novapi, authority: Authority, kind: str, scheme: str) -> None:
    def use(port: int) -> None:
        model = trusting.add_channel(upstream.url, proxy=f"{scheme}://127.0.0.1:{port}")
        assert trusting.chat(model).json() == completion()

    with FakeUpstream(json_reply(completion()), authority.server()) as upstream:
        between = through(kind, use)

    assert between.asked == [f"127.0.0.1:{upstream.port}"]


@pytest.mark.parametrize(
    ("host", "expired", "reason"),
    [("127.0.0.2", False, "IP address mismatch"), ("127.0.0.1", True, "certificate has expired")],
)
def test_certificate_of_somebody_else_or_of_yesterday_is_refused(
    trusting: Novapi, authority: Authority, host: str, expired: bool, reason: str
) -> None:
    with FakeUpstream(json_reply(completion()), authority.server(host, expired)) as upstream:
        response = trusting.chat(trusting.add_channel(upstream.url))

    assert upstream.received == []
    assert response.status_code == 502
    assert reason in response.json()["error"]["message"]


def assert_says_what_to_do(message: str) -> None:
    assert "shows a certificate that can't be trusted (" in message
    assert "install the CA that issued the certificate in this computer's trust store" in message


def test_unknown_authority_is_named_as_the_fault(novapi: Novapi, authority: Authority) -> None:
    with FakeUpstream(json_reply(completion()), authority.server()) as upstream:
        response = novapi.chat(novapi.add_channel(upstream.url))

    assert upstream.received == []
    assert response.status_code == 502
    assert_says_what_to_do(response.json()["error"]["message"])


def test_unknown_authority_is_named_to_an_app_that_wants_a_session(novapi: Novapi, authority: Authority) -> None:
    with Realtime(echo, tls=authority.server()) as upstream:
        status, error, _ = refused(novapi, f"?model={novapi.add_channel(upstream.url)}")

    assert (upstream.asked, status) == ([], 502)
    assert_says_what_to_do(error["message"])


@pytest.mark.parametrize(("kind", "scheme"), PROXIES)
def test_unknown_authority_behind_a_proxy(novapi: Novapi, authority: Authority, kind: str, scheme: str) -> None:
    def use(port: int) -> None:
        response = novapi.chat(novapi.add_channel(upstream.url, proxy=f"{scheme}://127.0.0.1:{port}"))
        assert_says_what_to_do(response.json()["error"]["message"])

    with FakeUpstream(json_reply(completion()), authority.server()) as upstream:
        through(kind, use)


def test_system_without_a_store_where_openssl_looks_is_searched_elsewhere(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr(tls, "CA_FILES", (str(tmp_path / "missing"), str(authority.file)))

    (known,) = tls.system_context().get_ca_certs()

    assert known["subject"] == ((("commonName", "A company's own CA"),),)


def test_every_certificate_is_checked() -> None:
    context = tls.context()

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
