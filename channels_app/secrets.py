"""Secrets at rest: provider keys and client keys are encrypted with one data key.

The data key lives in the OS keychain where one is usable, else in a 0600 file of the data directory. Which of the
two it is stands in `data.key`, is decided once, and is shown by `/api/status`.
"""

import hashlib
import hmac
import logging
import secrets
from functools import cache
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from channels_app.private_files import write_once

logger = logging.getLogger(__name__)

Storage = Literal["keychain", "file"]
KEYCHAIN_MARK = "in-the-os-keychain:"  # and the name of the entry
KEYCHAIN_SERVICE = "novapi"


class SecretsError(Exception):
    """The data key, or a secret sealed with it, can't be read."""


def new_client_token() -> str:
    """A key for an app: `nv-` and 43 url-safe characters (256 bits)."""
    return "nv-" + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What a client key is looked up by: SHA-256, so that timing tells nothing about the key itself."""
    return hashlib.sha256(token.encode()).digest()


def seal(secret: str) -> str:
    """Encrypt a secret for the database."""
    return _fernet().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made. Raises SecretsError when it was sealed with another data key."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as problem:
        raise SecretsError("A stored key was sealed with another data key; enter it again.") from problem


def fingerprint(secret: str) -> str:
    """Equal for equal secrets of this installation, and useless elsewhere: finds a key entered twice."""
    return hmac.new(_data_key().encode(), secret.encode(), hashlib.sha256).hexdigest()[:32]


def storage() -> Storage:
    """Where the data key is kept, be it readable or not."""
    path = _key_file()
    if not path.exists():
        _data_key()
    try:
        kept = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "file"
    return "keychain" if kept.startswith(KEYCHAIN_MARK) else "file"


def forget_data_key() -> None:
    """Read the data key again at the next use (a database was restored, a test changed the home)."""
    _data_key.cache_clear()
    _fernet.cache_clear()


@cache
def _fernet() -> Fernet:
    try:
        return Fernet(_data_key().encode())
    except ValueError as problem:
        raise _damaged() from problem


@cache
def _data_key() -> str:
    path = _key_file()
    if not path.exists():
        _create(path)
    try:
        kept = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise _damaged() from problem
    entry = kept.removeprefix(KEYCHAIN_MARK)
    return kept if entry == kept else _read_keychain(entry)


def _damaged() -> SecretsError:
    return SecretsError(
        f"{_key_file()} is damaged: it should hold the key to your secrets. Put it back from a backup, or move "
        "it away and enter your API keys again."
    )


def _key_file() -> Path:
    return Path(settings.NOVAPI_HOME) / "data.key"


def _create(path: Path) -> None:
    """Make the data key. Whoever puts the whole file in place first wins, so that two processes agree on one key."""
    key, entry = Fernet.generate_key().decode(), secrets.token_hex(8)
    write_once(path, KEYCHAIN_MARK + entry if _keychain_takes(entry, key) else key)


def _keychain_takes(entry: str, key: str) -> bool:
    """Whether the OS keychain is there and gives back what was put into it."""
    import keyring  # costs 0.1 s, so only when it is asked
    from keyring.errors import KeyringError

    try:
        if keyring.get_keyring().priority < 1:  # keyring's null and fail backends
            return False
        keyring.set_password(KEYCHAIN_SERVICE, entry, key)
        return keyring.get_password(KEYCHAIN_SERVICE, entry) == key
    except (KeyringError, RuntimeError, OSError) as problem:
        logger.info("The OS keychain is not usable (%s); the data key goes into a file.", problem)
        return False


def _read_keychain(entry: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        key = keyring.get_password(KEYCHAIN_SERVICE, entry)
    except (KeyringError, RuntimeError, OSError) as problem:
        raise SecretsError(f"The OS keychain holds the key to your secrets and can't be read: {problem}") from problem
    if key is None:
        raise SecretsError("The OS keychain has lost the key to your secrets. Unlock it, or enter your keys again.")
    return key
