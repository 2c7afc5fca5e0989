"""Large and packed request bodies: unpacked and relayed, or refused before they fill the memory."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator

import psutil
import pytest
import zstandard

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

MIB = 2**20
JSON = {"content-type": "application/json"}
Pack = Callable[[bytes], bytes]


def zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(body)


def zstd_without_length(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(body) + packer.flush()


def deflate_raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", deflate_raw),
    ("zstd", zstd),
    ("zstd", zstd_without_length),
    ("identity", bytes),
]


@pytest.mark.parametrize(("encoding", "pack"), PACKERS)
def test_packed_body_is_unpacked_and_relayed(novapi: Novapi, encoding: str, pack: Pack) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = json.dumps({"model": model, "input": "déjà vu " * 1000}, ensure_ascii=False).encode()

        response = novapi.call(content=pack(body), headers=JSON | {"content-encoding": encoding})

    assert response.status_code == 200
    assert upstream.received[0].body == body
    assert "content-encoding" not in upstream.received[0].headers


def bomb(pack_some: Callable[[bytes], bytes], pack_last: Callable[[], bytes]) -> bytes:
    zeros = bytes(MIB)
    return b"".join([pack_some(zeros) for _ in range(300)]) + pack_last()


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(wbits=31)
    return bomb(packer.compress, packer.flush)


def zstd_bomb() -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return bomb(packer.compress, packer.flush)


@pytest.mark.parametrize(("encoding", "make"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
def test_bomb_is_a_413_and_is_not_unpacked_whole(novapi: Novapi, encoding: str, make: Callable[[], bytes]) -> None:
    packed = make()
    assert len(packed) < MIB

    response = novapi.call(content=packed, headers=JSON | {"content-encoding": encoding})

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request_too_large"
    assert psutil.Process(novapi.process.pid).memory_info().rss < 500 * MIB


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd"])
@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_damaged_packing_is_a_400(novapi: Novapi, encoding: str, damage: str) -> None:
    packed = dict(PACKERS)[encoding](json.dumps({"model": "m", "input": "words " * 1000}).encode())
    body = {"cut": packed[: len(packed) // 2], "noise": b"this was never packed", "empty": b""}[damage]

    response = novapi.call(content=body, headers=JSON | {"content-encoding": encoding})

    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("invalid_encoding", "invalid_json")


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "nonsense"])
def test_unknown_packing_is_a_415(novapi: Novapi, encoding: str) -> None:
    response = novapi.call(content=b"{}", headers=JSON | {"content-encoding": encoding})

    assert response.status_code == 415
    assert response.json()["error"]["code"] == "unsupported_media_type"


def test_hundred_megabytes_are_a_413(novapi: Novapi) -> None:
    response = novapi.call(content=bytes(100 * MIB), headers=JSON)

    assert response.status_code == 413
    assert "64 MiB" in response.json()["error"]["message"]
    assert response.headers["x-novapi-request-id"]


def test_hundred_megabytes_without_announced_length_are_a_413(novapi: Novapi) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield bytes(MIB)

    response = novapi.call(content=pieces(), headers=JSON)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request_too_large"


def test_ten_megabytes_pass_whole(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = json.dumps({"model": model, "input": "x" * 10 * MIB}).encode()

        response = novapi.call(content=body, headers=JSON)

    assert response.status_code == 200
    assert upstream.received[0].body == body


def test_chunked_body_is_relayed_whole(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = json.dumps({"model": model, "input": "x" * 100_000}).encode()

        response = novapi.call(content=(body[at : at + 999] for at in range(0, len(body), 999)), headers=JSON)

    assert response.status_code == 200
    assert upstream.received[0].body == body
