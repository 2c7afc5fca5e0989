"""Changes that another process makes: each is in force within one second, without a restart."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually, run

SECOND = 1.0


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi of its own: its master key changes here."""
    with Novapi(Path(tmp_path_factory.mktemp("force")) / "novapi") as running:
        yield running


def add_by_sql(own: Novapi, base_url: str, name: str) -> None:
    """A channel without keys that offers a model of its own name."""
    own.write(
        "INSERT INTO channels_app_channel (name, provider, base_url, api_version, dialects, headers, proxy, priority,"
        " weight, enabled, created_at, updated_at)"
        " VALUES (?, 'custom', ?, '', '[]', '{}', '', 0, 1, 1, '2026-01-01', '2026-01-01')",
        name,
        base_url,
    )
    own.write(
        "INSERT INTO channels_app_channelmodel (channel_id, name, upstream, enabled)"
        " SELECT id, name, name, 1 FROM channels_app_channel WHERE name = ?",
        name,
    )


def test_channel_added_by_sql_serves_within_a_second(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        before = own.chat("from-sql").status_code

        add_by_sql(own, upstream.url, "from-sql")

        assert before == 404
        assert eventually(lambda: own.chat("from-sql").status_code == 200, SECOND)


def test_channel_with_a_key_added_by_a_command_serves_within_a_second(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        code = (
            "from channels_app.models import Channel\n"
            f"channel = Channel.objects.create(name='Shell', provider='custom', base_url='{upstream.url}')\n"
            "channel.set_models({'from-shell': 'from-shell'})\n"
            "channel.set_api_keys(['sk-typed-into-a-shell'])\n"
        )

        result = run(own.home, "shell", "-c", code)

        assert result.returncode == 0, result.stderr
        assert eventually(lambda: own.chat("from-shell").status_code == 200, SECOND)
        assert upstream.received[-1].headers["authorization"] == "Bearer sk-typed-into-a-shell"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE channels_app_channel SET enabled = 0 WHERE name = ?",
        "UPDATE channels_app_channelmodel SET enabled = 0 WHERE name = ?",
        "DELETE FROM channels_app_channelmodel WHERE name = ?",
        "UPDATE channels_app_channelmodel SET name = 'renamed' WHERE name = ?",
    ],
)
def test_what_is_switched_off_stops_within_a_second(own: Novapi, change: str) -> None:
    name = f"off-{hashlib.sha256(change.encode()).hexdigest()[:8]}"
    with FakeUpstream(json_reply(completion())) as upstream:
        add_by_sql(own, upstream.url, name)
        assert eventually(lambda: own.chat(name).status_code == 200, SECOND)

        own.write(change, name)

        assert eventually(lambda: own.chat(name).status_code == 404, SECOND)


def test_new_address_is_used_within_a_second(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion("old"))) as old, FakeUpstream(json_reply(completion("new"))) as new:
        add_by_sql(own, old.url, "moves")
        assert eventually(lambda: own.chat("moves").status_code == 200, SECOND)

        own.write("UPDATE channels_app_channel SET base_url = ? WHERE name = 'moves'", new.url)

        assert eventually(lambda: own.chat("moves").json() == completion("new"), SECOND)


def test_alias_added_and_removed_by_sql_counts_within_a_second(own: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = own.add_channel(upstream.url)

        own.write(
            "INSERT INTO channels_app_alias (name, targets, enabled, created_at) VALUES ('nick', ?, 1, '2026-01-01')",
            f'["{model}"]',
        )
        assert eventually(lambda: own.chat("nick").status_code == 200, SECOND)
        own.write("DELETE FROM channels_app_alias WHERE name = 'nick'")

        assert eventually(lambda: own.chat("nick").status_code == 404, SECOND)


def test_app_key_counts_from_its_making_to_its_deletion(own: Novapi) -> None:
    token = "nv-made-by-another-program"
    digest = hashlib.sha256(token.encode()).digest()

    def status() -> int:
        return own.http.get("/v1/models", headers={"authorization": f"Bearer {token}"}).status_code

    before = status()
    own.write(
        "INSERT INTO channels_app_clientkey (name, sealed, digest, last4, is_master, enabled, created_at)"
        " VALUES ('Other program', 'unused', ?, 'gram', 0, 1, '2026-01-01')",
        digest,
    )

    assert before == 401
    assert eventually(lambda: status() == 200, SECOND)

    own.write("DELETE FROM channels_app_clientkey WHERE name = 'Other program'")
    assert eventually(lambda: status() == 401, SECOND)


def test_app_key_deleted_through_the_api_stops_at_once(own: Novapi) -> None:
    key = own.api("POST", "/keys", json={"name": "Short-lived"}).json()
    headers = {"authorization": f"Bearer {key['key']}"}
    before = own.http.get("/v1/models", headers=headers).status_code

    own.api("DELETE", f"/keys/{key['id']}")

    assert before == 200
    assert own.http.get("/v1/models", headers=headers).status_code == 401


def test_master_key_rotated_by_a_command_replaces_the_old_one_within_a_second(own: Novapi) -> None:
    old = own.authorization

    result = run(own.home, "key", "--rotate")

    own.key = run(own.home, "key").stdout.strip()
    assert result.returncode == 0, result.stderr
    assert eventually(lambda: own.http.get("/v1/models", headers=own.authorization).status_code == 200, SECOND)
    assert own.http.get("/v1/models", headers=old).status_code == 401
