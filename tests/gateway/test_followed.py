"""What local engines listed before: what counts as new, and that it outlives the program."""

import os
from pathlib import Path

import pytest

from gateway.followed import Followed

HERE = "7 11434"  # a channel and its port


def test_only_what_was_not_listed_before_is_new() -> None:
    followed = Followed()
    followed.note({HERE: ["a", "b"]})

    assert followed.fresh(HERE, ["a", "b", "c"], offers_nothing=False) == ["c"]


@pytest.mark.parametrize(("offers_nothing", "fresh"), [(True, ["a", "b"]), (False, [])])
def test_at_the_first_look_all_is_new_to_a_channel_that_offers_nothing(offers_nothing: bool, fresh: list[str]) -> None:
    assert Followed().fresh(HERE, ["a", "b"], offers_nothing) == fresh


def test_it_is_kept_in_a_file_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "engines.json"
    Followed(path).note({HERE: ["a"]})

    assert Followed(path).fresh(HERE, ["a", "b"], offers_nothing=False) == ["b"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_channels_that_were_not_looked_at_stay_as_they_were(tmp_path: Path) -> None:
    followed = Followed(tmp_path / "engines.json")
    followed.note({HERE: ["a"]})
    followed.note({"8 1234": ["x"]})

    assert followed.fresh(HERE, ["a", "b"], offers_nothing=False) == ["b"]


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '{"7 11434": 3}', '{"7 11434": null}', "[" * 100_000, "\x00"])
def test_file_that_cannot_be_read_is_a_first_look(tmp_path: Path, text: str) -> None:
    path = tmp_path / "engines.json"
    path.write_text(text)

    assert Followed(path).fresh(HERE, ["a"], offers_nothing=False) == []


def test_file_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    followed = Followed(tmp_path / "nowhere" / "engines.json")

    followed.note({HERE: ["a"]})

    assert followed.fresh(HERE, ["a", "b"], offers_nothing=False) == ["b"]
    assert "can't be noted" in caplog.text
    assert not os.path.exists(tmp_path / "nowhere")
