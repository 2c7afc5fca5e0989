"""Secrets in a backup, sealed with a passphrase: scrypt makes a key of it, AES-GCM seals and proves them.

What the operating system's keychain holds does not travel; a passphrase that the owner remembers does.
"""

import secrets
import unicodedata
from typing import NamedTuple
from urllib.parse import unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from dashboard.handed_in import NotUsable

SHORTEST = 8
COST = {"n": 2**17, "r": 8, "p": 1}  # 128 MiB and some 0.4 s for each guess; fixed, so that no file can ask for more
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32


class Sealed(NamedTuple):
    salt: bytes
    nonce: bytes
    body: bytes

    def packed(self) -> bytes:
        return self.salt + self.nonce + self.body


def unpacked(raw: bytes) -> Sealed:
    split = SALT_BYTES + NONCE_BYTES
    return Sealed(raw[:SALT_BYTES], raw[SALT_BYTES:split], raw[split:])


def from_header(value: str) -> str:
    """A passphrase as headers can carry it: percent-encoded UTF-8, like JavaScript's encodeURIComponent."""
    return unquote(value)


def refuse_weak(passphrase: str) -> None:
    if len(passphrase.strip()) < SHORTEST:
        raise NotUsable(f"The passphrase needs at least {SHORTEST} characters: it is all that guards your keys.")


def seal(body: bytes, passphrase: str, belongs_to: bytes) -> bytes:
    """`belongs_to`: what it must be opened with again, unchanged; it is not secret. Raises NotUsable."""
    refuse_weak(passphrase)
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(key_of(passphrase, salt)).encrypt(nonce, body, belongs_to)
    return Sealed(salt, nonce, sealed).packed()


def unseal(raw: bytes, passphrase: str, belongs_to: bytes) -> bytes:
    """Raises NotUsable for another passphrase, or where anything was changed."""
    sealed = unpacked(raw)
    try:
        return AESGCM(key_of(passphrase, sealed.salt)).decrypt(sealed.nonce, sealed.body, belongs_to)
    except (InvalidTag, ValueError) as problem:
        raise NotUsable("This is not the passphrase of the backup, or the file was changed since.", 403) from problem


def key_of(passphrase: str, salt: bytes) -> bytes:
    """The same for the same characters, however a keyboard puts them together."""
    text = unicodedata.normalize("NFKC", passphrase).encode()
    return Scrypt(salt=salt, length=KEY_BYTES, **COST).derive(text)
