"""The file of a backup: a zip with `manifest.json`, `novapi.db` and, if its keys are in it, `secrets`.

The manifest says what it is ("format": "novapi-backup", "version": 1), which Novapi made it and when, whether captured
bodies and keys are in it, and the size and SHA-256 of the database. Members are read by their names and nothing is
ever unpacked to where the file says; sizes are looked at before, and again while reading.
"""

import hashlib
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

import msgspec

from dashboard.backups import passphrase as passphrases
from dashboard.handed_in import CHUNK_BYTES, NotUsable, refuse_size, refuse_without_room

FORMAT, VERSION = "novapi-backup", 1
MANIFEST, DATABASE, SECRETS = "manifest.json", "novapi.db", "secrets"
MOST_MANIFEST_BYTES, MOST_SECRETS_BYTES = 64 * 1024, 64 * 1024**2
MOST_RATIO = 200  # a database packs to a tenth, an empty one to a hundredth
ALWAYS_FINE_BYTES = 64 * 1024**2  # however well it was packed
LEVEL = 1  # twice as quick as zlib's own, a tenth larger
ZIP_START = b"PK\x03\x04"
NO_BACKUP = "This is no backup of Novapi."
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, KeyError, ValueError)


class Manifest(msgspec.Struct):
    """`novapi`: the version that made it; `captures`, `keys`: whether they are in it; `size` and `sha256` of the
    database."""

    format: str
    version: int
    novapi: str
    created_at: datetime
    captures: bool
    keys: bool
    size: int
    sha256: str


class Opened(NamedTuple):
    """`manifest`: None of a plain copy; `database`: where it was unpacked to; `secrets`: still sealed, or None."""

    manifest: Manifest | None
    database: Path
    secrets: bytes | None

    def unsealed(self, passphrase: str) -> bytes | None:
        """What was sealed; None without keys in it or without a passphrase. Raises NotUsable for a wrong one."""
        if self.manifest is None or self.secrets is None or not passphrase:
            return None
        return passphrases.unseal(self.secrets, passphrase, self.manifest.sha256.encode())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(target: BinaryIO, manifest: Manifest, database: Path, secrets: bytes | None) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file:
        file.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        file.write(database, DATABASE)
        if secrets is not None:
            file.writestr(SECRETS, secrets)


def is_archive(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(ZIP_START)) == ZIP_START


def has_keys(path: Path) -> bool:
    """Whether there are any to be unsealed; False also for what is no backup, which `read` will say."""
    try:
        with zipfile.ZipFile(path) as file:
            return SECRETS in file.namelist()
    except UNREADABLE:
        return False


def read(path: Path, directory: Path) -> Opened:
    """Unpack the database into `directory`. Raises NotUsable."""
    try:
        with zipfile.ZipFile(path) as file:
            return read_members(file, path, directory)
    except UNREADABLE as problem:
        raise NotUsable(f"{NO_BACKUP} It is a damaged file, or another kind of zip.") from problem


def read_members(file: zipfile.ZipFile, path: Path, directory: Path) -> Opened:
    names = sorted(file.namelist())
    if names not in (sorted([MANIFEST, DATABASE]), sorted([MANIFEST, DATABASE, SECRETS])):
        raise NotUsable(f"{NO_BACKUP} There should be {MANIFEST} and {DATABASE} in it, and nothing else.")
    manifest = read_manifest(file)
    refuse_bomb(file.getinfo(DATABASE), manifest, path, directory)
    database = directory / "unpacked.db"
    with file.open(DATABASE) as source, database.open("xb") as target:
        copy_exactly(source, target, manifest.size)
    if sha256_of(database) != manifest.sha256:
        raise NotUsable("The backup is damaged: its database is not the one that was put into it.")
    secrets = small_member(file, SECRETS, MOST_SECRETS_BYTES) if SECRETS in names else None
    return Opened(manifest, database, secrets)


def read_manifest(file: zipfile.ZipFile) -> Manifest:
    raw = small_member(file, MANIFEST, MOST_MANIFEST_BYTES)
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise NotUsable(f"{NO_BACKUP} Its {MANIFEST} can't be read.") from problem
    if manifest.format != FORMAT or manifest.version < 1:
        raise NotUsable(f"{NO_BACKUP} Its {MANIFEST} says that it is something else.")
    if manifest.version > VERSION:
        raise NotUsable(
            f"The backup was made by a newer Novapi ({manifest.novapi[:40]}): its format is {manifest.version}, and "
            f"this one reads {VERSION}. Update Novapi, then restore it."
        )
    return manifest


def refuse_bomb(member: zipfile.ZipInfo, manifest: Manifest, path: Path, directory: Path) -> None:
    if member.file_size != manifest.size:
        raise NotUsable("The backup is damaged: its database has another size than it should.")
    refuse_size(member.file_size)
    if member.file_size > max(ALWAYS_FINE_BYTES, MOST_RATIO * path.stat().st_size):
        raise NotUsable("The file unpacks to far more than any database of Novapi would; it is not unpacked.")
    refuse_without_room(member.file_size, directory)


def copy_exactly(source: IO[bytes], target: BinaryIO, size: int) -> None:
    """Whatever the zip says of itself, no more than `size` bytes are written."""
    left = size
    while chunk := source.read(min(CHUNK_BYTES, left + 1)):
        left -= len(chunk)
        if left < 0:
            break
        target.write(chunk)
    if left:
        raise NotUsable("The backup is damaged: its database has another size than it should.")


def small_member(file: zipfile.ZipFile, name: str, most: int) -> bytes:
    with file.open(name) as member:
        raw = member.read(most + 1)
    if len(raw) > most:
        raise NotUsable(f"{NO_BACKUP} Its {name} is larger than it can be.")
    return raw
