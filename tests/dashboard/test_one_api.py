"""Moving in from One-API, new-api and one-hub: their channels are called, and their tokens still open the door."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels_app.providers import PROVIDERS
from dashboard.one_api.channels import Ours, ours
from dashboard.one_api.kinds import KINDS, Family, Kind
from dashboard.one_api.reading import Row
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, run

# As gorm makes them; what a family has beyond the others decides whose file it is.
CHANNELS = """CREATE TABLE `channels` (`id` integer, `type` integer DEFAULT 0, `key` text NOT NULL,
 `status` integer DEFAULT 1, `name` text, `weight` integer DEFAULT 0, `created_time` bigint, `test_time` bigint,
 `response_time` integer, `base_url` text DEFAULT "", `other` text, `balance` real, `balance_updated_time` bigint,
 `models` text, `group` varchar(32) DEFAULT "default", `used_quota` bigint DEFAULT 0, `model_mapping` text,
 `priority` bigint DEFAULT 0{more}, PRIMARY KEY (`id`))"""
TOKENS = """CREATE TABLE `tokens` (`id` integer, `user_id` integer, `key` char(48), `status` integer DEFAULT 1,
 `name` text, `created_time` bigint, `accessed_time` bigint, `expired_time` bigint DEFAULT -1,
 `remain_quota` bigint DEFAULT 0, `unlimited_quota` numeric DEFAULT false, `used_quota` bigint DEFAULT 0{more},
 PRIMARY KEY (`id`))"""
USERS = "CREATE TABLE `users` (`id` integer, `username` text, `status` integer DEFAULT 1, PRIMARY KEY (`id`))"
MORE: dict[Family, tuple[str, str]] = {
    "One-API": (", `config` text, `system_prompt` text", ", `models` text, `subnet` text DEFAULT ''"),
    "new-api": (
        ", `openai_organization` text, `auto_ban` integer, `setting` text, `param_override` text, "
        "`header_override` text, `channel_info` json",
        ", `model_limits_enabled` numeric, `model_limits` varchar(1024), `allow_ips` text, `deleted_at` datetime",
    ),
    "one-hub": (", `proxy` varchar(255), `only_chat` numeric, `plugin` json", ", `deleted_at` datetime"),
}
TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"


def one_api(
    path: Path, channels: list[dict[str, Any]], tokens: list[dict[str, Any]] = (), family: Family = "One-API",
    users: list[dict[str, Any]] = ({"id": 1, "username": "root"},),
) -> Path:  # fmt: skip
    """A database as one of them would have it."""
    more_channels, more_tokens = MORE[family]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(CHANNELS.format(more=more_channels))
        database.execute(TOKENS.format(more=more_tokens))
        database.execute(USERS)
        for table, rows in (("channels", channels), ("tokens", tokens), ("users", users)):
            for row in rows:
                names = ", ".join(f"`{name}`" for name in row)
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
    return path


@pytest.fixture
def novapi(tmp_path: Path) -> Iterator[Novapi]:
    with Novapi(tmp_path / "novapi") as running:
        yield running


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """Where nothing hostile gets in."""
    with Novapi(tmp_path_factory.mktemp("target") / "novapi") as running:
        yield running


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(json_reply(completion())) as provider:
        yield provider


def hand_in(novapi: Novapi, file: bytes | Path, **params: Any) -> httpx.Response:
    body = file.read_bytes() if isinstance(file, Path) else file
    headers = {"content-type": "application/octet-stream"}
    return novapi.api("POST", "/import/one-api", content=body, headers=headers, params=params)


def moved(novapi: Novapi, file: Path, **params: Any) -> dict[str, Any]:
    answer = hand_in(novapi, file, **params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def call(novapi: Novapi, model: str, token: str) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    return novapi.http.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {token}"})


def channel(**changes: Any) -> dict[str, Any]:
    return {"type": 1, "key": "sk-theirs-0001", "name": "Relay", "models": "gpt-4o,gpt-4o-mini"} | changes


@pytest.mark.parametrize("family", MORE)
def test_app_goes_on_with_its_old_token(
    novapi: Novapi, upstream: FakeUpstream, tmp_path: Path, family: Family
) -> None:
    address = upstream.url.removesuffix("/v1")
    row = channel(base_url=address, model_mapping='{"gpt-4o": "their-gpt"}', priority=5, weight=3)
    file = one_api(tmp_path / "one-api.db", [row], [{"user_id": 1, "key": TOKEN, "name": "Chatbox"}], family)

    told = moved(novapi, file)

    assert told["family"] == family
    answer = call(novapi, "gpt-4o", f"sk-{TOKEN}")
    assert answer.status_code == 200, answer.text
    assert upstream.received[-1].path == "/v1/chat/completions"
    assert upstream.received[-1].json["model"] == "their-gpt"
    assert upstream.received[-1].headers["authorization"] == "Bearer sk-theirs-0001"
    (made,) = novapi.api("GET", "/channels").json()
    assert (made["name"], made["priority"], made["weight"], made["enabled"]) == ("Relay", 5, 3, True)
    key = next(each for each in novapi.api("GET", "/keys").json() if each["name"] == "Chatbox")
    assert key["masked"] == f"sk-…{TOKEN[-4:]}"
    assert novapi.api("GET", f"/keys/{key['id']}").json()["key"] == f"sk-{TOKEN}"


def test_dry_run_tells_the_same_and_changes_nothing(novapi: Novapi, tmp_path: Path) -> None:
    file = one_api(tmp_path / "one-api.db", [channel()], [{"user_id": 1, "key": TOKEN, "name": "Chatbox"}])

    dry = moved(novapi, file, dry_run=True)
    assert novapi.api("GET", "/channels").json() == []
    assert len(novapi.api("GET", "/keys").json()) == 1

    assert dry | {"dry_run": False} == moved(novapi, file)
    assert len(novapi.api("GET", "/channels").json()) == 1


def test_no_key_is_in_the_report(novapi: Novapi, tmp_path: Path) -> None:
    rows = [channel(), channel(type=18, key="app|secret-0002|key"), channel(key="two words-0003")]
    file = one_api(tmp_path / "one-api.db", rows, [{"user_id": 1, "key": TOKEN, "name": "Chatbox"}])

    text = hand_in(novapi, file).text

    for secret in ("theirs-0001", "secret-0002", "words-0003", TOKEN):
        assert secret not in text


def test_nothing_is_overwritten_and_nothing_comes_twice(novapi: Novapi, tmp_path: Path) -> None:
    novapi.api("POST", "/channels", json={"name": "Relay", "provider": "openai", "api_keys": ["sk-own"]})
    novapi.api("POST", "/keys", json={"name": "Chatbox"})
    file = one_api(
        tmp_path / "one-api.db", [channel(), channel(key="sk-theirs-0002"), channel()],
        [{"user_id": 1, "key": TOKEN, "name": "Chatbox"}, {"user_id": 1, "key": TOKEN[::-1], "name": ""}],
    )  # fmt: skip

    first, second = moved(novapi, file), moved(novapi, file)

    assert [(row["outcome"], row["new_name"]) for row in first["channels"]] == [
        ("added", "Relay (2)"), ("added", "Relay (3)"), ("already there", ""),
    ]  # fmt: skip
    assert [row["new_name"] for row in first["tokens"]] == ["Chatbox (2)", "Token 2"]
    assert {row["outcome"] for row in second["channels"] + second["tokens"]} == {"already there"}
    own = next(each for each in novapi.api("GET", "/channels").json() if each["name"] == "Relay")
    assert own["models"] == []
    assert len(novapi.api("GET", "/channels").json()) == 3


def test_several_keys_and_states_come_along(novapi: Novapi, tmp_path: Path) -> None:
    rows = [channel(key="sk-theirs-0001\nsk-theirs-0002\n\n", status=2), channel(name="Auto", key="sk-3", status=3)]
    file = one_api(tmp_path / "one-api.db", rows)

    moved(novapi, file)

    made = {each["name"]: each for each in novapi.api("GET", "/channels").json()}
    assert [key["masked"] for key in made["Relay"]["api_keys"]] == ["…0001", "…0002"]
    assert (made["Relay"]["enabled"], made["Auto"]["enabled"]) == (False, False)


TOKENS_THERE = {
    "quota": ({"remain_quota": 5}, True, "quota is not kept"),
    "unlimited": ({"unlimited_quota": 1}, True, ""),
    "used up": ({"status": 4}, False, "used up"),
    "disabled": ({"status": 2, "unlimited_quota": 1}, False, ""),
    "expired": ({"status": 3, "expired_time": 1_600_000_000, "unlimited_quota": 1}, True, ""),
    "of some models": ({"models": "gpt-4o", "unlimited_quota": 1}, True, "some models only"),
    "of an address": ({"subnet": "10.0.0.0/8", "unlimited_quota": 1}, True, "some addresses only"),
    "of a user who is out": ({"user_id": 2, "unlimited_quota": 1}, False, ""),
}


@pytest.mark.parametrize("name", TOKENS_THERE)
def test_what_holds_for_a_token_there_and_not_here_is_named(target: Novapi, tmp_path: Path, name: str) -> None:
    changes, enabled, note = TOKENS_THERE[name]
    users = [{"id": 1, "username": "root"}, {"id": 2, "username": "gone", "status": 2}]
    row = {"user_id": 1, "key": TOKEN, "name": name} | changes
    file = one_api(tmp_path / "one-api.db", [], [row], users=users)

    told = moved(target, file, dry_run=True)

    (token,) = told["tokens"]
    assert (token["outcome"], token["enabled"]) == ("added", enabled)
    assert note in " ".join(token["notes"])
    assert bool(note) == bool(token["notes"])
    assert any("all 2 users" in note for note in told["notes"])


def test_expired_token_is_refused_as_expired(novapi: Novapi, upstream: FakeUpstream, tmp_path: Path) -> None:
    row = {"user_id": 1, "key": TOKEN, "name": "Old", "expired_time": 1_600_000_000}

    moved(novapi, one_api(tmp_path / "one-api.db", [channel(base_url=upstream.url)], [row]))

    answer = call(novapi, "gpt-4o", f"sk-{TOKEN}")
    assert answer.status_code == 401
    assert "expired" in answer.json()["error"]["message"]


# Where a channel leads: their number and address → our provider and address

DESTINATIONS: list[tuple[Family, dict[str, Any], str, str]] = [
    ("One-API", {"type": 1}, "openai", ""),
    ("One-API", {"type": 1, "base_url": "https://api.openai.com"}, "openai", ""),
    ("One-API", {"type": 1, "base_url": "https://relay.example"}, "custom", "https://relay.example/v1"),
    ("One-API", {"type": 1, "base_url": "https://relay.example/api/"}, "custom", "https://relay.example/api/v1"),
    ("One-API", {"type": 1, "base_url": "https://relay.example/v1"}, "custom", "https://relay.example/v1"),
    ("One-API", {"type": 1, "base_url": "https://api.deepseek.com"}, "deepseek", ""),
    ("One-API", {"type": 1, "base_url": "https://api.siliconflow.cn"}, "siliconflow-cn", ""),
    ("One-API", {"type": 1, "base_url": "https://dashscope.aliyuncs.com/compatible-mode"}, "alibaba-cn", ""),
    ("One-API", {"type": 1, "base_url": "https://openrouter.ai/api"}, "openrouter", ""),
    ("One-API", {"type": 8, "base_url": "http://127.0.0.1:8000"}, "custom", "http://127.0.0.1:8000/v1"),
    ("One-API", {"type": 12}, "custom", "https://api.api2gpt.com/v1"),
    ("One-API", {"type": 3, "base_url": "https://me.openai.azure.com"}, "azure-legacy", "https://me.openai.azure.com"),
    ("One-API", {"type": 14}, "anthropic", ""),
    ("One-API", {"type": 14, "base_url": "https://relay.example"}, "anthropic", "https://relay.example"),
    ("One-API", {"type": 16}, "zhipuai", ""),
    ("One-API", {"type": 17}, "alibaba-cn", ""),
    ("One-API", {"type": 24}, "google", ""),
    ("One-API", {"type": 24, "base_url": "https://g.example"}, "google", "https://g.example/v1beta/openai"),
    ("One-API", {"type": 29}, "groq", ""),
    ("One-API", {"type": 30, "base_url": "http://localhost:11434"}, "ollama", "http://localhost:11434/v1"),
    ("One-API", {"type": 36, "base_url": "https://api.deepseek.com"}, "deepseek", ""),
    ("One-API", {"type": 36, "base_url": "https://d.example"}, "deepseek", "https://d.example/v1"),
    ("One-API", {"type": 37, "config": '{"user_id": "acc"}'}, "cloudflare",
     "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1"),
    ("One-API", {"type": 40}, "volcengine", ""),
    ("One-API", {"type": 44}, "siliconflow-cn", ""),
    ("One-API", {"type": 50, "base_url": "https://c.example/api/v3"}, "custom", "https://c.example/api/v3"),
    ("One-API", {"type": 99, "base_url": "https://new.example"}, "custom", "https://new.example/v1"),
    ("new-api", {"type": 4}, "ollama", ""),
    ("new-api", {"type": 8, "base_url": "https://c.example/v1/chat/completions"}, "custom",
     "https://c.example/v1/chat/completions"),
    ("new-api", {"type": 26}, "zhipuai", ""),
    ("new-api", {"type": 26, "base_url": "glm-coding-plan"}, "zhipuai-coding", ""),
    ("new-api", {"type": 27}, "perplexity", ""),
    ("new-api", {"type": 39, "other": "acc"}, "cloudflare", "https://api.cloudflare.com/client/v4/accounts/acc/ai/v1"),
    ("new-api", {"type": 43}, "deepseek", ""),
    ("new-api", {"type": 48}, "xai", ""),
    ("one-hub", {"type": 25}, "google", ""),
    ("one-hub", {"type": 28}, "deepseek", ""),
    ("one-hub", {"type": 39, "base_url": "http://127.0.0.1:11500"}, "ollama", "http://127.0.0.1:11500/v1"),
]  # fmt: skip


def taken_over(family: Family = "One-API", **changes: Any) -> Ours:
    found = ours(Row(channel(**changes)), family)
    assert isinstance(found, Ours), found
    return found


@pytest.mark.parametrize(("family", "row", "provider", "base_url"), DESTINATIONS)
def test_channel_leads_to_where_it_did(family: Family, row: dict[str, Any], provider: str, base_url: str) -> None:
    found = taken_over(family, **row)

    assert (found.fields["provider"], found.fields["base_url"]) == (provider, base_url)


@pytest.mark.parametrize("family", KINDS)
def test_every_number_means_a_provider_that_is_there(family: Family) -> None:
    kinds = [kind for kind in KINDS[family].values() if isinstance(kind, Kind)]

    assert {kind.provider for kind in kinds} <= PROVIDERS.keys()
    assert all(kind.path == "" or kind.path.startswith("/") for kind in kinds)


LEFT_OUT: list[tuple[Family, dict[str, Any], str]] = [
    ("One-API", {"type": 18}, "APIPassword"),
    ("One-API", {"type": 23}, "hunyuan"),
    ("One-API", {"type": 33}, "bedrock"),
    ("One-API", {"type": 42}, "service account"),
    ("One-API", {"type": 3}, "no address"),
    ("One-API", {"type": 8}, "no address"),
    ("One-API", {"type": 99}, "does not know"),
    ("One-API", {"type": -1}, "does not know"),
    ("new-api", {"type": 2}, "dialects"),
    ("new-api", {"type": 8, "base_url": "https://c.example/{model}/chat"}, "model's name"),
    ("new-api", {"type": 57}, "subscription"),
]


@pytest.mark.parametrize(("family", "row", "told"), LEFT_OUT)
def test_what_can_not_be_taken_over_says_why(family: Family, row: dict[str, Any], told: str) -> None:
    reason = ours(Row(channel(**row)), family)

    assert isinstance(reason, str)
    assert told in reason


@pytest.mark.parametrize(
    ("family", "mapping", "upstream"),
    [
        ("One-API", {"a": "b", "b": "c"}, "b"),
        ("new-api", {"a": "b", "b": "c"}, "c"),
        ("new-api", {"a": "b", "b": "a"}, "b"),
        ("One-API", {"a": ""}, "a"),
        ("One-API", {"a": 5}, "a"),
    ],
)
def test_models_have_the_names_they_had_at_the_provider(family: Family, mapping: Any, upstream: str) -> None:
    found = taken_over(family, models="a, a,,", model_mapping=json.dumps(mapping))

    assert found.models == {"a": upstream}


@pytest.mark.parametrize(
    ("family", "created", "deployment"),
    [
        ("One-API", 1_800_000_000, "gpt-41"),
        ("new-api", 1_800_000_000, "gpt-4.1"),
        ("new-api", 1_700_000_000, "gpt-41"),
    ],
)
def test_azure_s_deployments_have_the_names_they_had(family: Family, created: int, deployment: str) -> None:
    row = {"type": 3, "base_url": "https://me.openai.azure.com", "created_time": created, "other": "2024-10-21"}

    found = taken_over(family, models="gpt-4.1", **row)

    assert found.models == {"gpt-4.1": deployment}
    assert found.fields["api_version"] == "2024-10-21"


def test_what_new_api_sets_for_a_channel_comes_along() -> None:
    found = taken_over(
        "new-api",
        openai_organization="org-1",
        setting='{"proxy": "socks5://127.0.0.1:1080", "system_prompt": "Be brief."}',
        param_override='{"temperature": 0.2}',
        header_override='{"X-Title": "mine", "X-Key": "{api_key}"}',
    )

    assert found.fields["headers"] == {"OpenAI-Organization": "org-1", "X-Title": "mine"}
    assert found.fields["proxy"] == "socks5://127.0.0.1:1080"
    assert found.fields["overrides"] == {"set": {"temperature": 0.2}, "system": "Be brief."}
    assert len(found.notes) == 1


def test_address_that_only_containers_know_is_named() -> None:
    for host in ("host.docker.internal", "ollama"):
        found = taken_over(type=30, base_url=f"http://{host}:11434")

        assert "containers" in found.notes[0]


# Files that are none


def database_with(path: Path, *statements: str) -> bytes:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
            database.commit()
    return path.read_bytes()


VIEW = "CREATE VIEW channels AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
HOSTILE = {
    "nothing": lambda path: b"",
    "text": lambda path: b"hello" * 100,
    "a database of something else": lambda path: database_with(path, "CREATE TABLE t (x)"),
    "only names": lambda path: database_with(path, "CREATE TABLE channels (x)", "CREATE TABLE tokens (x)"),
    "no id": lambda path: database_with(path, CHANNELS.format(more=""), "CREATE TABLE tokens (key)"),
    "a view without end": lambda path: database_with(path, VIEW, TOKENS.format(more="")),
    "half a database": lambda path: one_api(path, [channel()] * 500).read_bytes()[:9000],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_file_that_is_none_of_theirs_is_refused(target: Novapi, tmp_path: Path, name: str) -> None:
    log = target.log.read_text()

    answer = hand_in(target, HOSTILE[name](tmp_path / "file.db"))

    assert answer.status_code == 422, answer.text
    assert len(answer.json()["detail"]) > 20
    assert "Traceback" not in target.log.read_text()[len(log) :]
    assert not list(target.home.glob("in-work-*"))


ODD = {
    "texts for numbers": channel(type=1, status="on", weight="heavy", priority="high"),
    "numbers without end": channel(weight=2**62, priority=-(2**62)),
    "no name": channel(name=None),
    "a long name": channel(name="n" * 500),
    "a long model": channel(models="m" * 5000 + ",gpt-4o"),
    "bytes": channel(name=b"\xff\xfe", models=b"gpt-4o"),
    "a mapping that is none": channel(model_mapping="[" * 100_000),
    "an address that is none": channel(base_url="relay"),
    "an address with a password": channel(base_url="https://me:secret@relay.example"),
    "a key that is none": channel(key="two words"),
    "no key": channel(key=""),
    "no models": channel(models=""),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_row_costs_only_itself(target: Novapi, tmp_path: Path, name: str) -> None:
    good = channel(name="Good", key="sk-good")

    told = moved(target, one_api(tmp_path / "file.db", [ODD[name], good]), dry_run=True)

    odd, fine = told["channels"]
    assert fine["outcome"] == "added"
    assert odd["outcome"] == "added" or odd["notes"]


def test_command_moves_in_and_tells(home: Path, tmp_path: Path) -> None:
    file = one_api(
        tmp_path / "one-api.db", [channel(group="vip"), channel(name="Spark", type=18, status=2)],
        [{"user_id": 1, "key": TOKEN, "name": "Chatbox", "status": 2}],
    )  # fmt: skip

    dry = run(home, "import-one-api", str(file), "--dry-run")
    done = run(home, "import-one-api", str(file))
    again = run(home, "import-one-api", str(file))

    for result in (dry, done, again):
        assert result.returncode == 0, result.stderr
    assert "Relay: added (openai, 1 keys, 2 models)." in dry.stdout
    assert "Nothing was changed" in dry.stdout
    assert dry.stdout.startswith(done.stdout)
    assert "Spark: left out." in done.stdout
    assert "Chatbox: added, switched off." in done.stdout
    assert "vip" in done.stdout
    assert "Relay: already there." in again.stdout


@pytest.mark.parametrize("path", ["/nowhere/one-api.db", "/tmp", "/etc/hostname"])
def test_path_that_leads_to_no_database_is_one_sentence(home: Path, path: str) -> None:
    result = run(home, "import-one-api", path)

    assert result.returncode == 1
    assert result.stderr.startswith("novapi: ")
    assert "Traceback" not in result.stderr
