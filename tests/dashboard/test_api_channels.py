"""/api/channels through the front door: what is made is in force at once, what is wrong is said by field."""

import json
from typing import Any

import httpx
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

SECRET = "sk-a-secret-of-the-owner-7788"
BODY = {"name": "Refused as it is sent", "provider": "custom", "base_url": "http://127.0.0.1:9/v1"}


def create(novapi: Novapi, name: str, **members: Any) -> dict[str, Any]:
    response = novapi.api("POST", "/channels", json=BODY | {"name": name} | members)
    assert response.status_code == 201, response.text
    return dict(response.json())


def delete(novapi: Novapi, channel: dict[str, Any]) -> None:
    assert novapi.api("DELETE", f"/channels/{channel['id']}").status_code == 204


def send(novapi: Novapi, method: str, path: str, text: str) -> httpx.Response:
    """A body that httpx's own JSON writer would not make."""
    return novapi.api(method, path, content=text.encode(), headers={"content-type": "application/json"})


def offered(channel: dict[str, Any]) -> dict[str, str]:
    return {model["name"]: model["upstream"] for model in channel["models"]}


def masked(channel: dict[str, Any]) -> list[str]:
    return [key["masked"] for key in channel["api_keys"]]


def test_new_channel_is_answered_whole_and_can_be_read_again(novapi: Novapi) -> None:
    given = {
        "name": "Whole", "provider": "custom", "base_url": "http://127.0.0.1:9/v1", "api_keys": [SECRET],
        "models": ["whole-1", {"name": "whole-smart", "upstream": "whole-2"}, {"name": "whole-3"}],
        "headers": {"X-Title": "Novapi"}, "dialects": ["openai-chat"], "proxy": "http://127.0.0.1:1",
        "priority": 5, "weight": 3, "connect_s": 1.5, "first_byte_s": 2, "idle_s": 3, "enabled": False,
    }  # fmt: skip

    made = novapi.api("POST", "/channels", json=given)

    assert made.status_code == 201
    channel = made.json()
    assert {name: channel[name] for name in given if name not in ("api_keys", "models")} == {
        name: value for name, value in given.items() if name not in ("api_keys", "models")
    }
    assert offered(channel) == {"whole-1": "whole-1", "whole-smart": "whole-2", "whole-3": "whole-3"}
    assert masked(channel) == ["…7788"]
    assert novapi.api("GET", f"/channels/{channel['id']}").json() == channel
    assert channel in novapi.api("GET", "/channels").json()


def test_channel_is_in_force_when_the_answer_arrives(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        create(
            novapi, "At once", base_url=upstream.url, api_keys=[SECRET], models=[{"name": "at-once", "upstream": "u"}]
        )

        response = novapi.chat("at-once")

    assert response.status_code == 200
    assert upstream.received[0].headers["authorization"] == f"Bearer {SECRET}"
    assert upstream.received[0].json["model"] == "u"


def test_change_is_in_force_when_the_answer_arrives(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        channel = create(novapi, "Changes", base_url=upstream.url, models=["changes-before"])

        changed = novapi.api("PATCH", f"/channels/{channel['id']}", json={"models": ["changes-after"]})
        responses = [novapi.chat(model) for model in ("changes-before", "changes-after")]

    assert changed.status_code == 200
    assert offered(changed.json()) == {"changes-after": "changes-after"}
    assert [response.status_code for response in responses] == [404, 200]


def test_disabled_and_deleted_channels_serve_no_more(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        channel = create(novapi, "Goes", base_url=upstream.url, models=["goes"])
        path = f"/channels/{channel['id']}"

        novapi.api("PATCH", path, json={"enabled": False})
        disabled = novapi.chat("goes")
        novapi.api("PATCH", path, json={"enabled": True})
        enabled = novapi.chat("goes")
        delete(novapi, channel)
        deleted = novapi.chat("goes")

    assert [disabled.status_code, enabled.status_code, deleted.status_code] == [404, 200, 404]
    assert novapi.api("GET", path).status_code == 404


def test_what_a_change_does_not_name_stays(novapi: Novapi) -> None:
    before = create(novapi, "Stays", api_keys=[SECRET], models=["stays"], priority=4, headers={"X-A": "b"}, idle_s=9)

    after = novapi.api("PATCH", f"/channels/{before['id']}", json={"weight": 2}).json()

    assert after | {"weight": 1, "updated_at": ""} == before | {"updated_at": ""}


def test_null_means_the_default(novapi: Novapi) -> None:
    channel = create(novapi, "Nulls", priority=4, headers={"X-A": "b"}, idle_s=9, proxy="http://127.0.0.1:1")

    response = novapi.api(
        "PATCH",
        f"/channels/{channel['id']}",
        json={"priority": None, "headers": None, "idle_s": None, "proxy": None, "models": None, "api_keys": None},
    )

    assert response.status_code == 200
    after = response.json()
    assert (after["priority"], after["headers"], after["idle_s"], after["proxy"]) == (0, {}, None, "")


def test_masked_keys_stand_for_the_stored_ones(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        channel = create(novapi, "Masked", base_url=upstream.url, api_keys=[SECRET], models=["masked"])

        changed = novapi.api("PATCH", f"/channels/{channel['id']}", json={"api_keys": masked(channel)})
        novapi.chat("masked")

    assert changed.json()["api_keys"] == channel["api_keys"]
    assert upstream.received[0].headers["authorization"] == f"Bearer {SECRET}"


def test_keys_are_in_no_answer_and_in_no_file(novapi: Novapi) -> None:
    channel = create(novapi, "Write-only", api_keys=[SECRET, "sk-another-secret-of-the-owner-8899"])
    path = f"/channels/{channel['id']}"
    answers = [
        novapi.api("GET", path),
        novapi.api("GET", "/channels"),
        novapi.api("PATCH", path, json={"weight": 2}),
        novapi.api("PATCH", path, json={"api_keys": [SECRET, "clé"]}),
        novapi.api("PATCH", path, json={"api_keys": [SECRET, 3]}),
        novapi.api("PATCH", path, json={"base_url": f"https://{SECRET}@api.example/v1"}),
        novapi.api("POST", f"{path}/test"),
    ]

    stored = b"".join(file.read_bytes() for file in [*novapi.home.glob("novapi.db*"), novapi.log])

    assert [answer.status_code for answer in answers] == [200, 200, 200, 422, 422, 422, 200]
    assert not any("secret-of-the-owner" in answer.text for answer in answers)
    assert b"Write-only" in stored
    assert b"secret-of-the-owner" not in stored


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"provider": "nobody"}, "provider"),
        ({"base_url": "api.example.com"}, "base_url"),
        ({"base_url": "ftp://api.example.com"}, "base_url"),
        ({"base_url": "https://api.example.com/" + "x" * 500}, "base_url"),
        ({"provider": "azure-v1", "base_url": ""}, "base_url"),
        ({"provider": "azure-v1", "base_url": None}, "base_url"),
        ({"nonsense": 1}, "nonsense"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "headers"),
        ({"headers": ["X-A"]}, "headers"),
        ({"weight": 0}, "weight"),
        ({"weight": "three"}, "weight"),
        ({"weight": 1.5}, "weight"),
        ({"priority": 2**70}, "priority"),
        ({"connect_s": 0}, "connect_s"),
        ({"idle_s": -1}, "idle_s"),
        ({"enabled": "perhaps"}, "enabled"),
        ({"dialects": ["klingon"]}, "dialects"),
        ({"proxy": "ftp://127.0.0.1"}, "proxy"),
        ({"api_version": "x" * 41}, "api_version"),
        ({"models": "gpt-4o"}, "models"),
        ({"models": [""]}, "models"),
        ({"models": ["x" * 201]}, "models"),
        ({"models": [{"upstream": "gpt-4o"}]}, "models.0.name"),
        ({"models": [{"name": "a", "nonsense": 1}]}, "models.0.nonsense"),
        ({"api_keys": "sk-1"}, "api_keys"),
        ({"api_keys": [None]}, "api_keys.0"),
        ({"api_keys": ["…0000"]}, "api_keys"),
        ({"api_keys": ["clé"]}, "api_keys"),
    ],
    ids=lambda value: json.dumps(value)[:50] if isinstance(value, dict) else "",
)
def test_wrong_input_is_refused_by_field(novapi: Novapi, wrong: dict[str, Any], field: str) -> None:
    response = novapi.api("POST", "/channels", json=BODY | wrong)

    assert response.status_code == 422
    answer = response.json()
    assert set(answer) == {"detail", "fields"}
    assert field in answer["fields"]
    assert all(isinstance(text, str) and text for text in answer["fields"][field])
    assert isinstance(answer["detail"], str)
    assert BODY["name"] not in [channel["name"] for channel in novapi.api("GET", "/channels").json()]


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": {"X Title": "a"}},
        {"api_keys": ["sk-a\nsk-b"]},
        {"proxy": "http://"},
        {"models": [{"name": "d", "upstream": "one"}, {"name": "d", "upstream": "two"}]},
    ],
    ids=json.dumps,
)
def test_input_that_can_not_work_is_refused(novapi: Novapi, wrong: dict[str, Any]) -> None:
    response = novapi.api("POST", "/channels", json=BODY | {"name": "Can't work"} | wrong)

    if response.status_code == 201:
        delete(novapi, response.json())
    assert response.status_code == 422


@pytest.mark.parametrize("number", ["1e999", "Infinity", "NaN"])
def test_time_without_end_is_refused(novapi: Novapi, number: str) -> None:
    response = send(novapi, "POST", "/channels", json.dumps(BODY)[:-1] + f', "connect_s": {number}}}')

    if response.status_code == 201:
        delete(novapi, response.json())
    assert response.status_code == 422


def test_fields_are_those_of_the_request(novapi: Novapi) -> None:
    response = novapi.api("POST", "/channels", json=BODY | {"models": [{"name": "a", "nonsense": 1}]})

    assert set(response.json()["fields"]) == {"models.0.nonsense"}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "[" * 50_000], ids=lambda text: text[:6] or "empty")
def test_body_that_is_no_object_is_refused_as_json(novapi: Novapi, text: str) -> None:
    response = send(novapi, "POST", "/channels", text)

    assert response.status_code in (400, 422)
    assert response.json()["detail"]


def test_missing_members_are_named(novapi: Novapi) -> None:
    response = novapi.api("POST", "/channels", json={})

    assert response.status_code == 422
    assert set(response.json()["fields"]) == {"name", "provider"}


def test_name_is_given_once(novapi: Novapi) -> None:
    first, second = create(novapi, "Twice"), create(novapi, "Not twice")

    again = novapi.api("POST", "/channels", json=BODY | {"name": "Twice"})
    renamed = novapi.api("PATCH", f"/channels/{second['id']}", json={"name": "Twice"})
    itself = novapi.api("PATCH", f"/channels/{first['id']}", json={"name": "Twice"})

    assert [again.status_code, renamed.status_code, itself.status_code] == [422, 422, 200]
    assert "name" in again.json()["fields"]
    assert "name" in renamed.json()["fields"]


def test_refused_change_changes_nothing(novapi: Novapi) -> None:
    before = create(novapi, "Atomic", api_keys=[SECRET], models=["atomic"])

    response = novapi.api(
        "PATCH", f"/channels/{before['id']}", json={"name": "Other", "models": ["other"], "api_keys": ["…0000"]}
    )

    assert response.status_code == 422
    assert novapi.api("GET", f"/channels/{before['id']}").json() == before


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "LOCALHOST"])
def test_channel_that_points_at_novapi_itself_is_refused(novapi: Novapi, host: str) -> None:
    response = novapi.api("POST", "/channels", json=BODY | {"base_url": f"http://{host}:{novapi.port}/v1"})

    assert response.status_code == 422
    assert "base_url" in response.json()["fields"]


@pytest.mark.parametrize("provider", ["ollama", "local"])
def test_engine_of_this_machine_needs_no_key(novapi: Novapi, provider: str) -> None:
    channel = create(novapi, f"Engine {provider}", provider=provider, base_url="http://127.0.0.1:11434")

    assert channel["api_keys"] == []


@pytest.mark.parametrize("path", ["/channels/999999", "/channels/0", "/channels/99999999999999999999999", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_not_found(novapi: Novapi, method: str, path: str) -> None:
    response = novapi.api(method, path, json={} if method == "PATCH" else None)

    assert response.status_code == 404
    assert response.json()["detail"]


@pytest.mark.parametrize("action", ["test", "fetch-models"])
def test_channel_that_is_not_there_can_not_be_tried(novapi: Novapi, action: str) -> None:
    response = novapi.api("POST", f"/channels/999999/{action}")

    assert response.status_code == 404
    assert response.json()["detail"]


def key_ids(channel: dict[str, Any]) -> list[int]:
    return [key["id"] for key in channel["api_keys"]]


def test_keys_come_and_go_one_by_one(novapi: Novapi) -> None:
    channel = create(novapi, "One by one", api_keys=["sk-first-of-three-1111", "sk-other-of-three-1111"])
    path = f"/channels/{channel['id']}"
    first, second = key_ids(channel)

    added = novapi.api("PATCH", path, json={"add_api_keys": ["sk-third-of-three-3333", "sk-first-of-three-1111", " "]})
    left = novapi.api("PATCH", path, json={"remove_key_ids": [first]})

    assert masked(added.json()) == ["…1111", "…1111", "…3333"]
    assert key_ids(added.json())[:2] == [first, second]
    assert key_ids(left.json()) == key_ids(added.json())[1:]


def test_key_that_is_switched_off_is_not_used_until_it_is_switched_on(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        keys = ["sk-key-to-leave-alone-1111", "sk-key-to-be-used-2222"]
        channel = create(novapi, "Switched", base_url=upstream.url, api_keys=keys, models=["switched"])
        path = f"/channels/{channel['id']}"
        first, second = key_ids(channel)

        off = novapi.api("PATCH", path, json={"disabled_key_ids": [first]}).json()
        novapi.chat("switched")
        on = novapi.api("PATCH", path, json={"disabled_key_ids": [second]}).json()
        novapi.chat("switched")

    assert [key["enabled"] for key in off["api_keys"]] == [False, True]
    assert [key["enabled"] for key in on["api_keys"]] == [True, False]
    assert [call.headers["authorization"][-4:] for call in upstream.received] == ["2222", "1111"]


@pytest.mark.parametrize("field", ["remove_key_ids", "disabled_key_ids"])
def test_key_of_another_channel_is_refused(novapi: Novapi, field: str) -> None:
    other = create(novapi, f"Owner of the key ({field})", api_keys=[SECRET])
    channel = create(novapi, f"Without a key ({field})")

    response = novapi.api("PATCH", f"/channels/{channel['id']}", json={field: key_ids(other)})

    assert response.status_code == 422
    assert field in response.json()["fields"]


def test_model_that_is_kept_but_not_offered_serves_no_more(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        channel = create(novapi, "Keeps a model", base_url=upstream.url, models=[{"name": "kept", "price_input": 3}])
        path = f"/channels/{channel['id']}"

        kept = novapi.api("PATCH", path, json={"models": [{"name": "kept", "enabled": False}]}).json()["models"][0]
        refused = novapi.chat("kept")
        novapi.api("PATCH", path, json={"models": [{"name": "kept", "enabled": True}]})

        assert (kept["enabled"], kept["price_input"]) == (False, 3)
        assert refused.status_code == 404
        assert novapi.chat("kept").status_code == 200


def test_duplicate_has_everything_but_name_and_switch(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        models = [{"name": "twin-model", "upstream": "there", "price_input": 2}]
        channel = create(novapi, "Twin", base_url=upstream.url, api_keys=[SECRET], models=models, priority=3)

        made = novapi.api("POST", f"/channels/{channel['id']}/duplicate")
        again = novapi.api("POST", f"/channels/{channel['id']}/duplicate")
        delete(novapi, channel)
        novapi.api("PATCH", f"/channels/{made.json()['id']}", json={"enabled": True})
        novapi.chat("twin-model")

    assert made.status_code == 201
    twin = made.json()
    assert (twin["name"], again.json()["name"], twin["enabled"]) == ("Twin (2)", "Twin (3)", False)
    assert (twin["models"], twin["priority"], masked(twin)) == (channel["models"], 3, masked(channel))
    assert upstream.received[0].headers["authorization"] == f"Bearer {SECRET}"
