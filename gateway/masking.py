"""Keys in what is kept become "[key]": those that are known, whole and as JSON spells them, and what looks like one.

Done with `bytes.find`, piece by piece: one regular expression over a long body would hold up every call meanwhile.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from channels_app.providers import PREFIX_OWNERS

MASK = b"[key]"
SHORTEST = 8  # a shorter "key" is a word (`none`, `ollama`), and would blacken texts that have nothing to do with it

Span = tuple[int, int]

_OTHERS = [prefix for prefix in PREFIX_OWNERS if not prefix.startswith("sk-")]
_ALPHABET = rb"[A-Za-z0-9_-]"
# What keys begin with → the rest of one. Novapi's own are nv- and 43 characters.
LOOKS: dict[bytes, re.Pattern[bytes]] = {
    **{prefix.encode(): re.compile(_ALPHABET + rb"{16,}") for prefix in ("sk-", *_OTHERS)},
    b"nv-": re.compile(_ALPHABET + rb"{20,}"),
    b"earer ": re.compile(rb" *[A-Za-z0-9._~+/=-]{16,}"),  # of any case, hence not the first letter
    b"EARER ": re.compile(rb" *[A-Za-z0-9._~+/=-]{16,}"),
}
SCHEMES = (b"earer ", b"EARER ")


def spellings(key: str) -> set[bytes]:
    """A key as it is, and as JSON may write it."""
    escaped = (json.dumps(key)[1:-1], json.dumps(key, ensure_ascii=False)[1:-1])
    texts = {key, *escaped, *(text.replace("/", "\\/") for text in escaped)}
    return {text.encode("utf-8", "surrogatepass") for text in texts if len(text) >= SHORTEST}


def spans_of(body: bytes, known: Iterable[bytes]) -> list[Span]:
    """Where keys stand in the body, in order and without overlaps."""
    found = [(at, at + len(key)) for key in known if key in body for at in places(body, key)]
    for start, look in LOOKS.items():
        if start in body:
            found += likely(body, start, look)
    spans: list[Span] = []
    for begin, end in sorted(found):
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))
    return spans


def places(body: bytes, text: bytes) -> Iterator[int]:
    at = body.find(text)
    while at >= 0:
        yield at
        at = body.find(text, at + len(text))


def likely(body: bytes, start: bytes, look: re.Pattern[bytes]) -> Iterator[Span]:
    for at in places(body, start):
        rest = at + len(start)
        if start in SCHEMES:
            if match := look.match(body, rest):
                yield rest, match.end()
        elif begins_word(body, at) and (match := look.match(body, rest)):
            yield at, match.end()


def begins_word(body: bytes, at: int) -> bool:
    """Not in the middle of "risk-averse"; the n of an escaped line break is no letter of a word."""
    if at == 0 or not body[at - 1 : at].isalnum():
        return True
    return body[at - 2 : at - 1] == b"\\"


def masked(body: bytes, spans: Sequence[Span], ends: list[int]) -> tuple[bytes, list[int]]:
    """The body without what stands at `spans`; and where the chunks that ended at `ends` end now, one that ended
    inside a key behind it."""
    if not spans:
        return body, ends
    pieces, begins, stops, shifts, at, shift = [], [0], [0], [0], 0, 0
    for begin, end in spans:
        pieces += [body[at:begin], MASK]
        shift += len(MASK) - (end - begin)
        begins.append(begin + 1)
        stops.append(end)
        shifts.append(shift)
        at = end
    pieces.append(body[at:])
    nearest = [bisect_right(begins, end) - 1 for end in ends]
    return b"".join(pieces), [max(end, stops[n]) + shifts[n] for end, n in zip(ends, nearest, strict=True)]
