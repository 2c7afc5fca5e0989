"""The words of a body, for the search: what was written and said, without names of members, ids and pictures.

Chinese and Japanese write no blanks, so every such character is a word of its own to the index, and a search for some
of them is one for a phrase.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

MOST_PARSED = 1024 * 1024  # a longer body is taken as it is: to parse it would hold up calls
MOST_CHARACTERS = 24_000  # of a request's end, where the newest is said; and of an answer
FIRST_CHARACTERS = 8_000  # of its beginning, where instructions stand
LONGEST_WORD = 200  # without a blank; longer is base64

MEMBERS = frozenset(
    "arguments content contents delta documents input instructions message output parts prompt query reasoning "
    "reasoning_content refusal response system system_instruction systemInstruction text texts thinking transcript "
    "partial_json summary error".split()
)
CONTAINERS = frozenset("choices candidates messages item response embeddings requests functionCall args".split())
REPEATED = (".done", ".completed", ".added", ".created", ".in_progress", ".incomplete")  # Responses' events

# Kana, CJK ideographs, Hangul: written without blanks, or with endings that nobody searches for.
UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])")


def spaced(text: str) -> str:
    return text if text.isascii() else UNSPACED.sub(r" \1 ", text)


def words_of(request: bytes, answer: bytes) -> str:
    """What the index gets of a call, ready for it."""
    asked, said = text_in(request), text_in(answer)
    if len(asked) > FIRST_CHARACTERS + MOST_CHARACTERS:
        asked = f"{asked[:FIRST_CHARACTERS]}\n{asked[-MOST_CHARACTERS:]}"
    return spaced(f"{asked}\n{said[:MOST_CHARACTERS]}".strip())


def text_in(body: bytes) -> str:
    """The texts of a JSON body, one to a line, or of a stream of them, as they grow together."""
    if len(body) > MOST_PARSED:
        return body[-MOST_CHARACTERS:].decode(errors="replace")
    whole = parsed(body)
    if isinstance(whole, dict):
        return "\n".join(texts(whole))
    events = whole if isinstance(whole, list) else map(parsed, data_lines(body))
    return "".join(text for event in events if not is_repeated(event) for text in texts(event))


def parsed(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None


def data_lines(body: bytes) -> Iterator[bytes]:
    """Of server-sent events, or lines of JSON."""
    for line in re.split(rb"[\r\n]+", body):
        if line.startswith(b"data:"):
            yield line[5:]
        elif line.startswith(b"{"):
            yield line


def is_repeated(event: Any) -> bool:
    """An event that says again what came in pieces before."""
    return isinstance(event, dict) and str(event.get("type", "")).endswith(REPEATED)


def texts(value: Any, is_wanted: bool = False, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if is_wanted and is_readable(value):
            yield value
    elif depth > 40:
        return
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, is_wanted, depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in MEMBERS or (isinstance(each, dict | list) and (is_wanted or name in CONTAINERS)):
                yield from texts(each, name in MEMBERS, depth + 1)


def is_readable(text: str) -> bool:
    """Neither a picture nor anything else in base64."""
    if text.startswith("data:"):
        return False
    return len(text) <= LONGEST_WORD or not text.isascii() or any(map(str.isspace, text[:LONGEST_WORD]))


# Searching


def expression(asked: str) -> str:
    """An owner's words as an expression of FTS5, every word with any ending, "quoted ones" as they stand; empty where
    there is nothing to search for. Nothing in it can be an operator: all of it is in quotes."""
    terms = []
    for phrase, word in re.findall(r'"([^"]*)"|([^\s"]+)', asked.replace("\0", " ")[:500]):
        text = " ".join(spaced(phrase or word).split())
        if any(map(str.isalnum, text)):
            terms.append(f'"{text}"' if phrase else f'"{text}" *')
    return " AND ".join(terms[:20])
