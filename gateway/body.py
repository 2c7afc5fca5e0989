"""Read a request's body: bounded, unpacked, checked. Nothing is read before the key is known to be good."""

import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import zstandard

from gateway.call import BodyKind
from gateway.errors import BadRequest, BodyTooLarge, UnsupportedMedia

Receive = Callable[[], Awaitable[Any]]


class ClientGone(Exception):
    """The client hung up while it was still sending."""


NOTHING = msgspec.Raw()
LONGEST_NOTHING = len("null")


class Envelope(msgspec.Struct):
    """The members of a request that routing needs; the rest is checked for syntax and not built."""

    model: Any = None
    stream: Any = None
    stream_options: Any = None
    prompt_cache_key: Any = None
    user: Any = None
    safety_identifier: Any = None
    metadata: Any = None
    tools: msgspec.Raw = NOTHING
    functions: msgspec.Raw = NOTHING

    @property
    def has_tools(self) -> bool:
        """Whether any are brought along, by either of their names; nothing shorter than "null" is one."""
        if self.tools is NOTHING and self.functions is NOTHING:
            return False
        return max(memoryview(self.tools).nbytes, memoryview(self.functions).nbytes) > LONGEST_NOTHING

    @property
    def session(self) -> str:
        """What tells conversations apart: Codex's `prompt_cache_key`, Claude Code's `metadata.user_id`, the user."""
        claude = self.metadata.get("user_id") if isinstance(self.metadata, dict) else None
        given = self.prompt_cache_key or claude or self.safety_identifier or self.user
        return given[:300] if isinstance(given, str) else ""


# Pieces that unpack to 8 MiB at most: deflate packs 1 : 1032, a zstd block of 4 bytes can stand for 128 KiB.
DEFLATE_PIECE_BYTES = 8 * 1024
ZSTD_PIECE_BYTES = 256

_read_envelope = msgspec.json.Decoder(Envelope).decode


@lru_cache(maxsize=256)
def kind_of(content_type: str) -> BodyKind:
    """JSON or multipart. Anything else a web page could send without being asked (415)."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence == "application/json" or essence.endswith("+json"):
        return "json"
    if essence == "multipart/form-data":
        return "multipart"
    sent = f"'{essence[:60]}'" if essence else "no Content-Type"
    raise UnsupportedMedia(
        f"Novapi: the app sent {sent}. Send 'Content-Type: application/json' (or multipart/form-data)."
    )


async def read(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body, unpacked. Raises BodyTooLarge beyond `limit` bytes, packed or unpacked."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    body = await collect(receive, limit)
    encoding = headers.get(b"content-encoding")
    return body if encoding is None else unpack(body, encoding.decode("latin-1").strip().lower(), limit)


async def collect(receive: Receive, limit: int) -> bytes:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo Content-Encoding (Codex sends zstd), never beyond `limit` bytes however small the packed body is."""
    if encoding in ("", "identity"):
        return body
    if encoding not in UNPACKERS:
        raise UnsupportedMedia(
            f"Novapi: Content-Encoding '{encoding[:40]}' is not understood; use gzip, zstd or none."
        )
    try:
        unpacked = UNPACKERS[encoding](body, limit + 1)
    except (zlib.error, zstandard.ZstdError, EOFError) as problem:
        raise BadRequest(f"Novapi: the request's body is not valid {encoding}.", code="invalid_encoding") from problem
    if len(unpacked) > limit:
        raise too_large(limit)
    return unpacked


def unpack_gzip(body: bytes, limit: int) -> bytes:
    return unpack_members(lambda: zlib.decompressobj(wbits=31), body, limit, DEFLATE_PIECE_BYTES)


def unpack_deflate(body: bytes, limit: int) -> bytes:
    """zlib's format, as RFC 9110 says, or the bare one that some clients send."""
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return unpack_members(lambda: zlib.decompressobj(wbits=15 if is_zlib else -15), body, limit, DEFLATE_PIECE_BYTES)


def unpack_zstd(body: bytes, limit: int) -> bytes:
    # 128 MiB is the window RFC 8878 lets a decoder refuse above; a frame may ask for gigabytes
    decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
    return unpack_members(decompressor.decompressobj, body, limit, ZSTD_PIECE_BYTES)


def unpack_members(new_member: Callable[[], Any], body: bytes, limit: int, piece_bytes: int) -> bytes:
    """One gzip member or zstd frame after the other, in pieces small enough to stop soon after `limit`."""
    packed, unpacked, size, position = memoryview(body), [], 0, 0
    member = None
    while position < len(packed) and size < limit:
        member = member or new_member()
        piece = packed[position : position + piece_bytes]
        unpacked.append(member.decompress(piece))
        size += len(unpacked[-1])
        position += len(piece) - len(member.unused_data)
        member = None if member.eof else member
    if member is not None and size < limit:
        raise EOFError
    return b"".join(unpacked)


UNPACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": unpack_gzip,
    "x-gzip": unpack_gzip,
    "deflate": unpack_deflate,
    "zstd": unpack_zstd,
}


def parse(body: bytes) -> Envelope:
    """Check that the body is one JSON object and take out what routing needs. Raises BadRequest."""
    try:
        envelope = _read_envelope(body)
        if not body.isascii():
            body.decode()  # the members that were skipped are not checked for UTF-8
        return envelope
    except msgspec.ValidationError:
        raise BadRequest("Novapi: the request's body must be a JSON object.", code="invalid_json") from None
    except RecursionError:
        raise BadRequest("Novapi: the request's JSON is nested too deeply.", code="invalid_json") from None
    except UnicodeDecodeError as problem:
        raise BadRequest(f"Novapi: the request's body is not UTF-8: {problem.reason}.", code="invalid_json") from None
    except msgspec.DecodeError as problem:
        return parse_leniently(body, str(problem))


def parse_leniently(body: bytes, problem: str) -> Envelope:
    """A lone surrogate or a byte order mark is refused by the fast parser; most vendors take it, so do we."""
    try:
        loaded = json.loads(body.decode("utf-8-sig"), parse_constant=refuse_constant)
    except UnicodeDecodeError as error:
        raise BadRequest(f"Novapi: the request's body is not UTF-8: {error.reason}.", code="invalid_json") from None
    except RecursionError:
        raise BadRequest("Novapi: the request's JSON is nested too deeply.", code="invalid_json") from None
    except ValueError:
        text = f"Novapi: the request's body is not valid JSON: {problem}." if body else "Novapi: the body is empty."
        raise BadRequest(text, code="invalid_json") from None
    if not isinstance(loaded, dict):
        raise BadRequest("Novapi: the request's body must be a JSON object.", code="invalid_json")
    return Envelope(loaded.get("model"), loaded.get("stream"), loaded.get("stream_options"))


def refuse_constant(name: str) -> None:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(name)


def too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"Novapi: the request is larger than {limit // 2**20} MiB. The limit is 'Largest request' in Preferences."
    )
