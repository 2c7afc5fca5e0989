"""/api/keys and /api/aliases through the front door."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

_numbers = count(1)


def create(novapi: Novapi, **members: Any) -> dict[str, Any]:
    response = novapi.api("POST", "/keys", json={"name": f"App {next(_numbers)}"} | members)
    assert response.status_code == 201, response.text
    return dict(response.json())


def works(novapi: Novapi, token: str) -> bool:
    response = novapi.http.get("/v1/models", headers={"authorization": f"Bearer {token}"})
    assert response.status_code in (200, 401)
    return response.status_code == 200


def time_from_now(**ago: int) -> str:
    return (datetime.now(UTC) + timedelta(**ago)).isoformat()


def test_new_key_is_shown_and_works_at_once(novapi: Novapi) -> None:
    key = create(novapi, name="Editor")

    assert key["key"].startswith("nv-")
    assert len(key["key"]) == 46
    assert key["masked"] == f"nv-…{key['key'][-4:]}"
    assert (key["name"], key["is_master"], key["enabled"], key["expires_at"]) == ("Editor", False, True, None)
    assert works(novapi, key["key"])


def test_list_and_change_show_masked_keys_only(novapi: Novapi) -> None:
    key = create(novapi)

    listed = novapi.api("GET", "/keys")
    changed = novapi.api("PATCH", f"/keys/{key['id']}", json={"name": "Renamed app"})

    assert key["id"] in [row["id"] for row in listed.json()]
    assert key["key"] not in listed.text + changed.text
    assert novapi.key not in listed.text
    assert changed.json()["name"] == "Renamed app"


def test_key_s_calls_are_booked_on_it(novapi: Novapi) -> None:
    key = create(novapi, name="Booked")
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.call(
            headers={"authorization": f"Bearer {key['key']}"},
            json={"model": model, "messages": [{"role": "user", "content": "hi"}]},
        )

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["key_id"], record["key_name"]) == (key["id"], "Booked")


def test_disabled_key_stops_working_and_starts_again(novapi: Novapi) -> None:
    key = create(novapi)

    novapi.api("PATCH", f"/keys/{key['id']}", json={"enabled": False})
    disabled = works(novapi, key["key"])
    novapi.api("PATCH", f"/keys/{key['id']}", json={"enabled": True})

    assert not disabled
    assert works(novapi, key["key"])


def test_deleted_key_stops_working(novapi: Novapi) -> None:
    key = create(novapi)

    response = novapi.api("DELETE", f"/keys/{key['id']}")

    assert response.status_code == 204
    assert not works(novapi, key["key"])
    assert novapi.api("GET", f"/keys/{key['id']}").status_code == 404


def test_expired_key_stops_working_until_its_end_is_taken_away(novapi: Novapi) -> None:
    key = create(novapi, expires_at=time_from_now(hours=-1))
    expired = works(novapi, key["key"])

    changed = novapi.api("PATCH", f"/keys/{key['id']}", json={"expires_at": None})

    assert not expired
    assert changed.json()["expires_at"] is None
    assert works(novapi, key["key"])


def test_key_works_until_it_expires(novapi: Novapi) -> None:
    key = create(novapi, expires_at=time_from_now(hours=1))

    assert works(novapi, key["key"])


def test_end_without_a_zone_is_utc_in_every_answer(novapi: Novapi) -> None:
    key = create(novapi, expires_at="2099-01-01T00:00:00")

    stored = novapi.api("GET", f"/keys/{key['id']}").json()

    assert stored["expires_at"] == "2099-01-01T00:00:00Z"
    assert key["expires_at"] == stored["expires_at"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": 3}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Wrong", "expires_at": "soon"}, "expires_at"),
        ({"name": "Wrong", "enabled": "perhaps"}, "enabled"),
        ({"name": "Wrong", "is_master": True}, "is_master"),
        ({"name": "Wrong", "key": "nv-mine"}, "key"),
    ],
)
def test_wrong_input_is_refused_by_field(novapi: Novapi, wrong: dict[str, Any], field: str) -> None:
    response = novapi.api("POST", "/keys", json=wrong)

    assert response.status_code == 422
    assert set(response.json()) == {"detail", "fields"}
    assert field in response.json()["fields"]


@pytest.mark.parametrize("end", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_end_beyond_the_calendar_is_refused(novapi: Novapi, end: str) -> None:
    response = novapi.api("POST", "/keys", json={"name": "Calendar", "expires_at": end})

    assert response.status_code == 422


def test_name_is_given_once(novapi: Novapi) -> None:
    first, second = create(novapi), create(novapi)

    made = novapi.api("POST", "/keys", json={"name": first["name"]})
    renamed = novapi.api("PATCH", f"/keys/{second['id']}", json={"name": first["name"]})

    assert [made.status_code, renamed.status_code] == [422, 422]
    assert "name" in made.json()["fields"]
    assert "name" in renamed.json()["fields"]


def test_master_key_is_the_one_the_command_prints(novapi: Novapi) -> None:
    master = novapi.api("GET", "/keys/master").json()

    assert master["key"] == novapi.key
    assert master["is_master"] is True


@pytest.mark.parametrize("change", [{"enabled": False}, {"expires_at": "2030-01-01T00:00:00Z"}])
def test_master_key_can_not_be_made_to_stop(novapi: Novapi, change: dict[str, Any]) -> None:
    master = novapi.api("GET", "/keys/master").json()

    response = novapi.api("PATCH", f"/keys/{master['id']}", json=change)

    assert response.status_code == 422
    assert response.json()["detail"]
    assert works(novapi, novapi.key)


def test_master_key_can_not_be_deleted(novapi: Novapi) -> None:
    master = novapi.api("GET", "/keys/master").json()

    response = novapi.api("DELETE", f"/keys/{master['id']}")

    assert response.status_code == 422
    assert response.json()["detail"]
    assert works(novapi, novapi.key)


def test_rotated_master_key_takes_over_at_once(home: Path) -> None:
    with Novapi(home) as novapi:
        old = novapi.key

        new = novapi.api("POST", "/keys/master/rotate").json()["key"]

        assert new.startswith("nv-")
        assert new != old
        assert works(novapi, new)
        assert not works(novapi, old)
        assert novapi.api("GET", "/keys").status_code == 401
        novapi.key = new
        assert novapi.api("GET", "/keys/master").json()["key"] == new


@pytest.mark.parametrize("path", ["/keys/999999", "/aliases/999999"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_not_found(novapi: Novapi, method: str, path: str) -> None:
    response = novapi.api(method, path, json={} if method == "PATCH" else None)

    assert response.status_code == 404
    assert response.json()["detail"]


def make_alias(novapi: Novapi, name: str, *models: str, **members: Any) -> httpx.Response:
    return novapi.api("POST", "/aliases", json={"name": name, "models": list(models)} | members)


def test_alias_lives_from_its_making_to_its_end(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)

        made = make_alias(novapi, "alias-lives", model)
        path = f"/aliases/{made.json()['id']}"
        answers = [novapi.chat("alias-lives").status_code]
        novapi.api("PATCH", path, json={"enabled": False})
        answers.append(novapi.chat("alias-lives").status_code)
        renamed = novapi.api("PATCH", path, json={"enabled": True, "name": "alias-moved"})
        answers.append(novapi.chat("alias-moved").status_code)
        deleted = novapi.api("DELETE", path)
        answers.append(novapi.chat("alias-moved").status_code)

    assert made.status_code == 201
    told = {"name": "alias-lives", "models": [model], "strategy": "priority", "enabled": True}
    assert made.json() == {"id": made.json()["id"], **told}
    assert renamed.json()["name"] == "alias-moved"
    assert deleted.status_code == 204
    assert answers == [200, 404, 200, 404]
    assert novapi.api("GET", path).status_code == 404


def test_alias_can_point_elsewhere(novapi: Novapi) -> None:
    made = make_alias(novapi, "alias-elsewhere", "one", "two").json()

    changed = novapi.api("PATCH", f"/aliases/{made['id']}", json={"models": ["two", "one"]})

    assert changed.json()["models"] == ["two", "one"]
    assert changed.json() == novapi.api("GET", f"/aliases/{made['id']}").json()
    assert changed.json() in novapi.api("GET", "/aliases").json()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"models": ["a"]}, "name"),
        ({"name": "", "models": ["a"]}, "name"),
        ({"name": "x" * 201, "models": ["a"]}, "name"),
        ({"name": "alias-wrong"}, "models"),
        ({"name": "alias-wrong", "models": "a"}, "models"),
        ({"name": "alias-wrong", "models": [3]}, "models.0"),
        ({"name": "alias-wrong", "models": ["a"], "nonsense": 1}, "nonsense"),
    ],
)
def test_wrong_alias_is_refused_by_field(novapi: Novapi, wrong: dict[str, Any], field: str) -> None:
    response = novapi.api("POST", "/aliases", json=wrong)

    assert response.status_code == 422
    assert field in response.json()["fields"]


@pytest.mark.parametrize("models", [[], ["alias-wrong"], ["a", "alias-wrong"], [""]])
def test_alias_for_itself_or_for_nothing_is_refused(novapi: Novapi, models: list[str]) -> None:
    response = make_alias(novapi, "alias-wrong", *models)

    assert response.status_code == 422
    assert response.json()["detail"]


def test_wrong_models_of_an_alias_are_named_as_the_api_calls_them(novapi: Novapi) -> None:
    response = make_alias(novapi, "alias-wrong", "alias-wrong")

    assert set(response.json()["fields"]) == {"models"}


def test_alias_name_is_given_once(novapi: Novapi) -> None:
    make_alias(novapi, "alias-once", "a")

    response = make_alias(novapi, "alias-once", "b")

    assert response.status_code == 422
    assert "name" in response.json()["fields"]
