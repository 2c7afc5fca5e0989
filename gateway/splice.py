"""Change members of a JSON object in its bytes and leave every other byte as it was.

Parsing and writing a body again would lose what a parser does not keep: number spellings, duplicate members, key
order, escapes. So values are found by position and replaced there.
"""

import re
from collections.abc import Iterator

import msgspec

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

# A string, or one structural bracket. Possessive quantifiers: no backtracking on hostile input.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_COLON = re.compile(rb"\s*:\s*")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^,}\]\s]+")


class NotJSON(ValueError):
    """The text is no valid JSON object where it was looked at."""


def replace_member(raw: bytes, name: str, value: bytes, *, insert: bool = True) -> bytes:
    """`raw` with the top-level member `name` set to the JSON text `value`; added if missing and `insert` is true."""
    spans = value_spans(raw, name)
    if not spans:
        return insert_member(raw, name, value) if insert else raw
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [raw[end:start], value]
        end = stop
    return b"".join([*pieces, raw[end:]])


def insert_member(raw: bytes, name: str, value: bytes) -> bytes:
    """`raw` with a new first member."""
    start = raw.find(b"{") + 1
    empty = raw[start:].lstrip()[:1] == b"}"
    return b'%b"%b":%b%b%b' % (raw[:start], name.encode(), value, b"" if empty else b",", raw[start:])


def value_spans(raw: bytes, name: str) -> list[tuple[int, int]]:
    """Where the values of the top-level member `name` are: (start, stop) offsets, usually one."""
    try:
        value = _members.decode(raw).get(name)
    except (msgspec.MsgspecError, RecursionError):  # a lone surrogate, say: valid for most parsers
        return list(_walk(raw, name))
    return [] if value is None else _only_span(raw, name, bytes(value)) or list(_walk(raw, name))


def _only_span(raw: bytes, name: str, value: bytes) -> list[tuple[int, int]]:
    """The quick way for a name that occurs once in the whole text, followed by the value it has at the top.

    Not where ASCII is escaped: the name may stand there a second time in another spelling.
    """
    if b"\\u00" in raw:
        return []
    key = b'"%b"' % name.encode()
    colon = _COLON.match(raw, raw.find(key) + len(key)) if raw.count(key) == 1 else None
    if not colon or not raw.startswith(value, colon.end()):
        return []
    return [(colon.end(), colon.end() + len(value))]


def _walk(raw: bytes, name: str) -> Iterator[tuple[int, int]]:
    """Go through the tokens and keep count of the depth."""
    depth, position = 0, 0
    while token := _TOKEN.search(raw, position):
        position = token.end()
        first = raw[token.start()]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
        elif depth == 1 and (colon := _COLON.match(raw, position)):
            if _names(token.group(), name):
                position = _value_end(raw, colon.end())
                yield colon.end(), position
            else:
                position = colon.end()
                if raw.startswith(b'"', position):  # a string value: step over it, it is no key
                    position = _value_end(raw, position)


def _names(token: bytes, name: str) -> bool:
    """Whether a key's bytes spell `name`, escapes included."""
    if b"\\" not in token:
        return token[1:-1] == name.encode()
    return re.sub(rb"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)).encode("utf-8", "replace"), token)[1:-1] == (
        name.encode()
    )


def _value_end(raw: bytes, start: int) -> int:
    """Where the value that begins at `start` ends. Raises NotJSON."""
    if raw[start : start + 1] in (b"{", b"["):
        return _container_end(raw, start)
    scalar = (_STRING if raw.startswith(b'"', start) else _SCALAR).match(raw, start)
    if not scalar:
        raise NotJSON(f"no value at byte {start}")
    return scalar.end()


def _container_end(raw: bytes, start: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(raw, start):
        first = raw[token.start()]
        depth += (first in b"{[") - (first in b"}]")
        if depth == 0:
            return token.end()
    raise NotJSON("a bracket is not closed")
