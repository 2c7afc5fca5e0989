"""Database → RoutingTable: what is in force, and what is left out."""

import time
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from channels_app import built_in, candidates, secrets
from channels_app.candidates import load
from channels_app.models import Alias, Channel, ClientKey, Preferences
from channels_app.table import RoutingTable

pytestmark = pytest.mark.django_db

KEYS = ["sk-first-secret-of-the-owner-1111", "sk-second-secret-of-the-owner-2222"]


def make_channel(name: str = "Work", models: dict[str, str] | None = None, **fields: object) -> Channel:
    channel = Channel.objects.create(**({"name": name, "provider": "openai"} | fields))
    channel.set_models({"gpt-4o": "gpt-4o"} if models is None else models)
    return channel


def make_client_key(name: str, **fields: object) -> ClientKey:
    key = ClientKey(name=name, **fields)
    key.set_token(secrets.new_client_token())
    key.save()
    return key


def serving(model: str, table: RoutingTable) -> list[str]:
    """The channels that serve a model, first tried first."""
    return [candidate.channel.name for candidate in table.candidates.get(model, ())]


def sealed_elsewhere(secret: str) -> str:
    return Fernet(Fernet.generate_key()).encrypt(secret.encode()).decode()


def test_empty_database_gives_an_empty_table() -> None:
    table = load()

    assert list(table.candidates) == list(table.model_created) == [built_in.MODEL]
    assert (table.aliases, table.client_keys, table.channels, table.offering()) == ({}, {}, (), [])
    assert (table.max_attempts, table.max_body_bytes, table.unreadable_keys) == (4, 64 * 2**20, 0)


@pytest.mark.parametrize("allowed", [False, True])
def test_table_tells_whether_recovery_may_cost_something(allowed: bool) -> None:
    Preferences(paid_recovery=allowed).save()

    assert load().paid_recovery is allowed


def test_channel_arrives_with_its_keys_and_its_provider() -> None:
    make_channel(weight=3, proxy="socks5://127.0.0.1:1080").set_api_keys(KEYS)

    (candidate,) = load().candidates["gpt-4o"]

    route = candidate.channel
    assert (route.name, route.provider.id, route.weight, route.proxy) == (
        "Work",
        "openai",
        3,
        "socks5://127.0.0.1:1080",
    )
    assert [credential.api_key for credential in route.credentials] == KEYS
    assert [credential.last4 for credential in route.credentials] == ["1111", "2222"]
    assert route.dialects == {"openai-chat", "openai-responses"}


def test_secrets_are_not_in_the_table_that_a_log_would_show() -> None:
    make_channel().set_api_keys(KEYS)
    master = ClientKey.master()

    shown = repr(load())

    assert "Work" in shown
    assert not any(secret in shown for secret in [*KEYS, master.token])


def test_disabled_channel_offers_nothing() -> None:
    make_channel(enabled=False)

    table = load()

    assert "gpt-4o" not in table.candidates
    assert "gpt-4o" not in table.model_created


def test_disabled_model_is_not_offered() -> None:
    channel = make_channel(models={"on": "on", "off": "off"})
    channel.models.filter(name="off").update(enabled=False)

    table = load()

    assert set(table.candidates) == set(table.model_created) == {"on", built_in.MODEL}


def test_disabled_key_is_not_used() -> None:
    channel = make_channel()
    channel.set_api_keys(KEYS)
    channel.keys.filter(last4="1111").update(enabled=False)

    (candidate,) = load().candidates["gpt-4o"]

    assert [credential.last4 for credential in candidate.channel.credentials] == ["2222"]


def test_channel_whose_keys_are_all_disabled_is_not_called_without_one() -> None:
    channel = make_channel()
    channel.set_api_keys(KEYS)
    channel.keys.update(enabled=False)

    (candidate,) = load().candidates["gpt-4o"]

    assert candidate.channel.credentials == ()


def test_channel_without_any_key_is_called_without_one() -> None:
    make_channel()

    (candidate,) = load().candidates["gpt-4o"]

    assert [(credential.id, credential.api_key) for credential in candidate.channel.credentials] == [(None, "")]


def test_key_that_can_not_be_read_is_left_out_and_counted() -> None:
    channel = make_channel()
    channel.set_api_keys(KEYS)
    channel.keys.filter(last4="1111").update(sealed=sealed_elsewhere(KEYS[0]))

    table = load()

    (candidate,) = table.candidates["gpt-4o"]
    assert [credential.api_key for credential in candidate.channel.credentials] == [KEYS[1]]
    assert table.unreadable_keys == 1


def test_disabled_key_that_can_not_be_read_is_not_counted() -> None:
    channel = make_channel()
    channel.set_api_keys(KEYS)
    channel.keys.filter(last4="1111").update(sealed=sealed_elsewhere(KEYS[0]), enabled=False)

    assert load().unreadable_keys == 0


def test_higher_priority_comes_first() -> None:
    for name, priority in [("Middle", 0), ("Last", -5), ("First", 10)]:
        make_channel(name=name, priority=priority)

    assert serving("gpt-4o", load()) == ["First", "Middle", "Last"]


def test_renamed_model_is_asked_for_by_the_public_name_only() -> None:
    make_channel(models={"smart": "gpt-4o"})

    table = load()

    (candidate,) = table.candidates["smart"]
    assert (candidate.model, candidate.upstream) == ("smart", "gpt-4o")
    assert "gpt-4o" not in table.candidates


def test_headers_of_the_channel_win_over_the_provider_s_whatever_their_case() -> None:
    make_channel(provider="anthropic", headers={"Anthropic-Version": "2099-01-01", "X-Title": "Novapi"})

    (candidate,) = load().candidates["gpt-4o"]

    assert candidate.channel.headers == {"anthropic-version": "2099-01-01", "x-title": "Novapi"}


def test_dialects_of_the_channel_replace_the_provider_s() -> None:
    make_channel(dialects=["anthropic"])

    (candidate,) = load().candidates["gpt-4o"]

    assert candidate.channel.dialects == {"anthropic"}


def test_preferences_fill_in_the_limits_a_channel_leaves_blank() -> None:
    Preferences(connect_s=1, first_byte_s=2, idle_s=3, max_attempts=2, max_body_mb=5).save()
    make_channel(idle_s=99)

    table = load()

    (candidate,) = table.candidates["gpt-4o"]
    limits = candidate.channel.limits
    assert (limits.connect_s, limits.first_byte_s, limits.idle_s) == (1, 2, 99)
    assert (table.max_attempts, table.max_body_bytes) == (2, 5 * 2**20)


def test_aliases_keep_the_order_of_their_targets_and_disabled_ones_are_left_out() -> None:
    Alias.objects.create(name="best", targets=["b", "a"])
    Alias.objects.create(name="off", targets=["a"], enabled=False)

    table = load()

    assert table.aliases == {"best": ("b", "a")}
    assert list(table.model_created) == ["best", built_in.MODEL]


def test_client_keys_are_found_by_digest_and_disabled_ones_are_left_out() -> None:
    end = datetime(2030, 1, 1, tzinfo=UTC)
    master, editor = ClientKey.master(), make_client_key("Editor", expires_at=end)
    make_client_key("Off", enabled=False)

    table = load()

    assert set(table.client_keys) == {secrets.digest(master.token), secrets.digest(editor.token)}
    identity = table.client_keys[secrets.digest(editor.token)]
    assert (identity.id, identity.name, identity.is_master) == (editor.pk, "Editor", False)
    assert identity.expires_at == end.timestamp()
    assert table.client_keys[secrets.digest(master.token)].is_master


@pytest.mark.alone
def test_reading_a_large_table_takes_a_moment_only() -> None:
    for number in range(20):
        make_channel(name=f"Channel {number}", models={f"m{n}": f"m{n}" for n in range(50)})

    started = time.perf_counter()
    table = candidates.load()

    assert len(table.candidates["m0"]) == 20
    assert time.perf_counter() - started < 1


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)  # exits with 1 if they don't


def test_channel_of_a_provider_that_is_no_more_does_not_stop_the_others() -> None:
    make_channel(provider="a-provider-of-another-version", name="Old")
    make_channel(name="Work")

    assert serving("gpt-4o", load()) == ["Work"]
