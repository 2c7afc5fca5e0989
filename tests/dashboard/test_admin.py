"""The engineer's drawer through the front door: every page renders for the owner, and what it saves is in force."""

import html
import re
from itertools import count
from typing import Any

import httpx
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

SECRET = "sk-typed-into-the-admin-5566"
MODELS = [
    "channels_app/channel", "channels_app/alias", "channels_app/clientkey", "channels_app/preferences",
    "gateway/usagerecord",
]  # fmt: skip
READ_ONLY = "gateway/usagerecord"
_numbers = count(1)


def form_of(page: httpx.Response) -> dict[str, str]:
    """The fields of a page's form as a browser would send them back."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        attributes = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if attributes.get("type") not in ("checkbox", "submit") or re.search(r"\schecked[\s>]", tag):
            fields[attributes.get("name", "")] = attributes.get("value", "on" if "checked" in tag else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\s*(.*?)</textarea>', page.text, re.DOTALL):
        fields[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page.text, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\sselected', options)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("", None)
    fields.pop("_save", None)
    return fields


def submit(browser: httpx.Client, path: str, **changes: str) -> httpx.Response:
    """Fill in a page's form and send it; a field set to the empty text `-` is left out."""
    page = browser.get(path)
    assert page.status_code == 200
    fields = {name: value for name, value in (form_of(page) | changes).items() if value != "-"}
    return browser.post(path, data=fields, headers={"origin": str(browser.base_url).rstrip("/")})


def act(browser: httpx.Client, model: str, action: str, *ids: int) -> httpx.Response:
    """Run an action on the ticked rows of a list."""
    path = f"/admin/{model}/"
    token = form_of(browser.get(path))["csrfmiddlewaretoken"]
    data: dict[str, Any] = {"csrfmiddlewaretoken": token, "action": action, "_selected_action": list(map(str, ids))}
    return browser.post(path, data=data, headers={"origin": str(browser.base_url).rstrip("/")}, follow_redirects=True)


def make_channel(novapi: Novapi, **members: Any) -> tuple[int, str]:
    name = f"Drawer {next(_numbers)}"
    base = members.pop("base_url", "http://127.0.0.1:9/v1")
    model = novapi.add_channel(base, name=name, api_keys=[SECRET], **members)
    return next(row["id"] for row in novapi.api("GET", "/channels").json() if row["name"] == name), model


def rows_of(novapi: Novapi, model: str) -> list[Any]:
    return [row[0] for row in novapi.rows(f"SELECT id FROM {model.replace('/', '_')} LIMIT 1")]


@pytest.fixture
def filled(novapi: Novapi) -> Novapi:
    """The running Novapi with at least one row of everything."""
    with FakeUpstream(json_reply(completion())) as upstream:
        _, model = make_channel(novapi, base_url=upstream.url)
        novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
    novapi.api("POST", "/aliases", json={"name": f"drawer-{next(_numbers)}", "models": [model]})
    return novapi


def test_index_shows_everything_without_a_log_in(browser: httpx.Client) -> None:
    page = browser.get("/admin/")

    assert page.status_code == 200
    assert all(f'href="/admin/{model}/"' in page.text for model in MODELS)
    assert "/admin/auth/" not in page.text


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_row_renders_and_shows_no_secret(filled: Novapi, browser: httpx.Client, model: str) -> None:
    (row,) = rows_of(filled, model)

    pages = [browser.get(f"/admin/{model}/{rest}") for rest in ("", "?q=a", f"{row}/change/", f"{row}/history/")]

    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    shown = "".join(page.text for page in pages)
    assert SECRET not in shown
    assert filled.key not in shown


@pytest.mark.parametrize("model", ["channels_app/channel", "channels_app/alias", "channels_app/clientkey"])
def test_every_add_form_renders(browser: httpx.Client, model: str) -> None:
    assert browser.get(f"/admin/{model}/add/").status_code == 200


def test_channel_list_shows_masked_keys(filled: Novapi, browser: httpx.Client) -> None:
    assert "…5566" in browser.get("/admin/channels_app/channel/?q=Drawer").text


def test_usage_records_are_read_only(filled: Novapi, browser: httpx.Client) -> None:
    (row,) = rows_of(filled, READ_ONLY)
    token = {"csrfmiddlewaretoken": form_of(browser.get("/admin/channels_app/alias/add/"))["csrfmiddlewaretoken"]}

    page = browser.get(f"/admin/{READ_ONLY}/{row}/change/")
    posts = [
        browser.post(f"/admin/{READ_ONLY}/{rest}", data=token) for rest in ("add/", f"{row}/change/", f"{row}/delete/")
    ]

    assert 'name="_save"' not in page.text
    assert [post.status_code for post in posts] == [403, 403, 403]
    assert rows_of(filled, READ_ONLY) == [row]


def test_form_without_its_token_is_refused(browser: httpx.Client) -> None:
    response = browser.post("/admin/channels_app/alias/add/", data={"name": "no-token", "targets": '["a"]'})

    assert response.status_code == 403


def test_channel_made_in_the_admin_is_in_force(novapi: Novapi, browser: httpx.Client) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        response = submit(
            browser,
            "/admin/channels_app/channel/add/",
            name="Made in the drawer",
            provider="custom",
            base_url=upstream.url,
            **{"keys-TOTAL_FORMS": "1", "keys-0-new_key": SECRET, "keys-0-enabled": "on"},
            **{"models-TOTAL_FORMS": "1", "models-0-name": "drawer-made", "models-0-upstream": "u"},
            **{"models-0-enabled": "on"},
        )
        answer = novapi.chat("drawer-made")

    assert response.status_code == 302
    assert answer.status_code == 200
    assert upstream.received[0].headers["authorization"] == f"Bearer {SECRET}"


def test_channel_saved_unchanged_keeps_its_key(novapi: Novapi, browser: httpx.Client) -> None:
    row, _ = make_channel(novapi)
    before = novapi.api("GET", f"/channels/{row}").json()

    response = submit(browser, f"/admin/channels_app/channel/{row}/change/")

    assert response.status_code == 302
    assert novapi.api("GET", f"/channels/{row}").json() == before | {
        "updated_at": novapi.api("GET", f"/channels/{row}").json()["updated_at"]
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "nowhere"},
        {"weight": "0"},
        {"headers": "{"},
        {"headers": "[3]"},
        {"name": ""},
        {"connect_s": "-1"},
    ],
    ids=str,
)
def test_wrong_form_comes_back_with_the_reason(novapi: Novapi, browser: httpx.Client, wrong: dict[str, str]) -> None:
    row, _ = make_channel(novapi)

    response = submit(browser, f"/admin/channels_app/channel/{row}/change/", **wrong)

    assert response.status_code == 200
    assert "errornote" in response.text


@pytest.mark.parametrize(
    "key",
    [
        SECRET,
        "clé-with-an-accent",
    ],
)
def test_wrong_key_comes_back_with_the_reason(novapi: Novapi, browser: httpx.Client, key: str) -> None:
    row, _ = make_channel(novapi)

    response = submit(
        browser,
        f"/admin/channels_app/channel/{row}/change/",
        **{"keys-TOTAL_FORMS": "2", "keys-1-new_key": key, "keys-1-enabled": "on", "keys-1-channel": str(row)},
    )

    assert response.status_code == 200
    assert "errorlist" in response.text


def test_client_key_made_in_the_admin_is_shown_once_and_works(novapi: Novapi, browser: httpx.Client) -> None:
    response = submit(browser, "/admin/channels_app/clientkey/add/", name=f"Drawer app {next(_numbers)}")

    page = browser.get(response.headers["location"])
    (token,) = re.findall(r"nv-[\w-]{43}", page.text)
    assert novapi.http.get("/v1/models", headers={"x-api-key": token}).status_code == 200
    assert token not in browser.get(response.headers["location"]).text


@pytest.mark.parametrize("change", [{"enabled": "-"}, {"expires_at_0": "2030-01-01", "expires_at_1": "00:00:00"}])
def test_master_key_can_not_be_switched_off(novapi: Novapi, browser: httpx.Client, change: dict[str, str]) -> None:
    master = novapi.api("GET", "/keys/master").json()

    response = submit(browser, f"/admin/channels_app/clientkey/{master['id']}/change/", **change)

    assert response.status_code == 200
    assert "errornote" in response.text


@pytest.mark.parametrize("action", ["disable", "delete_keys"])
def test_master_key_survives_every_action(novapi: Novapi, browser: httpx.Client, action: str) -> None:
    master = novapi.api("GET", "/keys/master").json()
    other = novapi.api("POST", "/keys", json={"name": f"Beside it {next(_numbers)}"}).json()

    response = act(browser, "channels_app/clientkey", action, master["id"], other["id"])

    assert response.status_code == 200
    assert novapi.api("GET", "/status").status_code == 200
    assert novapi.http.get("/v1/models", headers={"x-api-key": other["key"]}).status_code == 401


@pytest.mark.parametrize("by", ["api", "admin", "admin-page"])
def test_key_that_is_deleted_leaves_no_stopped_app(novapi: Novapi, browser: httpx.Client, by: str) -> None:
    key = novapi.api("POST", "/keys", json={"name": f"Deleted by {by}"}).json()
    headers = {"authorization": f"Bearer {key['key']}"}
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 5})
    for _ in range(6):
        novapi.call(json={"model": "nobody-has-it", "messages": []}, headers=headers)
    stopped = novapi.api("GET", "/status").json()["stopped_apps"]
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 50})
    page = f"/admin/channels_app/clientkey/{key['id']}/delete/"

    match by:
        case "api":
            novapi.api("DELETE", f"/keys/{key['id']}")
        case "admin":
            act(browser, "channels_app/clientkey", "delete_keys", key["id"])
        case _:
            submit(browser, page, post="yes")

    assert novapi.api("GET", f"/keys/{key['id']}").status_code == 404
    assert (stopped, novapi.api("GET", "/status").json()["stopped_apps"]) == (1, 0)


def test_channels_are_switched_by_action_at_once(novapi: Novapi, browser: httpx.Client) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        row, model = make_channel(novapi, base_url=upstream.url)

        act(browser, "channels_app/channel", "disable", row)
        disabled = novapi.chat(model)
        act(browser, "channels_app/channel", "enable", row)
        enabled = novapi.chat(model)

    assert [disabled.status_code, enabled.status_code] == [404, 200]


def test_channels_are_tried_by_action(novapi: Novapi, browser: httpx.Client) -> None:
    listed = json_reply({"data": [{"id": "a"}]})
    answers = json_reply(completion())
    with FakeUpstream(lambda call: (listed if call.method == "GET" else answers)(call)) as upstream:
        good, model = make_channel(novapi, base_url=upstream.url)
        down, _ = make_channel(novapi)

        page = act(browser, "channels_app/channel", "test", good, down)

    assert page.status_code == 200
    assert f"{model} answered" in page.text
    assert 'class="error"' in page.text
    assert SECRET not in page.text


def test_preferences_are_changed_but_not_added_to(novapi: Novapi, browser: httpx.Client) -> None:
    response = submit(browser, "/admin/channels_app/preferences/1/change/", max_attempts="3")
    changed = novapi.api("GET", "/preferences").json()["max_attempts"]
    submit(browser, "/admin/channels_app/preferences/1/change/", max_attempts="4")

    assert response.status_code == 302
    assert changed == 3
    assert browser.get("/admin/channels_app/preferences/add/").status_code == 403


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("admin/css/base.css", "text/css"),
        ("admin/js/core.js", "text/javascript"),
        ("admin/img/icon-yes.svg", "image/svg+xml"),
        ("ninja/swagger-ui.css", "text/css"),
    ],
)
def test_static_file_is_served_with_its_type(novapi: Novapi, path: str, content_type: str) -> None:
    whole, head = novapi.http.get(f"/static/{path}"), novapi.http.head(f"/static/{path}")

    assert whole.status_code == head.status_code == 200
    assert whole.headers["content-type"].startswith(content_type)
    assert whole.content
    assert not head.content


def test_static_file_that_the_browser_has_is_not_sent_again(novapi: Novapi) -> None:
    first = novapi.http.get("/static/admin/css/base.css")

    again = novapi.http.get(
        "/static/admin/css/base.css", headers={"if-modified-since": first.headers["last-modified"]}
    )

    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize(
    "path", ["", "admin", "nothing.css", "%2e%2e/manage.py", "admin/%2e%2e/%2e%2e/manage.py", "..%2fmanage.py", "%00"]
)
def test_no_other_file_is_served(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(f"/static/{path}")

    assert response.status_code == 404


def test_static_files_are_only_read(novapi: Novapi) -> None:
    assert novapi.http.post("/static/admin/css/base.css").status_code == 404


def test_engine_is_set_up_in_the_admin(novapi: Novapi, browser: httpx.Client) -> None:
    number, _ = make_channel(novapi)
    command = "llama-server -m 'my model.bin' --port ${PORT}"
    answer = submit(
        browser, f"/admin/channels_app/channel/{number}/change/", provider="local", command=command, env='{"A": "1"}',
        idle_stop_s="600",
    )  # fmt: skip
    assert answer.status_code == 302, answer.text
    channel = novapi.api("GET", f"/channels/{number}").json()
    assert (channel["command"], channel["env"], channel["idle_stop_s"]) == (command, {"A": "1"}, 600)
    assert channel["engine"]["state"] == "stopped"
