"""Every change is noticed, whoever makes it, and nobody reads what was true before."""

from collections.abc import Callable

import pytest
from cachalot.api import LOCAL_STORAGE
from django.db import connection

from channels_app import secrets
from channels_app.candidates import TableWatcher, load
from channels_app.models import Alias, Channel, ChannelKey, ChannelModel, ClientKey, Preferences, sealed_fields
from channels_app.revision import COUNTED_TABLES, install_triggers, read_revision
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


@pytest.fixture
def cachalot(monkeypatch: pytest.MonkeyPatch) -> None:
    """At work, whatever became of it in an earlier test: an error inside `cachalot_disabled()` leaves it off."""
    monkeypatch.setattr(LOCAL_STORAGE, "cachalot_enabled", True, raising=False)


def fill_every_table() -> None:
    channel = make_channel()
    channel.set_api_keys(KEYS[:1])
    Alias.objects.create(name="best", targets=["gpt-4o"])
    ClientKey.master()
    Preferences.load()


INSERTS: dict[str, Callable[[], object]] = {
    "channels_app_channel": lambda: Channel.objects.create(name="New", provider="groq"),
    "channels_app_channelkey": lambda: ChannelKey.objects.create(channel=Channel.objects.get(), **sealed_fields("s")),
    "channels_app_channelmodel": lambda: ChannelModel.objects.bulk_create(
        [ChannelModel(channel=Channel.objects.get(), name="n", upstream="n")]
    ),
    "channels_app_alias": lambda: Alias.objects.create(name="new", targets=["a"]),
    "channels_app_clientkey": lambda: make_client_key("New"),
    "channels_app_preferences": lambda: (Preferences.objects.all().delete(), Preferences.load()),
}
UPDATES: dict[str, Callable[[], object]] = {
    "channels_app_channel": lambda: Channel.objects.update(priority=7),
    "channels_app_channelkey": lambda: ChannelKey.objects.update(enabled=False),
    "channels_app_channelmodel": lambda: ChannelModel.objects.update(enabled=False),
    "channels_app_alias": lambda: Alias.objects.update(enabled=False),
    "channels_app_clientkey": lambda: ClientKey.objects.update(name="Mine"),
    "channels_app_preferences": lambda: Preferences.objects.update(max_attempts=9),
}


@pytest.mark.parametrize("table", COUNTED_TABLES)
@pytest.mark.parametrize("changes", [INSERTS, UPDATES], ids=["insert", "update"])
def test_change_through_the_orm_is_counted(table: str, changes: dict[str, Callable[[], object]]) -> None:
    fill_every_table()
    before = read_revision()

    changes[table]()

    assert read_revision() > before


@pytest.mark.parametrize("table", COUNTED_TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_change_by_another_program_s_sql_is_counted(table: str, statement: str) -> None:
    fill_every_table()
    before = read_revision()

    connection.connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.connection.execute(statement.format(table))

    assert read_revision() > before
    connection.connection.execute("DELETE FROM channels_app_channelkey")
    connection.connection.execute("DELETE FROM channels_app_channelmodel")


def test_reading_is_not_counted() -> None:
    fill_every_table()
    before = read_revision()

    table = load()

    assert read_revision() == before == table.revision


def test_triggers_lost_in_a_migration_are_put_back() -> None:
    fill_every_table()
    connection.connection.execute("DROP TRIGGER channels_app_alias_update")
    install_triggers()
    before = read_revision()

    Alias.objects.update(enabled=False)

    assert read_revision() > before


def test_what_cachalot_remembers_is_not_what_load_reads(cachalot: None) -> None:
    make_channel()
    assert Channel.objects.get().priority == 0
    connection.connection.execute("UPDATE channels_app_channel SET priority = 7, name = 'Renamed'")

    remembered = Channel.objects.get()

    assert remembered.priority == 0  # cachalot is at work: it did not see the other program
    assert serving("gpt-4o", load()) == ["Renamed"]


def test_watcher_serves_the_same_table_until_something_changes() -> None:
    watcher = TableWatcher()
    make_channel()
    first = watcher.current()

    unchanged = watcher.refresh()
    Channel.objects.update(enabled=False)
    changed = watcher.refresh()

    assert unchanged is first
    assert "gpt-4o" not in changed.candidates


def test_refresh_after_another_program_wrote_drops_what_cachalot_remembers(cachalot: None) -> None:
    watcher = TableWatcher()
    make_channel()
    watcher.current()
    assert Channel.objects.get().name == "Work"
    connection.connection.execute("UPDATE channels_app_channel SET name = 'Renamed'")

    watcher.refresh()

    assert Channel.objects.get().name == "Renamed"
