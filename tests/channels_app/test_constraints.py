"""What the database itself refuses, whoever writes it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app import secrets
from channels_app.models import (
    Alias,
    Channel,
    ChannelKey,
    ChannelModel,
    ClientKey,
    Preferences,
    Revision,
    sealed_fields,
)

pytestmark = pytest.mark.django_db

FIRST = "sk-first-secret-of-the-owner-1111"


def make_channel(**fields: object) -> Channel:
    return Channel.objects.create(**({"name": "Work", "provider": "openai"} | fields))


def make_client_key(name: str = "Editor", **fields: object) -> ClientKey:
    key = ClientKey(name=name, **fields)
    key.set_token(secrets.new_client_token())
    key.save()
    return key


def stored_keys(channel: Channel) -> list[str]:
    return [secrets.unseal(key.sealed) for key in channel.keys.order_by("position")]


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"weight": 0}, {"connect_s": 0}, {"first_byte_s": -1}, {"idle_s": 0}],
    ids=lambda fields: next(iter(fields)),
)
def test_channel_that_makes_no_sense_is_refused_by_the_database(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        make_channel(**fields)


def test_two_channels_of_one_name_are_refused_by_the_database() -> None:
    make_channel()

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        make_channel(provider="groq")


def test_same_key_twice_in_a_channel_is_refused_by_the_database() -> None:
    channel = make_channel()
    ChannelKey.objects.create(channel=channel, **sealed_fields(FIRST))

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        ChannelKey.objects.create(channel=channel, **sealed_fields(FIRST))


def test_same_key_in_two_channels_is_fine() -> None:
    one, other = make_channel(), make_channel(name="Home")

    one.set_api_keys([FIRST])
    other.set_api_keys([FIRST])

    assert stored_keys(one) == stored_keys(other) == [FIRST]


@pytest.mark.parametrize(("name", "upstream"), [("", "gpt"), ("gpt", "")])
def test_model_without_a_name_is_refused_by_the_database(name: str, upstream: str) -> None:
    channel = make_channel()

    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        ChannelModel.objects.create(channel=channel, name=name, upstream=upstream)


def test_model_offered_twice_by_a_channel_is_refused_by_the_database() -> None:
    channel = make_channel()
    ChannelModel.objects.create(channel=channel, name="smart", upstream="gpt-4o")

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        ChannelModel.objects.create(channel=channel, name="smart", upstream="gpt-5")


def test_alias_without_a_name_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        Alias.objects.create(name="", targets=["a"])


def test_two_aliases_of_one_name_are_refused_by_the_database() -> None:
    Alias.objects.create(name="best", targets=["a"])

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        Alias.objects.create(name="best", targets=["b"])


def test_client_key_without_a_name_is_refused_by_the_database() -> None:
    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        make_client_key(name="")


def test_two_client_keys_of_one_name_are_refused_by_the_database() -> None:
    make_client_key()

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        make_client_key()


def test_two_client_keys_with_one_secret_are_refused_by_the_database() -> None:
    first = make_client_key()

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        ClientKey.objects.create(name="Other", digest=first.digest)


def test_second_master_key_is_refused_by_the_database() -> None:
    ClientKey.master()

    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        make_client_key(is_master=True)


@pytest.mark.parametrize("change", [{"enabled": False}, {"expires_at": timezone.now() + timedelta(days=1)}])
def test_master_key_that_could_stop_working_is_refused_by_the_database(change: dict[str, object]) -> None:
    ClientKey.master()

    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        ClientKey.objects.filter(is_master=True).update(**change)


@pytest.mark.parametrize("name", ["connect_s", "first_byte_s", "idle_s", "max_attempts", "max_body_mb"])
def test_preference_of_zero_is_refused_by_the_database(name: str) -> None:
    Preferences.load()

    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        Preferences.objects.update(**{name: 0})


@pytest.mark.parametrize("model", [Preferences, Revision])
def test_second_row_of_a_singleton_is_refused_by_the_database(model: type) -> None:
    with pytest.raises(IntegrityError, match="CHECK"), transaction.atomic():
        model.objects.bulk_create([model(pk=2)])
