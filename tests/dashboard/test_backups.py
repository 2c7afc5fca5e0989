"""Everything in one file, and back: on the same machine, on another one, with and without its keys."""

import hashlib
import io
import json
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings as django_settings

from dashboard.handed_in import workspace
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.gateway.test_captures import bodies, found
from tests.running import Novapi, eventually, run

PASSPHRASE = "correct horse, Batterie, 电池 100%"
KEY, TOKEN_WORD = "sk-upstream-secret-0001", "zebrafish"
SECRETS = {
    "headers": {"Authorization": "Bearer header-secret-0002", "X-Title": "Novapi"},
    "env": {"HF_TOKEN": "env-secret-0003"},
    "proxy": "http://me:proxy-secret-0004@127.0.0.1:9",
    "overrides": {"query": {"api-version": "7", "key": "query-secret-0005"}, "set": {"temperature": 0.5}},
}
WORDS = [KEY, "header-secret-0002", "env-secret-0003", "proxy-secret-0004", "query-secret-0005"]


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(json_reply(completion(TOKEN_WORD))) as provider:
        yield provider


@pytest.fixture
def novapi(tmp_path: Path) -> Iterator[Novapi]:
    with Novapi(tmp_path / "one") as running:
        yield running


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Novapi]:
    """Another machine: its own data key and master key."""
    with Novapi(tmp_path / "other") as running:
        yield running


def backup(novapi: Novapi, **asked: Any) -> bytes:
    answer = novapi.api("POST", "/backup", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def restore(novapi: Novapi, file: bytes, passphrase: str = "", **params: Any) -> httpx.Response:
    headers = {"content-type": "application/octet-stream"}
    if passphrase:
        headers["x-novapi-passphrase"] = quote(passphrase, safe="")
    return novapi.api("POST", "/restore", content=file, headers=headers, params=params)


def restored(novapi: Novapi, file: bytes, passphrase: str = "", **params: Any) -> dict[str, Any]:
    answer = restore(novapi, file, passphrase, **params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def add_app(novapi: Novapi, name: str = "Chatbox") -> str:
    return str(novapi.api("POST", "/keys", json={"name": name}).json()["key"])


def add_secretive(novapi: Novapi) -> None:
    """A channel with a secret wherever there can be one; its provider is an engine, which has an environment."""
    body = {
        "name": "Secretive", "provider": "llamacpp", "base_url": "http://127.0.0.1:9/v1", "api_keys": [KEY],
        "models": ["secretive"],
    }  # fmt: skip
    answer = novapi.api("POST", "/channels", json=body | SECRETS)
    assert answer.status_code == 201, answer.text


def call(novapi: Novapi, model: str, token: str) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "what swims"}]}
    return novapi.http.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {token}"})


def database_in(file: bytes, path: Path) -> Path:
    path.write_bytes(zipfile.ZipFile(io.BytesIO(file)).read("novapi.db"))
    return path


def settings(novapi: Novapi) -> dict[str, Any]:
    """All that can be asked of the owner's settings; not how keys fare, which is in memory."""
    told = {path: novapi.api("GET", path).json() for path in ("/channels", "/keys", "/aliases", "/preferences")}
    for channel in told["/channels"]:
        channel["api_keys"] = [key | {"health": None} for key in channel["api_keys"]]
    return told


def leftovers(novapi: Novapi) -> list[str]:
    return [path.name for path in novapi.home.iterdir() if path.name.startswith("in-work")]


def test_backup_is_a_download_named_after_today(novapi: Novapi) -> None:
    answer = novapi.api("POST", "/backup")

    name = time.strftime("novapi-%Y-%m-%d.novapi-backup")
    manifest = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("manifest.json"))
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert (manifest["format"], manifest["version"], manifest["keys"]) == ("novapi-backup", 1, False)
    assert leftovers(novapi) == []


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
@pytest.mark.parametrize("captures", [False, True])
def test_no_secret_can_be_read_out_of_a_backup(
    novapi: Novapi, upstream: FakeUpstream, tmp_path: Path, passphrase: str | None, captures: bool
) -> None:
    add_secretive(novapi)
    model = novapi.add_channel(upstream.url)
    token = add_app(novapi)
    bodies(novapi, call(novapi, model, token))
    sealed = [row for (row,) in novapi.rows("SELECT sealed FROM channels_app_channelkey")]

    file = backup(novapi, captures=captures, passphrase=passphrase)

    raw = database_in(file, tmp_path / "novapi.db").read_bytes()
    for secret in [*WORDS, token, novapi.key, *sealed]:
        assert secret.encode() not in raw
        assert secret.encode() not in file
    with closing(sqlite3.connect(tmp_path / "novapi.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM gateway_capture").fetchone() == (int(captures),)
        assert database.execute("SELECT count(*) FROM gateway_usagerecord").fetchone() == (1,)


def test_what_was_deleted_since_comes_back_on_the_same_machine_with_its_keys(
    novapi: Novapi, upstream: FakeUpstream
) -> None:
    add_secretive(novapi)
    model, token = novapi.add_channel(upstream.url), add_app(novapi)
    call(novapi, model, token)
    eventually(lambda: novapi.rows("SELECT 1 FROM gateway_usagerecord"))
    before = settings(novapi)
    file = backup(novapi)
    novapi.api("PATCH", "/preferences", json={"max_attempts": 2})
    novapi.api("POST", "/aliases", json={"name": "smart", "models": [model]})
    channel = next(each for each in before["/channels"] if each["name"] != "Secretive")
    novapi.api("PATCH", f"/channels/{channel['id']}", json={"name": "Renamed", "models": ["another"]})

    told = restored(novapi, file)

    assert settings(novapi) == before
    assert told["missing"] == told["new_tokens"] == []
    assert told["channels"] == 2
    assert call(novapi, model, token).status_code == 200
    assert upstream.received[-1].headers["authorization"] == f"Bearer {KEY}"
    (held,) = novapi.rows("SELECT env, proxy FROM channels_app_channel WHERE name = 'Secretive'")
    assert (json.loads(held[0]), held[1]) == (SECRETS["env"], SECRETS["proxy"])
    assert (novapi.home / "backups" / told["copy_name"]).stat().st_size > 0
    assert leftovers(novapi) == []


def test_keys_travel_to_another_machine_with_a_passphrase(
    novapi: Novapi, other: Novapi, upstream: FakeUpstream
) -> None:
    add_secretive(novapi)
    model, token = novapi.add_channel(upstream.url), add_app(novapi)
    file = backup(novapi, passphrase=PASSPHRASE)

    told = restored(other, file, PASSPHRASE)

    assert told["missing"] == told["new_tokens"] == []
    assert (told["has_keys"], told["master_key"]) == (True, "restored")
    assert call(other, model, token).status_code == 200  # at once
    assert upstream.received[-1].headers["authorization"] == f"Bearer {KEY}"
    assert other.api("GET", "/status").status_code == 401  # that master key is no more
    other.key = novapi.key
    assert settings(other) == settings(novapi)
    columns = "SELECT env, headers, overrides, proxy FROM channels_app_channel ORDER BY id"
    assert [tuple(map(read, row)) for row in other.rows(columns)] == [
        tuple(map(read, row)) for row in novapi.rows(columns)
    ]
    assert other.api("GET", "/status").json()["unreadable_keys"] == 0


def read(text: str) -> Any:
    return json.loads(text) if text.startswith("{") else text


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_without_its_passphrase_another_machine_is_told_what_is_missing(
    novapi: Novapi, other: Novapi, upstream: FakeUpstream, passphrase: str | None
) -> None:
    add_secretive(novapi)
    model, token = novapi.add_channel(upstream.url, name="Work"), add_app(novapi)
    file = backup(novapi, passphrase=passphrase)

    told = restored(other, file)

    secretive, missing = told["missing"]
    assert (secretive["channel"], secretive["keys"]) == ("Secretive", ["…0001"])
    assert sorted(secretive["others"]) == [
        "env: HF_TOKEN", "headers: Authorization", "proxy: password", "query: key"
    ]  # fmt: skip
    assert missing == {"channel": "Work", "keys": ["…0001"], "others": []}
    assert told["new_tokens"] == ["Chatbox"]
    assert told["master_key"] == "kept"
    assert other.api("GET", "/status").json()["unreadable_keys"] == 2
    assert call(other, model, token).status_code == 401
    assert call(other, model, other.key).status_code >= 400
    work = next(each for each in other.api("GET", "/channels").json() if each["name"] == "Work")
    assert [key["masked"] for key in work["api_keys"]] == ["…0001"]
    other.api("PATCH", f"/channels/{work['id']}", json={"api_keys": ["sk-entered-again"]})
    chatbox = next(each for each in other.api("GET", "/keys").json() if each["name"] == "Chatbox")
    fresh = other.api("GET", f"/keys/{chatbox['id']}").json()["key"]
    assert call(other, model, fresh).status_code == 200
    (held,) = other.rows("SELECT env, headers, overrides, proxy FROM channels_app_channel WHERE name = 'Secretive'")
    assert [read(each) for each in held] == [
        {}, {"X-Title": "Novapi"}, {"query": {"api-version": "7"}, "set": {"temperature": 0.5}}, "http://127.0.0.1:9",
    ]  # fmt: skip


def test_dry_run_tells_and_changes_nothing(novapi: Novapi, other: Novapi, upstream: FakeUpstream) -> None:
    novapi.add_channel(upstream.url, name="Work")
    before = settings(other)

    told = restored(other, backup(novapi), dry_run=True)

    assert (told["dry_run"], told["channels"], told["copy_name"]) == (True, 1, None)
    assert told["missing"] == [{"channel": "Work", "keys": ["…0001"], "others": []}]
    assert settings(other) == before
    assert other.api("GET", "/backups").json() == []


def test_captured_bodies_and_their_search_come_back_if_they_were_asked_for(
    novapi: Novapi, other: Novapi, upstream: FakeUpstream
) -> None:
    model = novapi.add_channel(upstream.url)
    answer = novapi.chat(model)
    kept = bodies(novapi, answer)
    without, with_them = backup(novapi), backup(novapi, captures=True)
    request_id = answer.headers["x-novapi-request-id"]

    restored(other, with_them)
    assert bodies(other, request_id) == kept
    assert found(other, TOKEN_WORD) == {request_id}

    restored(other, without)
    assert other.api("GET", f"/usage/records/{request_id}/bodies").status_code == 404
    assert found(other, TOKEN_WORD) == set()
    again = other.add_channel(upstream.url)
    assert bodies(other, other.chat(again))  # and new ones are kept


def test_wrong_passphrase_changes_nothing(novapi: Novapi, upstream: FakeUpstream) -> None:
    file = backup(novapi, passphrase=PASSPHRASE)
    novapi.add_channel(upstream.url)
    before = settings(novapi)

    answer = restore(novapi, file, PASSPHRASE + "!")

    assert answer.status_code == 403
    assert "not the passphrase" in answer.json()["detail"]
    assert settings(novapi) == before
    assert leftovers(novapi) == []


def test_weak_passphrase_is_refused(novapi: Novapi) -> None:
    answer = novapi.api("POST", "/backup", json={"passphrase": "1234567"})

    assert answer.status_code == 422
    assert "8 characters" in answer.json()["detail"]


def test_calls_go_on_and_are_counted_while_backups_are_made_and_restored(
    novapi: Novapi, upstream: FakeUpstream
) -> None:
    model, done, statuses = novapi.add_channel(upstream.url), threading.Event(), []

    def keep_calling() -> None:
        while not done.is_set():
            statuses.append(call(novapi, model, novapi.key).status_code)

    thread = threading.Thread(target=keep_calling)
    thread.start()
    try:
        for _ in range(3):
            restored(novapi, backup(novapi))
    finally:
        done.set()
        thread.join()

    assert set(statuses) == {200}
    assert eventually(lambda: novapi.api("GET", "/status").json()["records_waiting"] == 0)
    assert novapi.api("GET", "/status").json()["records_lost"] == 0
    result = run(novapi.home, "check-usage")
    assert result.returncode == 0, result.stdout


def test_memory_of_other_rows_is_forgotten(novapi: Novapi, upstream: FakeUpstream) -> None:
    """A key is left alone, and a budget used up: neither holds for what a backup brings."""
    model = novapi.add_channel(
        upstream.url, budget_per_day=0.000001, models=[{"name": "dear", "price_input": 1000, "price_output": 1000}],
        model="dear",
    )  # fmt: skip
    file = backup(novapi)
    assert novapi.chat(model).status_code == 200
    assert eventually(lambda: novapi.chat(model).status_code == 429)

    restored(novapi, file)

    assert eventually(lambda: novapi.chat(model).status_code == 200)
    (record,) = eventually(lambda: novapi.rows("SELECT price_id FROM gateway_usagerecord WHERE cost_nano > 0"))
    assert novapi.rows("SELECT source FROM gateway_price WHERE id = ?", record[0]) == [("owner",)]


def test_copies_that_novapi_put_aside_are_listed_and_three_are_kept(novapi: Novapi) -> None:
    file = backup(novapi)

    names = [restored(novapi, file)["copy_name"] for _ in range(4)]

    copies = novapi.api("GET", "/backups").json()
    assert [copy["name"] for copy in copies] == names[:0:-1]
    assert {copy["reason"] for copy in copies} == {"restore"}
    assert all(copy["bytes"] > 100_000 for copy in copies)


def test_copy_that_was_put_aside_can_be_restored_as_it_is(novapi: Novapi, upstream: FakeUpstream) -> None:
    model, empty = novapi.add_channel(upstream.url), backup(novapi)
    novapi.api("DELETE", "/channels/1")
    restored(novapi, empty)
    novapi.api("DELETE", "/channels/1")
    copy = novapi.home / "backups" / restored(novapi, empty)["copy_name"]
    model = novapi.add_channel(upstream.url)

    told = restored(novapi, copy.read_bytes())

    assert told["made_by"] is None
    assert novapi.api("GET", "/channels").json() == []
    assert novapi.chat(model).status_code == 404


def test_plain_copy_of_another_machine_has_keys_that_only_it_can_read(
    novapi: Novapi, other: Novapi, upstream: FakeUpstream, tmp_path: Path
) -> None:
    novapi.add_channel(upstream.url, name="Work")
    add_app(novapi)
    with closing(sqlite3.connect(novapi.home / "novapi.db")) as database:
        database.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])

    told = restored(other, (tmp_path / "copy.db").read_bytes())

    assert told["missing"] == [{"channel": "Work", "keys": ["…0001"], "others": []}]
    assert told["new_tokens"] == ["Chatbox"]
    assert other.api("GET", "/status").status_code == 200


OLD = [("gateway", "0005"), ("channels_app", "0005")]


@pytest.mark.parametrize("as_archive", [False, True])
def test_backup_of_an_older_version_is_brought_to_this_one(
    novapi: Novapi, upstream: FakeUpstream, tmp_path: Path, as_archive: bool
) -> None:
    home = tmp_path / "old"
    with Novapi(home) as old:
        model = old.add_channel(upstream.url, name="Of old")
        old.record(old.chat(model).headers["x-novapi-request-id"])
    for app, migration in OLD:
        result = run(home, "migrate", app, migration)
        assert result.returncode == 0, result.stderr
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = (home / "novapi.db").read_bytes()

    told = restored(novapi, packed(raw) if as_archive else raw)

    assert (told["channels"], told["records"]) == (1, 1)
    (channel,) = novapi.api("GET", "/channels").json()
    assert channel["name"] == "Of old"
    novapi.api("PATCH", f"/channels/{channel['id']}", json={"api_keys": ["sk-entered-again"]})
    assert novapi.chat(model).status_code == 200


# Files that are none


def packed(raw: bytes, **changes: Any) -> bytes:
    """A backup around any database."""
    manifest = {
        "format": "novapi-backup", "version": 1, "novapi": "0.1", "created_at": "2026-01-01T00:00:00Z",
        "captures": False, "keys": False, "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest(),
    } | changes  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr("novapi.db", raw)
    return file.getvalue()


def with_members(file: bytes, **members: bytes) -> bytes:
    target = io.BytesIO(file)
    with zipfile.ZipFile(target, "a") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return target.getvalue()


def changed(file: bytes, path: Path, *statements: str) -> bytes:
    """The backup with its database changed by hand."""
    with closing(sqlite3.connect(database_in(file, path))) as database:
        for statement in statements:
            database.execute(statement)
            database.commit()
    return packed(path.read_bytes())


def overwritten(raw: bytes) -> bytes:
    return raw[: len(raw) // 2] + bytes(8192) + raw[len(raw) // 2 + 8192 :]


HOSTILE = {
    "nothing": lambda file, path: b"",
    "text": lambda file, path: b"hello " * 1000,
    "an empty zip": lambda file, path: b"PK\x05\x06" + bytes(18),
    "half a zip": lambda file, path: file[: len(file) // 2],
    "a zip of something else": lambda file, path: with_members(b"", readme=b"hi"),
    "a path that climbs": lambda file, path: with_members(file, **{"../../evil.txt": b"evil"}),
    "a path from the root": lambda file, path: with_members(file, **{"/tmp/novapi-evil.txt": b"evil"}),
    "a member twice": lambda file, path: with_members(file, **{"novapi.dc": b"x"}).replace(b"novapi.dc", b"novapi.db"),
    "a bomb": lambda file, path: packed(bytes(300 * 1024**2)),
    "no format": lambda file, path: packed(b"", format="tar"),
    "a manifest of another shape": lambda file, path: packed(b"", size="large"),
    "another size": lambda file, path: packed(b"x" * 100, size=99),
    "another database": lambda file, path: packed(b"x" * 100, sha256="0" * 64),
    "no database": lambda file, path: packed(b"x" * 100_000),
    "a newer format": lambda file, path: packed(b"", version=2),
    "a database of something else": lambda file, path: sqlite_with(path, "CREATE TABLE t (x)"),
    "a damaged database": lambda file, path: packed(overwritten(database_in(file, path).read_bytes())),
    "half a database": lambda file, path: database_in(file, path).read_bytes()[:50_000],
    "a newer database": lambda file, path: changed(
        file, path, "INSERT INTO django_migrations (app, name, applied) VALUES ('gateway', '9999_x', '2030-01-01')"
    ),
    "a table missing": lambda file, path: changed(file, path, "DROP TABLE gateway_usageday"),
    "a column missing": lambda file, path: changed(
        file, path, "ALTER TABLE gateway_attempt RENAME COLUMN ms TO milliseconds"
    ),
    "a view for a table": lambda file, path: changed(
        file, path, "DROP TABLE channels_app_alias", "CREATE VIEW channels_app_alias AS SELECT 1 AS id"
    ),
    "a search of another kind": lambda file, path: changed(
        file, path, "DROP TABLE gateway_capture_search", "CREATE VIRTUAL TABLE gateway_capture_search USING fts5(x)"
    ),
    "settings that are none": lambda file, path: changed(
        file, path, "PRAGMA ignore_check_constraints = ON", "UPDATE channels_app_channel SET overrides = '[5'"
    ),
    "settings of another shape": lambda file, path: changed(
        file, path, "UPDATE channels_app_channel SET dialects = '5', headers = '7'"
    ),
    "no name": lambda file, path: changed(
        file, path, "PRAGMA ignore_check_constraints = ON", "UPDATE channels_app_channel SET name = ''"
    ),
    "a row of nobody's": lambda file, path: changed(
        file, path, "UPDATE channels_app_channelmodel SET channel_id = 999"
    ),
}


def sqlite_with(path: Path, statement: str) -> bytes:
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    return path.read_bytes()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """Where nothing hostile gets in."""
    with ExitStack() as stack:
        running = stack.enter_context(Novapi(tmp_path_factory.mktemp("target") / "novapi"))
        running.add_channel("http://127.0.0.1:9/v1", name="Stays")
        yield running


@pytest.mark.parametrize("name", HOSTILE)
def test_file_that_is_no_whole_backup_is_refused_and_changes_nothing(
    target: Novapi, tmp_path: Path, name: str
) -> None:
    before, log = settings(target), target.log.read_text()
    file = HOSTILE[name](backup(target), tmp_path / "changed.db")

    answer = restore(target, file)

    assert answer.status_code in (413, 415, 422), answer.text
    assert len(answer.json()["detail"]) > 20
    assert settings(target) == before
    assert target.http.get("/healthz").status_code == 200
    assert "Traceback" not in target.log.read_text()[len(log) :]
    assert leftovers(target) == []
    assert not Path("/tmp/novapi-evil.txt").exists()
    assert not (target.home.parent / "evil.txt").exists()


def test_newer_backups_say_that_novapi_must_be_updated(target: Novapi, tmp_path: Path) -> None:
    for name in ("a newer format", "a newer database"):
        answer = restore(target, HOSTILE[name](backup(target), tmp_path / f"{name}.db"))

        assert "newer Novapi" in answer.json()["detail"]


def test_triggers_in_a_backup_stay_out(target: Novapi, tmp_path: Path) -> None:
    file = changed(
        backup(target), tmp_path / "changed.db",
        "CREATE TRIGGER evil AFTER INSERT ON channels_app_alias BEGIN DELETE FROM channels_app_channel; END",
        "CREATE VIEW spy AS SELECT sealed FROM channels_app_channelkey",
    )  # fmt: skip

    restored(target, file)

    assert target.rows("SELECT name FROM sqlite_master WHERE name IN ('evil', 'spy')") == []
    target.api("POST", "/aliases", json={"name": "a", "models": ["b"]})
    assert [each["name"] for each in target.api("GET", "/channels").json()] == ["Stays"]


def test_database_that_was_changed_does_not_fit_its_sealed_keys(target: Novapi, tmp_path: Path) -> None:
    file = backup(target, passphrase=PASSPHRASE)
    secrets = zipfile.ZipFile(io.BytesIO(file)).read("secrets")
    forged = changed(file, tmp_path / "changed.db", "UPDATE channels_app_channel SET base_url = 'http://evil/v1'")

    answer = restore(target, with_members(forged, secrets=secrets), PASSPHRASE)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/restore", "/import/one-api"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=b", ""])
def test_file_comes_as_bytes_that_no_other_page_can_send(target: Novapi, path: str, content_type: str) -> None:
    answer = target.api("POST", path, content=b"PK", headers={"content-type": content_type})

    assert answer.status_code == 415
    assert "application/octet-stream" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/aliases", "/backup", "/restore/", "/restore/x", "//restore"])
def test_bytes_are_taken_nowhere_else(target: Novapi, path: str) -> None:
    answer = target.api("POST", path, content=b'{"a": 1}', headers={"content-type": "application/octet-stream"})

    assert answer.status_code in (404, 415)


def test_page_of_another_site_can_not_restore(target: Novapi) -> None:
    headers = {"content-type": "application/octet-stream", "origin": "https://evil.example"}

    assert target.api("POST", "/restore", content=b"PK", headers=headers).status_code == 403


def test_places_to_work_in_come_and_go_beside_each_other() -> None:
    def use(_: int) -> None:
        with workspace() as directory:
            (directory / "file").write_bytes(b"x")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(400)))

    assert not list(Path(django_settings.NOVAPI_HOME).glob("in-work-*"))


def test_two_restores_at_once_are_one_too_many(target: Novapi) -> None:
    file = backup(target, passphrase=PASSPHRASE)
    answers: list[int] = []
    client = httpx.Client(base_url=target.http.base_url, timeout=60, trust_env=False)
    headers = target.authorization | {
        "content-type": "application/octet-stream", "x-novapi-passphrase": quote(PASSPHRASE, safe=""),
    }  # fmt: skip

    def one() -> None:
        params = {"dry_run": "true"}
        answers.append(client.post("/api/restore", content=file, headers=headers, params=params).status_code)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.close()

    assert set(answers) <= {200, 409}
    assert 200 in answers
