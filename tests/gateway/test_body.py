"""A request's body is bounded, unpacked and checked."""

import asyncio
import gzip
import json
import time
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import zstandard

from gateway import body as request_body
from gateway.body import ClientGone, kind_of, parse
from gateway.errors import BadRequest, BodyTooLarge, UnsupportedMedia

LIMIT = 100_000
BODY = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": "hello " * 200}]}).encode()


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "identity": bytes,
}


class Client:
    """An app that sends these chunks; `asked` counts how many were taken."""

    def __init__(self, *chunks: bytes, hangs_up: bool = False) -> None:
        more = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
        end = {"type": "http.disconnect"} if hangs_up else {"type": "http.request", "body": b"", "more_body": False}
        self._messages = [*more, end]
        self.asked = 0

    async def __call__(self) -> Any:
        self.asked += 1
        return self._messages[self.asked - 1]


def read(receive: Callable[[], Awaitable[Any]], limit: int = LIMIT, **headers: str) -> bytes:
    head = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return asyncio.run(request_body.read(receive, head, limit))


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/json", "json"),
        ("Application/JSON; charset=utf-8", "json"),
        (" application/json ;charset=UTF-8", "json"),
        ("application/vnd.api+json", "json"),
        ("multipart/form-data; boundary=x", "multipart"),
        ("MULTIPART/FORM-DATA", "multipart"),
    ],
)
def test_content_type_tells_the_kind(content_type: str, kind: str) -> None:
    assert kind_of(content_type) == kind


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/plain; application/json",
        "application/jsonp",
        "json",
    ],
)
def test_content_type_a_web_page_may_send_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        kind_of(content_type)

    assert refused.value.status == 415
    assert "application/json" in refused.value.message


@pytest.mark.parametrize("pieces", [1, 2, 7, len(BODY)])
def test_body_is_put_together_from_its_chunks(pieces: int) -> None:
    size = -(-len(BODY) // pieces)

    assert read(Client(*(BODY[at : at + size] for at in range(0, len(BODY), size)))) == BODY


def test_empty_body_is_read() -> None:
    assert read(Client()) == b""


def test_client_that_hangs_up_is_told_from_one_that_ends() -> None:
    with pytest.raises(ClientGone):
        read(Client(BODY, hangs_up=True))


def test_announced_length_beyond_the_limit_is_refused_unread() -> None:
    client = Client(BODY)

    with pytest.raises(BodyTooLarge) as refused:
        read(client, limit=2**20, content_length=str(2**20 + 1))

    assert (refused.value.status, client.asked) == (413, 0)
    assert "1 MiB" in refused.value.message


@pytest.mark.parametrize("announced", [{}, {"content_length": "5"}, {"content_length": "-1"}, {"content_length": "x"}])
def test_body_beyond_the_limit_is_refused_whatever_was_announced(announced: dict[str, str]) -> None:
    client = Client(*[b"x" * 1000] * 50)

    with pytest.raises(BodyTooLarge):
        read(client, limit=9_999, **announced)

    assert client.asked == 10


def test_body_of_exactly_the_limit_is_taken() -> None:
    assert read(Client(b"x" * 100), limit=100, content_length="100") == b"x" * 100


@pytest.mark.parametrize("encoding", [*PACKERS, " GZIP ", "Zstd"])
def test_packed_body_is_unpacked(encoding: str) -> None:
    packed = PACKERS[encoding.strip().lower()](BODY)

    assert read(Client(packed[:10], packed[10:]), content_encoding=encoding) == BODY


def test_deflate_without_zlib_header_is_unpacked() -> None:
    assert read(Client(raw_deflate(BODY)), content_encoding="deflate") == BODY


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("size", [LIMIT, 0])
def test_packed_body_of_any_size_up_to_the_limit_is_taken(encoding: str, size: int) -> None:
    assert read(Client(PACKERS[encoding](b"x" * size)), content_encoding=encoding) == b"x" * size


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("size", [LIMIT + 1, 100_000_000])
def test_small_body_that_unpacks_beyond_the_limit_is_refused(encoding: str, size: int) -> None:
    bomb = PACKERS[encoding](bytes(size))

    with pytest.raises(BodyTooLarge):
        read(Client(bomb), limit=LIMIT if size <= LIMIT + 1 else 10 * LIMIT, content_encoding=encoding)


def test_zstd_window_of_gigabytes_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(BODY) + packer.flush()

    with pytest.raises(BadRequest, match="not valid zstd"):
        read(Client(packed), content_encoding="zstd")


def test_zstd_of_several_frames_is_one_body() -> None:
    packed = PACKERS["zstd"](BODY[:100]) + PACKERS["zstd"](BODY[100:])

    assert read(Client(packed), content_encoding="zstd") == BODY


def test_gzip_of_several_members_is_one_body() -> None:
    packed = gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])

    assert read(Client(packed), content_encoding="gzip") == BODY


@pytest.mark.parametrize("share", [0.2, 0.5, 0.99])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_truncated_body_is_refused(encoding: str, share: float) -> None:
    packed = PACKERS[encoding](BODY)

    with pytest.raises(BadRequest, match=f"not valid {encoding}") as refused:
        read(Client(packed[: int(share * len(packed))]), content_encoding=encoding)

    assert (refused.value.status, refused.value.code) == (400, "invalid_encoding")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
def test_body_that_is_not_packed_as_it_says_is_refused(encoding: str) -> None:
    with pytest.raises(BadRequest, match=f"not valid {encoding}"):
        read(Client(BODY), content_encoding=encoding)


@pytest.mark.parametrize("encoding", ["br", "gzip, zstd", "compress", "é" * 300])
def test_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        read(Client(BODY), content_encoding=encoding)

    assert refused.value.status == 415
    assert len(refused.value.message) < 200


def test_parsing_gives_what_routing_needs() -> None:
    envelope = parse(b' {"model":"gpt","stream":true,"stream_options":{"include_usage":true},"x":[1]} ')

    assert (envelope.model, envelope.stream, envelope.stream_options) == ("gpt", True, {"include_usage": True})


def test_missing_and_odd_members_are_left_to_the_endpoint() -> None:
    assert parse(b"{}").model is None
    assert parse(b'{"model":7,"stream":"yes","stream_options":[]}').model == 7


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"gpt","text":"\\ud800"}',
        b'\xef\xbb\xbf{"model":"gpt"}',
        b'{"model":"gpt","n":1e999}',
        b'{"model":"gpt","n":123456789012345678901234567890.5}',
        b'{"model":"first","model":"gpt"}',
        '{"model":"gpt","text":"\u2028 \U0001f600 é"}'.encode(),
        b'{"model":"gpt","text":"\\u0000"}',
    ],
)
def test_unusual_json_that_vendors_take_is_taken(body: bytes) -> None:
    assert parse(body).model == "gpt"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"   ", "not valid JSON"),
        (b"model=gpt", "not valid JSON"),
        (b'{"model":"gpt"', "not valid JSON"),
        (b'{"model":"gpt"} x', "not valid JSON"),
        (b'{"model":"gpt",}', "not valid JSON"),
        (b"{'model':'gpt'}", "not valid JSON"),
        (b'{"model":NaN}', "not valid JSON"),
        (b'{"n":-Infinity}', "not valid JSON"),
        (b'{"text":"a\nb"}', "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b'"model"', "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'["\\ud800"]', "must be a JSON object"),
        (b'{"text":"\xff"}', "not UTF-8"),
        (b'{"text":"\xed\xa0\x80"}', "not UTF-8"),
        (b'{"text":"\xe2\x80"}', "not UTF-8"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a":' + b'{"a":' * 100_000, "nested too deeply"),
        (b'{"s":"\\ud800","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_body_that_is_no_json_object_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(BadRequest, match=says) as refused:
        parse(body)

    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


@pytest.mark.parametrize(
    "body",
    ['{"model":"gpt"}'.encode("utf-16"), '{"model":"gpt"}'.encode("utf-32-le"), b'\xef\xbb\xbf{"a":"\xed\xa0\x80"}'],
)
def test_json_that_is_not_utf8_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse(body)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("encoding", "pieces"),
    [
        pytest.param("gzip", 80_000),
        ("zstd", 20_000),
    ],
)
def test_many_small_pieces_are_unpacked_in_linear_time(encoding: str, pieces: int) -> None:
    packed = PACKERS[encoding](b"") * pieces + PACKERS[encoding](BODY)
    started = time.perf_counter()

    unpacked = read(Client(packed), limit=2**21, content_encoding=encoding)

    assert unpacked == BODY
    assert time.perf_counter() - started < 0.8
