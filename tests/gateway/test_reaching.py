"""Whether an address can be reached, over real sockets: which of its steps fails is said in words the owner knows."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels_app.table import ChannelRoute, Limits
from gateway import tls
from gateway.reaching import Unreachable, first_connected, reach
from tests.gateway.proxies import proxy
from tests.gateway.values import channel
from tests.running import free_port

QUICK = Limits(connect_s=0.3, first_byte_s=1, idle_s=1)
UNHURRIED = Limits(connect_s=10, first_byte_s=1, idle_s=1)
DAY = timedelta(days=1)
NOW = datetime.now(UTC)


class Made(NamedTuple):
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def certificate(
    name: str, by: Made | None = None, *, ends: datetime = NOW + DAY, starts: datetime = NOW - DAY
) -> Made:
    """A certificate made out to a host name or an address; self-signed unless `by` somebody."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(starts, ends - DAY))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([alternative(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Made(builder.sign(by.key if by else key, hashes.SHA256()), key)


def alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem(made: Made) -> bytes:
    key = made.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key + made.certificate.public_bytes(serialization.Encoding.PEM)


AUTHORITY = certificate("Novapi tests")
CERTIFICATES = {
    "good": certificate("localhost", AUTHORITY),
    "expired": certificate("localhost", AUTHORITY, ends=NOW - DAY),
    "not yet": certificate("localhost", AUTHORITY, starts=NOW + DAY, ends=NOW + 3 * DAY),
    "another host": certificate("example.org", AUTHORITY),
    "self-signed": certificate("localhost"),
    "unknown authority": certificate("localhost", certificate("Somebody")),
}


@pytest.fixture
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """This computer trusts the tests' own authority."""
    path = tmp_path / "authority.pem"
    path.write_bytes(AUTHORITY.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls.context.cache_clear()
    yield tmp_path
    tls.context.cache_clear()


@asynccontextmanager
async def tls_server(directory: Path, made: Made) -> AsyncIterator[int]:
    """The port of a server with this certificate."""
    path = directory / "server.pem"
    path.write_bytes(pem(made))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def issue(route: ChannelRoute) -> str:
    with pytest.raises(Unreachable) as failed:
        asyncio.run(reach(route))
    return str(failed.value)


def reached_over_tls(directory: Path, kind: str, host: str = "localhost") -> str:
    async def conversation() -> str:
        async with tls_server(directory, CERTIFICATES[kind]) as port:
            return await reach(channel(base_url=f"https://{host}:{port}/v1", limits=UNHURRIED))

    return asyncio.run(conversation())


def test_good_certificate_is_accepted(trusting: Path) -> None:
    assert "TLSv1.3" in reached_over_tls(trusting, "good")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("expired", "has expired"),
        ("not yet", "is not valid yet"),
        ("another host", "made out to another host"),
        ("self-signed", "is self-signed"),
        ("unknown authority", "authority this computer does not trust"),
    ],
)
def test_issue_of_a_certificate_is_named(trusting: Path, kind: str, words: str) -> None:
    with pytest.raises(Unreachable, match=words):
        reached_over_tls(trusting, kind)


def test_address_instead_of_the_name_in_the_certificate_is_named(trusting: Path) -> None:
    with pytest.raises(Unreachable, match="not to this IP address"):
        reached_over_tls(trusting, "good", "127.0.0.1")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_server_without_tls_is_told_from_one_with_a_bad_certificate(answer: bytes) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()

    async def conversation() -> str:
        async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await reach(channel(base_url=f"https://127.0.0.1:{port}/v1", limits=UNHURRIED))

    with pytest.raises(Unreachable, match="does not take part in TLS"):
        asyncio.run(conversation())


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", f"{'a' * 70}.invalid", "two..dots.invalid"], ids=["unknown", "long", "dots"]
)
def test_name_that_nobody_knows_is_said_to_be_unknown(host: str) -> None:
    assert "is not found" in issue(channel(base_url=f"https://{host}/v1", limits=UNHURRIED))


def test_port_that_nobody_listens_at_is_said_to_be_closed() -> None:
    port = free_port()

    said = issue(channel(base_url=f"http://127.0.0.1:{port}/v1"))

    assert said.startswith(f"The provider is down: nothing listens at 127.0.0.1:{port}")


def test_server_that_never_answers_the_handshake_is_given_up() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()

        said = issue(channel(base_url=f"https://127.0.0.1:{deaf.getsockname()[1]}/v1", limits=QUICK))

    assert "does not answer within 0.3 s" in said


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/v1", "http:///v1"])
def test_address_that_is_none_is_said_to_be_missing(address: str) -> None:
    assert "enter its base URL" in issue(channel(base_url=address))


@pytest.mark.parametrize(("kind", "scheme"), [("http", "http"), ("socks", "socks5")])
def test_channel_with_a_proxy_is_reached_where_the_proxy_is(kind: str, scheme: str) -> None:
    async def conversation() -> str:
        async with proxy(kind) as running:
            route = channel(base_url="https://no-such-host.invalid", proxy=f"{scheme}://127.0.0.1:{running.port}")
            return await reach(route)

    assert "The proxy answers" in asyncio.run(conversation())


def test_proxy_that_is_down_is_named_as_the_one_that_is() -> None:
    port = free_port()

    said = issue(channel(base_url="https://no-such-host.invalid", proxy=f"http://127.0.0.1:{port}"))

    assert said.startswith(f"The proxy is down: nothing listens at 127.0.0.1:{port}")


@contextmanager
def full_queue() -> Iterator[tuple[str, int]]:
    """An address that no more connections are taken at: to connect to it takes for ever."""
    with ExitStack() as sockets:
        server = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address: tuple[str, int] = server.getsockname()
        for _ in range(3):
            knock = sockets.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(address)
        yield address


def test_address_that_leads_nowhere_does_not_hold_up_the_one_that_answers() -> None:
    async def conversation(nowhere: tuple[str, int]) -> None:
        async with await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0) as server:
            good = server.sockets[0].getsockname()
            addresses = [nowhere, ("127.0.0.1", free_port()), good]
            async with asyncio.timeout(1):
                winner = await first_connected([(socket.AF_INET, address) for address in addresses])
            with winner:
                assert winner.getpeername() == good

    with full_queue() as nowhere:
        asyncio.run(conversation(nowhere))


def test_address_that_takes_no_more_connections_is_given_up() -> None:
    with full_queue() as (host, port):
        said = issue(channel(base_url=f"http://{host}:{port}/v1", limits=QUICK))

    assert "does not answer within 0.3 s" in said


def test_name_whose_addresses_all_refuse_is_down() -> None:
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(first_connected([(socket.AF_INET, ("127.0.0.1", free_port())) for _ in range(2)]))
