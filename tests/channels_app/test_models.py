"""What a model of the owner's settings takes and refuses, and what is stored of a secret."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels_app import secrets
from channels_app.models import (
    Alias,
    Channel,
    ChannelKey,
    ChannelModel,
    ClientKey,
    Preferences,
)

pytestmark = pytest.mark.django_db

FIRST = "sk-first-secret-of-the-owner-1111"
SECOND = "sk-second-secret-of-the-owner-2222"


def make_channel(**fields: object) -> Channel:
    return Channel.objects.create(**({"name": "Work", "provider": "openai"} | fields))


def make_client_key(name: str = "Editor", **fields: object) -> ClientKey:
    key = ClientKey(name=name, **fields)
    key.set_token(secrets.new_client_token())
    key.save()
    return key


def stored_keys(channel: Channel) -> list[str]:
    return [secrets.unseal(key.sealed) for key in channel.keys.order_by("position")]


def test_preferences_saved_anew_replace_the_one_row() -> None:
    Preferences.load()

    Preferences(max_attempts=7).save()

    assert [row.max_attempts for row in Preferences.objects.all()] == [7]


def test_keys_keep_the_order_they_were_given_in() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST, SECOND])

    channel.set_api_keys([SECOND, FIRST])

    assert stored_keys(channel) == [SECOND, FIRST]


def test_masked_key_stands_for_the_stored_one() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])
    row = channel.keys.get()

    channel.set_api_keys([SECOND, row.masked])

    assert stored_keys(channel) == [SECOND, FIRST]
    assert channel.keys.get(position=1).pk == row.pk


def test_key_that_is_not_listed_any_more_is_gone() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST, SECOND])

    channel.set_api_keys(["…2222"])

    assert stored_keys(channel) == [SECOND]


def test_disabled_key_stays_disabled_when_the_list_is_saved_again() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])
    channel.keys.update(enabled=False)

    channel.set_api_keys([FIRST, SECOND])

    assert [key.enabled for key in channel.keys.order_by("position")] == [False, True]


def test_key_entered_twice_is_stored_once() -> None:
    channel = make_channel()

    channel.set_api_keys([FIRST, f"  {FIRST}\n", "", "   ", FIRST])

    assert stored_keys(channel) == [FIRST]


def test_masked_key_and_the_same_key_in_full_are_one() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])

    channel.set_api_keys(["…1111", FIRST])

    assert stored_keys(channel) == [FIRST]


def test_masked_list_of_keys_with_the_same_ending_keeps_them_all() -> None:
    channel = make_channel()
    keys = ["sk-one-of-the-owner-1111", "sk-two-of-the-owner-1111"]
    channel.set_api_keys(keys)

    channel.set_api_keys([key.masked for key in channel.keys.all()])

    assert stored_keys(channel) == keys


@pytest.mark.parametrize(
    "wrong",
    [
        "…9999",
        "sk-schlüssel-mit-umlaut",
        "sk-two\nlines-of-a-key",
        "sk-nul\0byte",
    ],
)
def test_wrong_key_is_refused_and_nothing_changes(wrong: str) -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])

    with pytest.raises(ValidationError) as refusal:
        channel.set_api_keys([SECOND, wrong])

    assert "api_keys" in refusal.value.message_dict
    assert wrong not in str(refusal.value) or wrong == "…9999"
    assert stored_keys(channel) == [FIRST]


def test_models_are_made_changed_and_removed_as_listed() -> None:
    channel = make_channel()
    channel.set_models({"smart": "gpt-4o", "quick": "gpt-4o-mini"})
    kept = channel.models.get(name="smart").pk

    channel.set_models({"smart": "gpt-5", "cheap": "gpt-5-nano"})

    assert dict(channel.models.values_list("name", "upstream")) == {"smart": "gpt-5", "cheap": "gpt-5-nano"}
    assert channel.models.get(name="smart").pk == kept


def test_hundreds_of_models_are_stored_by_a_few_queries() -> None:
    channel = make_channel()
    names = {f"model-{number}": f"model-{number}" for number in range(900)}
    described = {name: {"context_tokens": 1000} for name in names}

    with CaptureQueriesContext(connection) as made:
        channel.set_models(names)
    channel.describe_models(described)
    with CaptureQueriesContext(connection) as changed:
        channel.set_models(names | {"model-7": "other"})
        channel.describe_models(described | {"model-8": {"context_tokens": 2000}})

    assert len(made) < 20
    assert len(changed) < 20
    assert channel.models.get(name="model-7").upstream == "other"
    assert channel.models.get(name="model-8").context_tokens == 2000
    assert channel.models.filter(context_tokens=1000).count() == 899


def test_deleted_channel_takes_its_keys_and_models_along() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])
    channel.set_models({"smart": "gpt-4o"})

    channel.delete()

    assert (ChannelKey.objects.count(), ChannelModel.objects.count()) == (0, 0)


def test_master_key_is_made_once() -> None:
    first = ClientKey.master()

    second = ClientKey.master()

    assert first.pk == second.pk
    assert first.token == second.token


def test_rotated_key_has_another_secret_and_digest() -> None:
    key = ClientKey.master()
    before, old_digest = key.token, bytes(key.digest)

    returned = key.rotate()

    fresh = ClientKey.master()
    assert fresh.pk == key.pk
    assert fresh.token == returned != before
    assert bytes(fresh.digest) == secrets.digest(returned) != old_digest
    assert fresh.last4 == returned[-4:]


@pytest.mark.parametrize(("days", "expired"), [(-1, True), (1, False)])
def test_key_is_expired_once_its_time_has_passed(days: int, expired: bool) -> None:
    key = make_client_key(expires_at=timezone.now() + timedelta(days=days))

    assert key.is_expired is expired


def test_key_without_end_does_not_expire() -> None:
    assert not make_client_key().is_expired


@pytest.mark.parametrize("targets", [["best"], ["gpt-4o", "best"], [], [""], ["  "], [3], "gpt-4o", {}])
def test_alias_for_itself_or_for_nothing_is_refused(targets: object) -> None:
    with pytest.raises(ValidationError):
        Alias(name="best", targets=targets).full_clean()


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Title"],
        "X-Title: a",
        {"": "a"},
        {"X-Number": 3},
        {"X-Split": "a\r\nX-Other: b"},
        {"X\nName": "a"},
        {"X-Nul": "a\0b"},
        {"X-Tïtle": "a"},
        {"X Title": "a"},
        {"X-Title:": "a"},
    ],
    ids=str,
)
def test_header_that_can_not_be_sent_is_refused(headers: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Channel(name="Work", provider="openai", headers=headers).full_clean()

    assert "headers" in refusal.value.message_dict


def test_short_key_shows_nothing_of_itself() -> None:
    channel = make_channel()

    channel.set_api_keys(["secret-key1"])

    assert channel.keys.get().masked == "…"


def test_no_secret_is_in_the_database_in_plain_text() -> None:
    channel = make_channel()
    channel.set_api_keys([FIRST])
    token = make_client_key().token

    database = connection.connection.serialize()

    assert b"Editor" in database  # the rows are in there
    assert FIRST.encode() not in database
    assert token.encode() not in database
    assert token.removeprefix("nv-").encode() not in database
