"""Secrets at rest: sealed with one data key, which is in the OS keychain or in a private file."""

import multiprocessing
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keyring
import pytest
from cryptography.fernet import Fernet
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError

from channels_app import secrets

PROCESSES = 4
ROUNDS = 150


class MemoryKeychain(KeyringBackend):
    """An OS keychain that works, kept in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class SharedKeychain(MemoryKeychain):
    """One that two starts use at once: the second one comes when the first has read its own entry back."""

    def __init__(self) -> None:
        super().__init__()
        self.first_is_through, self.second_is_through = threading.Event(), threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.kept:
            self.first_is_through.wait(1)
        super().set_password(service, username, password)

    def get_password(self, service: str, username: str) -> str | None:
        found = super().get_password(service, username)
        if not self.first_is_through.is_set():
            self.first_is_through.set()
            self.second_is_through.wait(1)
        elif not self.second_is_through.is_set():
            self.second_is_through.set()
            time.sleep(0.1)  # the first one goes on first
        return found


class LockedKeychain(MemoryKeychain):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the user dismissed the prompt")


class ReadOnlyKeychain(MemoryKeychain):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("no")


class ForgetfulKeychain(MemoryKeychain):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


@pytest.fixture
def data_key(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """The data key's file in a data directory of the test's own; not made yet."""
    settings.NOVAPI_HOME = tmp_path
    secrets.forget_data_key()
    yield tmp_path / "data.key"
    secrets.forget_data_key()


@pytest.fixture(autouse=True)
def no_keychain() -> Iterator[None]:
    """The keychain in force before the test is in force after it."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def keychain() -> MemoryKeychain:
    made = MemoryKeychain()
    keyring.set_keyring(made)
    return made


@pytest.mark.parametrize(
    "secret", ["sk-plain", "", "schlüssel-✓", "x" * 10_000], ids=["plain", "empty", "text", "long"]
)
def test_sealed_secret_comes_back(data_key: Path, secret: str) -> None:
    sealed = secrets.seal(secret)

    assert secrets.unseal(sealed) == secret
    assert not secret or secret not in sealed


def test_sealed_secret_comes_back_after_a_restart(data_key: Path) -> None:
    sealed = secrets.seal("sk-1")

    secrets.forget_data_key()

    assert secrets.unseal(sealed) == "sk-1"


def test_another_data_key_does_not_open_the_secret(data_key: Path) -> None:
    sealed = secrets.seal("sk-1")
    data_key.write_text(Fernet.generate_key().decode())
    secrets.forget_data_key()

    with pytest.raises(secrets.SecretsError, match="another data key"):
        secrets.unseal(sealed)


@pytest.mark.parametrize("sealed", ["", "not sealed", "gAAAAA"])
def test_broken_seal_is_an_error_that_says_so(data_key: Path, sealed: str) -> None:
    with pytest.raises(secrets.SecretsError):
        secrets.unseal(sealed)


@pytest.mark.parametrize("content", ["", "gAAAA", "not a key at all"])
def test_data_key_that_is_cut_off_is_an_error_that_says_so(data_key: Path, content: str) -> None:
    data_key.write_text(content)

    with pytest.raises(secrets.SecretsError):
        secrets.seal("sk-1")


def test_without_a_keychain_the_data_key_is_in_a_private_file(data_key: Path) -> None:
    secrets.seal("sk-1")

    assert secrets.storage() == "file"
    assert stat.S_IMODE(data_key.stat().st_mode) == 0o600
    Fernet(data_key.read_text().encode())  # raises if it is none


def test_with_a_keychain_the_data_key_is_not_in_the_file(data_key: Path, keychain: MemoryKeychain) -> None:
    sealed = secrets.seal("sk-1")

    (kept,) = keychain.kept.values()
    assert secrets.storage() == "keychain"
    assert kept not in data_key.read_text()
    assert Fernet(kept.encode()).decrypt(sealed.encode()) == b"sk-1"


def test_keychain_gives_the_data_key_back_after_a_restart(data_key: Path, keychain: MemoryKeychain) -> None:
    sealed = secrets.seal("sk-1")

    secrets.forget_data_key()

    assert secrets.unseal(sealed) == "sk-1"


def test_two_data_directories_have_an_entry_each(
    data_key: Path, keychain: MemoryKeychain, settings: Any, tmp_path: Path
) -> None:
    sealed = secrets.seal("sk-1")
    settings.NOVAPI_HOME = tmp_path / "other"
    settings.NOVAPI_HOME.mkdir()
    secrets.forget_data_key()

    secrets.seal("sk-2")

    assert len(set(keychain.kept.values())) == 2
    settings.NOVAPI_HOME = tmp_path
    secrets.forget_data_key()
    assert secrets.unseal(sealed) == "sk-1"


def test_keychain_that_lost_the_key_is_an_error_that_says_so(data_key: Path, keychain: MemoryKeychain) -> None:
    sealed = secrets.seal("sk-1")
    keychain.kept.clear()
    secrets.forget_data_key()

    with pytest.raises(secrets.SecretsError, match="keychain has lost the key"):
        secrets.unseal(sealed)

    assert data_key.exists()  # no new key was made in its place


def test_keychain_that_is_locked_is_an_error_that_says_so(data_key: Path, keychain: MemoryKeychain) -> None:
    secrets.seal("sk-1")
    keyring.set_keyring(LockedKeychain())
    secrets.forget_data_key()

    with pytest.raises(secrets.SecretsError, match="dismissed the prompt"):
        secrets.seal("sk-2")


@pytest.mark.parametrize("backend", [LockedKeychain, ReadOnlyKeychain, ForgetfulKeychain])
def test_keychain_that_does_not_work_leaves_the_data_key_to_the_file(
    data_key: Path, backend: type[MemoryKeychain]
) -> None:
    keyring.set_keyring(backend())

    sealed = secrets.seal("sk-1")

    assert secrets.storage() == "file"
    secrets.forget_data_key()
    assert secrets.unseal(sealed) == "sk-1"


def test_data_key_stays_in_its_file_when_a_keychain_appears(data_key: Path) -> None:
    sealed = secrets.seal("sk-1")
    keyring.set_keyring(MemoryKeychain())
    secrets.forget_data_key()

    assert secrets.unseal(sealed) == "sk-1"
    assert secrets.storage() == "file"


def test_two_starts_at_once_agree_on_the_key_in_the_keychain(data_key: Path) -> None:
    keyring.set_keyring(SharedKeychain())
    with ThreadPoolExecutor(2) as starts:
        sealed = list(starts.map(secrets.seal, ["sk-1", "sk-1"]))

    secrets.forget_data_key()

    assert [secrets.unseal(text) for text in sealed] == ["sk-1", "sk-1"]


def seal_in_turn(homes: list[Path], together: Any, results: Any) -> None:
    """What each of several processes does: seal something in one new data directory after the other."""
    from django.conf import settings

    for home in homes:
        settings.NOVAPI_HOME = home
        secrets.forget_data_key()
        together.wait(30)
        try:
            results.put((str(home), secrets.seal("sk-1")))
        except Exception as problem:  # told to the test
            results.put((str(home), repr(problem)))


def test_processes_that_start_at_once_agree_on_the_key_in_the_file(data_key: Path, settings: Any) -> None:
    homes = [data_key.parent / str(number) for number in range(ROUNDS)]
    for home in homes:
        home.mkdir()
    spawn = multiprocessing.get_context("spawn")
    together, results = spawn.Barrier(PROCESSES), spawn.Queue()
    workers = [spawn.Process(target=seal_in_turn, args=(homes, together, results)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()

    sealed = [results.get(timeout=60) for _ in range(PROCESSES * ROUNDS)]

    for worker in workers:
        worker.join(30)
    for home, text in sealed:
        settings.NOVAPI_HOME = Path(home)
        secrets.forget_data_key()
        assert secrets.unseal(text) == "sk-1"


def test_fingerprint_is_equal_for_equal_secrets_of_one_installation_only(data_key: Path) -> None:
    ours = secrets.fingerprint("sk-1")
    again, different = secrets.fingerprint("sk-1"), secrets.fingerprint("sk-2")

    data_key.unlink()
    secrets.forget_data_key()

    assert ours == again != different
    assert secrets.fingerprint("sk-1") != ours
