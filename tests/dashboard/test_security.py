"""Who gets in: the owner by launch link, cookie or master key; no app, and no page of another site."""

import re
import time

import httpx
import pytest
from django.core.signing import TimestampSigner, b62_encode

from tests.running import Novapi

DAY = 24 * 3600
API_PATHS = [
    "/api/channels", "/api/channels/1", "/api/channels/1/test", "/api/channels/1/fetch-models", "/api/keys",
    "/api/keys/1", "/api/keys/master", "/api/keys/master/rotate", "/api/aliases", "/api/aliases/1", "/api/providers",
    "/api/models", "/api/preferences", "/api/status", "/api/about", "/api/docs", "/api/openapi.json",
    "/api/usage/records/nv_1", "/api/usage/records/nv_1/replay", "/api/usage/records/nv_1/code",
    "/api/backup", "/api/backups", "/api/restore", "/api/import/one-api",
    "/api/", "/api/nothing",
]  # fmt: skip
PAGES = [
    "/", "/admin/", "/admin/login/", "/admin/channels_app/channel/", "/admin/channels_app/channel/add/",
    "/admin/jsi18n/", "/v1/docs", "/v1/openapi.json", "/nothing", "/index.html",
]  # fmt: skip
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
GATEWAY_PATHS = ["/v1/models", "/v1/chat/completions", "/chat/completions", "/v1/nothing"]


def cookie(novapi: Novapi, value: str = "owner", age_s: float = 0, key: str | None = None) -> dict[str, str]:
    """A session as Novapi would have signed it `age_s` seconds ago, or with another key."""

    class Earlier(TimestampSigner):
        def timestamp(self) -> str:
            return b62_encode(int(time.time() - age_s))

    signer = Earlier(key=key or (novapi.home / "secret.key").read_text().strip(), salt="novapi.session")
    return {"cookie": f"novapi_session={signer.sign(value)}"}


@pytest.mark.parametrize("path", API_PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_management_api_without_credentials_is_refused_as_json(novapi: Novapi, method: str, path: str) -> None:
    response = novapi.http.request(method, path)

    assert response.status_code == 401
    assert set(response.json()) == {"detail"}


@pytest.mark.parametrize("path", PAGES)
def test_page_without_credentials_says_how_to_open_novapi(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(path, headers=BROWSER)

    assert response.status_code == 401
    assert response.headers["content-type"].startswith("text/html")
    assert "novapi serve" in response.text
    assert "password" not in response.text.lower()


@pytest.mark.parametrize("path", ["/", "/nothing", "/v2/chat/completions", "/chat", "/admin/"])
@pytest.mark.parametrize("is_owner", [True, False])
def test_app_with_a_wrong_address_is_answered_in_json(novapi: Novapi, path: str, is_owner: bool) -> None:
    response = novapi.http.post(path, json={}, headers=novapi.authorization if is_owner else {})

    assert response.status_code in ((403, 404) if is_owner else (401,))
    assert response.json()["error"]["message"].startswith("Novapi: ")


def test_page_that_is_not_there_leads_back(browser: httpx.Client) -> None:
    response = browser.get("/nothing", headers=BROWSER)

    assert response.status_code == 404
    assert "There is no /nothing here" in response.text
    assert 'href="/"' in response.text


@pytest.mark.parametrize("path", GATEWAY_PATHS)
def test_gateway_without_a_key_is_refused_in_the_caller_s_dialect(novapi: Novapi, path: str) -> None:
    response = novapi.http.post(path, json={}) if path != "/v1/models" else novapi.http.get(path)

    assert response.status_code in (401, 404)
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/v1/docs", "/openai/v1/docs", "/v1/v1/openapi.json", "/openai/v1/openapi.json"])
def test_documentation_by_a_forgiven_path_is_no_way_in(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(path)

    assert response.status_code in (401, 404)


def test_launch_link_signs_the_browser_in_and_is_forgotten(novapi: Novapi) -> None:
    response = httpx.get(novapi.launch_link, trust_env=False)

    set_cookie = response.headers["set-cookie"]
    assert response.status_code == 302
    assert response.headers["location"] == "/"
    assert {"HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={30 * DAY}"} <= set(set_cookie.split("; "))
    assert "token" not in response.headers["location"]
    assert response.headers["referrer-policy"] == "no-referrer"


def test_launch_link_keeps_the_page_and_the_rest_of_the_query(novapi: Novapi) -> None:
    link = novapi.launch_link.replace("/?", "/admin/channels_app/channel/?q=a%26b&")

    response = httpx.get(link, trust_env=False)

    assert response.headers["location"] == "/admin/channels_app/channel/?q=a%26b"


def test_launch_link_never_leads_to_another_site(novapi: Novapi) -> None:
    token = novapi.launch_link.partition("token=")[2]

    response = httpx.get(f"http://127.0.0.1:{novapi.port}//evil.example/?token={token}", trust_env=False)

    assert not response.headers.get("location", "").startswith("//")


def test_signed_in_browser_may_use_everything(browser: httpx.Client) -> None:
    answers = [browser.get(path) for path in ("/api/status", "/admin/", "/v1/docs", "/api/docs", "/v1/openapi.json")]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert 'type="password"' not in answers[1].text


def test_signed_in_browser_may_change_things(browser: httpx.Client) -> None:
    origin = str(browser.base_url).rstrip("/")

    made = browser.post(
        "/api/aliases",
        json={"name": "by-browser", "models": ["a"]},
        headers={"origin": origin, "sec-fetch-site": "same-origin"},
    )

    assert made.status_code == 201
    assert browser.delete(f"/api/aliases/{made.json()['id']}", headers={"origin": origin}).status_code == 204


@pytest.mark.parametrize("token", ["wrong", "", "%00", "%ff", "é", "x" * 5000])
@pytest.mark.parametrize("path", ["/", "/admin/", "/v1/docs", "/api/status"])
def test_wrong_launch_token_is_refused(novapi: Novapi, path: str, token: str) -> None:
    response = novapi.http.get(f"{path}?token={token}")

    assert response.status_code == 401
    assert "set-cookie" not in response.headers


def test_token_in_the_address_of_an_api_call_is_no_credential(novapi: Novapi) -> None:
    token = novapi.launch_link.partition("token=")[2]

    response = novapi.http.get(f"/api/status?token={token}")

    assert response.status_code == 401


def test_master_key_opens_the_management_api(novapi: Novapi) -> None:
    assert novapi.api("GET", "/status").status_code == 200


@pytest.mark.parametrize("path", ["/api/status", "/api/keys/master", "/admin/", "/"])
def test_key_of_an_app_does_not_open_the_management(novapi: Novapi, path: str) -> None:
    made = novapi.api("POST", "/keys", json={"name": f"App for {path}"}).json()

    response = novapi.http.get(path, headers={"authorization": f"Bearer {made['key']}"})

    assert response.status_code == 401
    assert made["key"] not in response.text


@pytest.mark.parametrize("header", ["Bearer", "Bearer nv-wrong", "Basic b3duZXI6", "nv-wrong", "Bearer \xff"])
def test_wrong_authorization_does_not_open_the_management(novapi: Novapi, header: str) -> None:
    response = novapi.http.get("/api/status", headers={"authorization": header.encode("latin-1")})

    assert response.status_code == 401


@pytest.mark.parametrize("place", ["x-api-key", "x-goog-api-key", "api-key"])
def test_master_key_in_another_header_does_not_open_the_management(novapi: Novapi, place: str) -> None:
    response = novapi.http.get("/api/status", headers={place: novapi.key})

    assert response.status_code == 401


def test_session_lasts_thirty_days(novapi: Novapi) -> None:
    fresh, last_day, old = (
        novapi.http.get("/api/status", headers=cookie(novapi, age_s=days * DAY)) for days in (0, 29, 31)
    )

    assert [fresh.status_code, last_day.status_code, old.status_code] == [200, 200, 401]


@pytest.mark.parametrize("forged", [{"key": "another-key"}, {"value": "somebody"}], ids=["key", "value"])
def test_session_that_novapi_did_not_make_is_refused(novapi: Novapi, forged: dict[str, str]) -> None:
    response = novapi.http.get("/api/status", headers=cookie(novapi, **forged))

    assert response.status_code == 401


@pytest.mark.parametrize("value", ["", "owner", "owner:1:x", "%00", "a:b:c:d"])
def test_session_that_is_no_session_is_refused(novapi: Novapi, value: str) -> None:
    response = novapi.http.get("/api/status", headers={"cookie": f"novapi_session={value}"})

    assert response.status_code == 401


FOREIGN: list[dict[str, str]] = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://localhost:9"},
    {"origin": "http://127.0.0.1"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/api/status", "/api/keys/master", "/admin/", "/", "/v1/docs"])
def test_page_of_another_site_is_refused_even_with_the_cookie(
    browser: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    response = browser.get(path, headers=headers)

    assert response.status_code == 403
    assert "nv-" not in response.text


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_page_of_another_site_is_refused_even_with_the_master_key(novapi: Novapi, headers: dict[str, str]) -> None:
    response = novapi.api("POST", "/aliases", json={"name": "by-evil", "models": ["a"]}, headers=headers)

    assert response.status_code == 403
    assert "by-evil" not in novapi.api("GET", "/aliases").text


def test_page_of_another_site_can_not_use_the_launch_link(novapi: Novapi) -> None:
    response = httpx.get(novapi.launch_link, headers={"sec-fetch-site": "cross-site"}, trust_env=False)

    assert response.status_code == 403
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "", "x/json"],
)
def test_body_that_any_page_could_send_is_refused(browser: httpx.Client, content_type: str) -> None:
    body = b'{"name": "by-form", "models": ["a"]}'

    response = browser.post("/api/aliases", content=body, headers={"content-type": content_type})

    if response.status_code == 201:
        browser.delete(f"/api/aliases/{response.json()['id']}")
    assert response.status_code == 415


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "localhost.evil.example", "10.0.0.1", "[::2]"])
@pytest.mark.parametrize(
    "path", ["/api/status", "/", "/admin/", "/v1/models", "/healthz", "/static/admin/css/base.css"]
)
def test_name_that_was_made_to_point_here_is_refused(novapi: Novapi, path: str, host: str) -> None:
    response = novapi.http.get(path, headers=novapi.authorization | {"host": host})

    assert response.status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:3000", "127.0.0.1:1", "[::1]:3000", "[::1]"])
def test_every_name_of_this_machine_is_answered(novapi: Novapi, host: str) -> None:
    response = novapi.http.get("/healthz", headers={"host": host})

    assert response.status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/channels", "/api/keys/master", "/", "/admin/", "/v1/chat/completions", "/healthz"]
)
def test_no_other_site_is_invited(browser: httpx.Client, path: str) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}

    answers = [browser.options(path, headers=asked), browser.get(path, headers=asked), browser.get(path)]

    assert not [name for answer in answers for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/v1/docs", "/api/docs", "/admin/", "/"])
def test_pages_need_nothing_from_the_network(browser: httpx.Client, path: str) -> None:
    page = browser.get(path, follow_redirects=True)

    loaded = re.findall(r"""(?:<script|<link|<img)[^>]*?(?:src|href)=["']([^"']+)""", page.text)
    assert page.status_code == 200
    assert loaded
    assert all(address.startswith(("/static/", "data:")) for address in loaded)
    assert all(browser.get(address).status_code == 200 for address in loaded if address.startswith("/"))
