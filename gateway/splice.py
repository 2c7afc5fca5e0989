"""Change members of a JSON object in its bytes and leave every other byte as it was.

Parsing and writing a body again would lose what a parser does not keep: number spellings, duplicate members, key
order, escapes. So values are found by position and replaced there.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

# A string, or one structural bracket. Possessive quantifiers: no backtracking on hostile input.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_COLON = re.compile(rb"\s*:\s*")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^,}\]\s]+")


def replace_members(raw: bytes, values: Mapping[str, bytes]) -> bytes:
    """`raw` with the top-level members named in `values` set to these JSON texts; missing ones are added.

    `raw` must be a valid JSON object. A member that stands there twice is replaced twice (parsers differ in which
    of the two they take).
    """
    for name, value in values.items():
        raw = replace_member(raw, name, value)
    return raw


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
    start = raw.index(b"{") + 1
    empty = raw[start:].lstrip()[:1] == b"}"
    return b'%b"%b":%b%b%b' % (raw[:start], name.encode(), value, b"" if empty else b",", raw[start:])


def value_spans(raw: bytes, name: str) -> list[tuple[int, int]]:
    """Where the values of the top-level member `name` are: (start, stop) offsets, usually one."""
    try:
        value = _members.decode(raw).get(name)
    except msgspec.MsgspecError:  # a lone surrogate, say: valid for most parsers
        return list(_walk(raw, name))
    return [] if value is None else _only_span(raw, name, bytes(value)) or list(_walk(raw, name))


def _only_span(raw: bytes, name: str, value: bytes) -> list[tuple[int, int]]:
    """The quick way for a name that occurs once in the whole text, followed by the value it has at the top."""
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
                if raw[position] == 0x22:  # a string value: step over it, it is no key
                    position = _value_end(raw, position)


def _names(token: bytes, name: str) -> bool:
    """Whether a key's bytes spell `name`, escapes included."""
    if b"\\" not in token:
        return token[1:-1] == name.encode()
    return re.sub(rb"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)).encode("utf-8", "replace"), token)[1:-1] == (
        name.encode()
    )


def _value_end(raw: bytes, start: int) -> int:
    """Where the value that begins at `start` ends."""
    first = raw[start]
    if first == 0x22:
        string = _STRING.match(raw, start)
        assert string
        return string.end()
    if first not in b"{[":
        scalar = _SCALAR.match(raw, start)
        assert scalar
        return scalar.end()
    depth = 0
    for token in _TOKEN.finditer(raw, start):
        first = raw[token.start()]
        depth += (first in b"{[") - (first in b"}]")
        if depth == 0:
            return token.end()
    raise ValueError("unbalanced JSON")
