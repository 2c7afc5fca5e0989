"""Captured bodies in the database: written, read, searched, deleted. Equal texts are kept once.

The search is an FTS5 index without content of its own: to take a call out of it, its words must be known, so they are
kept as one more text, packed against the request and therefore small.
"""

import hashlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
import zstandard
from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import atomic
from msgspec.structs import replace

from gateway.models import Capture, CapturedText
from gateway.readable import expression
from gateway.seen import SIDES, unpacked_cuts

WORDS = len(SIDES)  # the number of the text that is searched

CAPTURES, TEXTS, SEARCH = Capture._meta.db_table, CapturedText._meta.db_table, "gateway_capture_search"
LEVEL = 3
PAGE_BYTES = 4096
ROW_BYTES = 150  # of a row beside its blob, and of its entries in the indexes
INDEX_SHARE = 0.5  # of the words' bytes, roughly, is what the search's index takes: a quarter of prose, all of noise
BLOATED = 1.2, 256 * 1024  # it takes so many times the words' bytes, and so many more: it is full of what was deleted
MERGED_PAGES = 16  # of it in one transaction: a few milliseconds
LEAST_DICTIONARY = 256  # bytes of a text that is worth setting up
AT_ONCE = 16  # captures deleted in one transaction: a few milliseconds, in which the recorder waits
PAUSE_SECONDS = 0.02  # between two

Packing = tuple[bytes, bytes | None]  # the digests of a text and its base

_compressor = zstandard.ZstdCompressor(level=LEVEL)


class Text(NamedTuple):
    """`base`: an earlier one of the same call that is much like it, by its place among the texts of the call."""

    digest: bytes
    body: bytes
    base: int | None = None


class Side(msgspec.Struct, array_like=True):
    """One side of a call. `text`: of those of the call, its place, and in the database its id; None: only described.
    `size` in bytes, as it was; `cuts`: where the chunks of a stream end."""

    number: int
    text: int | None
    size: int
    truncated: bool = False
    type: str = ""
    cuts: bytes = b""


class Entry(NamedTuple):
    """A call's capture, ready to be written; the `words`, in UTF-8, are also the last of its texts."""

    request_id: str
    started_at: str
    sides: list[Side]
    texts: list[Text]
    words: bytes


class Body(NamedTuple):
    """A side as it is read: `body` is None where only size and type are known. `cuts`: (ms, bytes so far)."""

    body: bytes | None
    size: int
    truncated: bool
    type: str
    cuts: list[tuple[int, int]]


def digest_of(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=20).digest()


def in_file(size: int) -> int:
    """What a blob of this size takes: a large one fills pages of its own."""
    return size + ROW_BYTES if size < PAGE_BYTES else -(-size // PAGE_BYTES) * PAGE_BYTES + ROW_BYTES


# Packing


def dictionary(base: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def base_of(text: Text, texts: Sequence[Text]) -> bytes | None:
    """What it is packed against; None: it is too short for that to pay, or much like nothing."""
    base = b"" if text.base is None else texts[text.base].body
    return base if min(len(base), len(text.body)) >= LEAST_DICTIONARY else None


def pack(text: Text, texts: Sequence[Text]) -> bytes:
    base = base_of(text, texts)
    if base is None:
        return _compressor.compress(text.body)
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary(base)).compress(text.body)


def packing_of(text: Text, texts: Sequence[Text]) -> Packing:
    """The same text of two calls may be packed against different bases."""
    base = None if base_of(text, texts) is None or text.base is None else texts[text.base].digest
    return text.digest, base


def unpack(packed: bytes, base: bytes | None) -> bytes:
    if base is None:
        return zstandard.ZstdDecompressor().decompress(packed)
    return zstandard.ZstdDecompressor(dict_data=dictionary(base)).decompress(packed)


# The rows. Straight to sqlite3, like the recorder's: what Django does around a statement costs more than these do.


@contextmanager
def transaction() -> Iterator["Rows"]:
    with atomic(), connection.wrap_database_errors:
        yield Rows(connection.connection)


@contextmanager
def reading() -> Iterator["Rows"]:
    """Without a transaction, whose lock would be a writer's: what is read may be deleted meanwhile."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        yield Rows(connection.connection)


class Rows:
    """What is done to the tables by way of one connection."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._execute = database.execute

    def one(self, statement: str, *values: Any) -> Any:
        return self._execute(statement, values).fetchone()

    def has_text(self, digest: bytes) -> bool:
        return self.one(f"SELECT 1 FROM {TEXTS} WHERE digest = ?", digest) is not None

    def insert(self, entry: Entry, packed: Mapping[Packing, bytes]) -> int:
        """Gives the bytes it takes."""
        if self.one(f"SELECT 1 FROM {CAPTURES} WHERE request_id = ?", entry.request_id):
            return 0  # an id that was used before
        ids, taken = self._insert_texts(entry.texts, packed)
        sides = [replace(side, text=None if side.text is None else ids[side.text]) for side in entry.sides]
        blob = msgspec.msgpack.encode(sides)
        size, words = in_file(len(blob)), len(entry.words)
        inserted = self._execute(
            f"INSERT INTO {CAPTURES} (request_id, started_at, space, words, sides) VALUES (?, ?, ?, ?, ?)",
            (entry.request_id, entry.started_at, size, words, blob),
        )
        if entry.words:
            row = (inserted.lastrowid, entry.words.decode())
            self._execute(f"INSERT INTO {SEARCH} (rowid, words) VALUES (?, ?)", row)
        return taken + size + round(words * INDEX_SHARE)

    def _insert_texts(self, texts: Sequence[Text], packed: Mapping[Packing, bytes]) -> tuple[list[int], int]:
        """Their ids, and the bytes that the new ones take."""
        ids: list[int] = []
        taken = 0
        for text in texts:
            if known := self.one(f"SELECT id FROM {TEXTS} WHERE digest = ?", text.digest):
                self._use(known[0])
                ids.append(known[0])
                continue
            base_id = None if text.base is None or base_of(text, texts) is None else ids[text.base]
            if base_id is not None:
                self._use(base_id)
            blob = packed.get(packing_of(text, texts)) or pack(text, texts)
            taken += in_file(len(blob))
            ids.append(self._insert_text(text.digest, base_id, blob))
        return ids, taken

    def _use(self, text_id: int) -> None:
        self._execute(f"UPDATE {TEXTS} SET uses = uses + 1 WHERE id = ?", (text_id,))

    def _insert_text(self, digest: bytes, base_id: int | None, blob: bytes) -> int:
        statement = f"INSERT INTO {TEXTS} (digest, uses, base_id, space, packed) VALUES (?, 1, ?, ?, ?)"
        return int(self._execute(statement, (digest, base_id, in_file(len(blob)), blob)).lastrowid or 0)

    def index_bytes(self) -> int:
        """What the search's index takes: FTS5 notes the first word of every page in a table of its own."""
        return int(self.one(f"SELECT count(*) FROM {SEARCH}_idx")[0]) * PAGE_BYTES

    def is_bloated(self) -> bool:
        """FTS5 only notes that words are gone; they go when the parts of the index that have them are merged."""
        times, more = BLOATED
        words = self.one(f"SELECT coalesce(sum(words), 0) FROM {CAPTURES}")[0]
        return bool(self.index_bytes() > times * words + more)

    def merge(self, pages: int) -> bool:
        """A step towards one part; below zero: the first one. Gives whether there is more to do."""
        before = self._database.total_changes
        self._execute(f"INSERT INTO {SEARCH} ({SEARCH}, rank) VALUES ('merge', ?)", (pages,))
        return self._database.total_changes - before >= 2  # FTS5's own sign

    def text(self, text_id: int) -> bytes:
        """By way of those it is packed against. Raises KeyError where it was deleted."""
        row = self.one(f"SELECT base_id, packed FROM {TEXTS} WHERE id = ?", text_id)
        if row is None:
            raise KeyError(text_id)
        base_id, packed = row
        return unpack(packed, None if base_id is None else self.text(base_id))

    def body(self, side: Side) -> Body:
        body = None if side.text is None else self.text(side.text)
        return Body(body, side.size, side.truncated, side.type, unpacked_cuts(side.cuts))

    def delete(self, where: str, *values: Any) -> int:
        """Gives the bytes that are free then."""
        columns = f"id, space + round(words * {INDEX_SHARE}), sides"
        found = self._execute(f"SELECT {columns} FROM {CAPTURES} WHERE {where}", values).fetchall()
        return sum(int(size) + self._delete_one(capture_id, blob) for capture_id, size, blob in found)

    def _delete_one(self, capture_id: int, blob: bytes) -> int:
        """Gives the bytes of the texts that nobody else has."""
        texts = {side.number: side.text for side in msgspec.msgpack.decode(blob, type=list[Side])}
        if (words := texts.get(WORDS)) is not None:
            row = (capture_id, self.text(words).decode())
            self._execute(f"INSERT INTO {SEARCH} ({SEARCH}, rowid, words) VALUES ('delete', ?, ?)", row)
        self._execute(f"DELETE FROM {CAPTURES} WHERE id = ?", (capture_id,))
        return sum(self._release(text_id) for text_id in {*texts.values()} - {None})

    def _release(self, text_id: int | None) -> int:
        """One use less; a text without any goes, and needs its base no more."""
        freed = 0
        while text_id is not None:
            uses, base_id, size = self.one(f"SELECT uses, base_id, space FROM {TEXTS} WHERE id = ?", text_id)
            if uses > 1:
                self._execute(f"UPDATE {TEXTS} SET uses = uses - 1 WHERE id = ?", (text_id,))
                break
            self._execute(f"DELETE FROM {TEXTS} WHERE id = ?", (text_id,))
            freed += size
            text_id = base_id
        return freed


# What others call


def write(entries: Sequence[Entry]) -> int:
    """All of them in one transaction; what can be done before it, is. Gives the bytes they take."""
    with reading() as rows:
        packed = {
            packing_of(text, entry.texts): pack(text, entry.texts)
            for entry in entries
            for text in entry.texts
            if not rows.has_text(text.digest)
        }
    with transaction() as rows:
        return sum(rows.insert(entry, packed) for entry in entries)


def bodies(request_id: str) -> dict[str, Body] | None:
    """The sides of a call by their names; None where nothing is kept of it."""
    with reading() as rows:
        row = rows.one(f"SELECT sides FROM {CAPTURES} WHERE request_id = ?", request_id)
        sides = msgspec.msgpack.decode(row[0], type=list[Side]) if row else []
        try:
            return {SIDES[side.number]: rows.body(side) for side in sides if side.number != WORDS} if row else None
        except KeyError:
            return None


def matching(text: str) -> QuerySet[Capture, dict[str, Any]]:
    """The request ids of the calls in which all these words were said, by whomever: for `request_id__in`. A word
    stands for all that begin like it, "several in quotes" for themselves."""
    asked = expression(text)
    found = Capture.objects.all() if asked else Capture.objects.none()
    where = f"{CAPTURES}.id IN (SELECT rowid FROM {SEARCH} WHERE {SEARCH} MATCH %s)"
    return found.extra(where=[where], params=[asked]).values("request_id")


def delete(request_ids: Sequence[str]) -> int:
    """Let go of what is kept of these calls, a few at a time. Gives the bytes that are free for others."""
    freed = 0
    for at in range(0, len(request_ids), AT_ONCE):
        some = request_ids[at : at + AT_ONCE]
        if not Capture.objects.filter(request_id__in=some).exists():
            continue
        with transaction() as rows:
            freed += rows.delete(f"request_id IN ({', '.join('?' * len(some))})", *some)
        time.sleep(PAUSE_SECONDS)
    return freed


def delete_oldest(before: str = "") -> int:
    """Some of the oldest; where a time is given, as it is stored, of those that began before it. Gives the bytes that
    are free then; 0: there are none."""
    where = f"id IN (SELECT id FROM {CAPTURES} ORDER BY id LIMIT {AT_ONCE})"
    if not before:
        with transaction() as rows:
            return rows.delete(where)
    with reading() as rows:
        if rows.one(f"SELECT 1 FROM {CAPTURES} WHERE {where} AND started_at < ?", before) is None:
            return 0
    with transaction() as rows:
        return rows.delete(f"{where} AND started_at < ?", before)


def tidy(stopping: threading.Event) -> None:
    """Take what was deleted out of the search's index, step by step."""
    with reading() as rows:
        if not rows.is_bloated():
            return
    pages, has_more = -MERGED_PAGES, True
    while has_more and not stopping.wait(PAUSE_SECONDS / 4):
        with transaction() as rows:
            has_more = rows.merge(pages)
        pages = MERGED_PAGES


def taken() -> int:
    """The bytes that all captures take in the file."""
    with reading() as rows:
        texts = rows.one(f"SELECT coalesce(sum(space), 0) FROM {TEXTS}")[0]
        return int(texts + rows.one(f"SELECT coalesce(sum(space), 0) FROM {CAPTURES}")[0] + rows.index_bytes())


def free_pages() -> int:
    """Those of the file that nobody uses; what is written next goes there first."""
    with reading() as rows:
        return int(rows.one("PRAGMA freelist_count")[0])


def give_back(pages: int) -> None:
    """Free pages to the file system, at most so many. A database that was made before Novapi asked SQLite to keep
    track of them keeps them."""
    with reading() as rows:
        if rows.one("PRAGMA auto_vacuum")[0] == 2:
            connection.connection.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()


def checkpoint() -> None:
    """The file is as short as it may be only when what was written has gone into it."""
    with reading():
        connection.connection.execute("PRAGMA wal_checkpoint").fetchall()
