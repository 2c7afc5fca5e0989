"""The dashboard as a browser gets it: its page and files, what they may do, and what there is before it is built."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.running import ROOT, Novapi

ROOMS = ("novapi_site", "dashboard", "gateway", "channels_app")
PAGE = (
    '<!doctype html><title>Novapi</title><script type="module" src="/static/dashboard/assets/index-1a2b.js"></script>'
)
SCRIPT = b"console.log('the dashboard');" * 100
PATHS = ["/", "/channels", "/models", "/log", "/usage", "/playground", "/connect", "/settings"]
BELOW = ["/log/nv_0123", "/channels/1", "/channels/", "/models/gpt-4o", "/settings/a/b?c=d"]
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ASSETS = "/static/dashboard/assets"


def build(checkout: Path, script: str, page: str = PAGE) -> None:
    """What `npm run build` leaves: everything anew."""
    folder = checkout / "dashboard" / "static" / "dashboard"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / script).write_bytes(SCRIPT)
    (folder / "assets" / f"{script}.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "assets" / f"{script}.br").write_bytes(b"packed smallest")
    (folder / "theme.js").write_text("// theme")
    (folder / ".inputs").write_text("a stamp")
    (folder / "index.html").write_text(page)


def check_out(folder: Path) -> Path:
    """The sources as they are cloned, nothing built."""
    unwanted = shutil.ignore_patterns("frontend", "__pycache__", "static")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=unwanted)
    shutil.copy(ROOT / "manage.py", folder)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser, signed in to a Novapi whose dashboard is the small one above."""
    checkout = check_out(tmp_path_factory.mktemp("built"))
    build(checkout, "index-1a2b.js")
    with Novapi(tmp_path_factory.mktemp("home") / "built", root=checkout) as novapi:
        yield from signed_in(novapi)


def signed_in(novapi: Novapi) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://localhost:{novapi.port}", timeout=30, trust_env=False) as client:
        assert client.get(novapi.launch_link).headers["location"] == "/"
        yield client


@pytest.mark.parametrize("path", [*PATHS, *BELOW])
def test_every_path_of_the_dashboard_is_its_page(built: httpx.Client, path: str) -> None:
    response = built.get(path, headers=BROWSER)

    assert response.status_code == 200
    assert response.text == PAGE
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/logs", "/channelsx", "/Log", "/index.html", "/home", "/dashboard", "/static"])
def test_any_other_path_is_not_found(built: httpx.Client, path: str) -> None:
    response = built.get(path, headers=BROWSER)

    assert response.status_code == 404
    assert "Nothing here" in response.text


@pytest.mark.parametrize("path", [*PATHS, *BELOW])
def test_dashboard_is_for_the_owner_only(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(path, headers=BROWSER)

    assert response.status_code == 401
    assert "novapi open" in response.text


def test_models_are_a_page_for_the_owner_and_a_list_for_an_app(browser: httpx.Client, novapi: Novapi) -> None:
    app = novapi.http.get("/models", headers={"x-api-key": novapi.key})

    assert browser.get("/models").headers["content-type"].startswith("text/html")
    assert app.json()["object"] == "list"


def test_page_is_only_read(built: httpx.Client) -> None:
    head = built.head("/log")
    wrong = built.post("/log", json={}, headers={"origin": str(built.base_url).rstrip("/")})

    assert (head.status_code, head.text) == (200, "")
    assert wrong.status_code in (403, 405)


def test_file_named_after_its_content_is_kept_for_a_year(built: httpx.Client) -> None:
    response = built.get(f"{ASSETS}/index-1a2b.js")

    assert response.content in (SCRIPT, b"packed smallest")
    assert set(response.headers["cache-control"].split(", ")) == {"public", "max-age=31536000", "immutable"}
    assert response.headers["content-type"].startswith("text/javascript")


def test_file_that_keeps_its_name_is_asked_for_each_time(built: httpx.Client) -> None:
    first = built.get("/static/dashboard/theme.js")
    again = built.get("/static/dashboard/theme.js", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("identity", None, SCRIPT),
        ("gzip, deflate", "gzip", gzip.compress(SCRIPT, mtime=0)),
        ("gzip, deflate, br, zstd", "br", b"packed smallest"),
    ],
)
def test_file_is_sent_packed_as_the_browser_likes_it(
    built: httpx.Client, accepted: str, encoding: str | None, content: bytes
) -> None:
    with built.stream("GET", f"{ASSETS}/index-1a2b.js", headers={"accept-encoding": accepted}) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers.get("content-encoding") == encoding
    assert int(response.headers["content-length"]) == len(raw)
    assert response.headers["vary"] == "Accept-Encoding"
    assert (gzip.decompress(raw) if encoding == "gzip" else raw) == (SCRIPT if encoding == "gzip" else content)


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        ".inputs",
        "",
        "assets",
        "assets/",
        "../../urls.py",
        "..%2f..%2fadmin.py",
        "assets/index-1a2b.js.gz",
    ],
)
def test_nothing_else_of_the_folder_is_sent(built: httpx.Client, path: str) -> None:
    response = built.get(f"/static/dashboard/{path}")

    assert response.status_code == 404


@pytest.mark.parametrize(
    "path", [f"{ASSETS}/index-1a2b.js", "/static/dashboard/theme.js", "/static/admin/css/base.css"]
)
def test_other_sites_can_not_load_our_files(built: httpx.Client, path: str) -> None:
    response = built.get(path, headers={"origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["x-content-type-options"] == "nosniff"


def test_new_build_is_served_without_a_restart(tmp_path: Path, home: Path) -> None:
    checkout = check_out(tmp_path / "sources")
    build(checkout, "index-1a2b.js")
    with Novapi(home, root=checkout) as novapi:
        for browser in signed_in(novapi):
            before = browser.get(f"{ASSETS}/index-1a2b.js").status_code

            build(checkout, "index-3c4d.js", PAGE.replace("1a2b", "3c4d"))

            assert "3c4d" in browser.get("/").text
            after = [browser.get(f"{ASSETS}/index-{name}.js").status_code for name in ("1a2b", "3c4d")]
            assert (before, after) == (200, [404, 200])


def test_file_that_is_removed_under_the_server_is_not_found(tmp_path: Path, home: Path) -> None:
    checkout = check_out(tmp_path / "sources")
    build(checkout, "index-1a2b.js")
    with Novapi(home, root=checkout) as novapi:
        before = novapi.http.get(f"{ASSETS}/index-1a2b.js").status_code

        shutil.rmtree(checkout / "dashboard" / "static" / "dashboard" / "assets")

        assert (before, novapi.http.get(f"{ASSETS}/index-1a2b.js").status_code) == (200, 404)


def test_without_a_build_the_page_says_how_to_build_it(tmp_path: Path, home: Path) -> None:
    with Novapi(home, root=check_out(tmp_path / "sources")) as novapi:
        for browser in signed_in(novapi):
            page, admin = browser.get("/channels"), browser.get("/admin/")

    assert page.status_code == 503
    assert "npm ci" in page.text
    assert 'href="/admin/"' in page.text
    assert admin.status_code == 200


POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data: blob:",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
}  # fmt: skip


@pytest.mark.parametrize("is_owner", [True, False])
@pytest.mark.parametrize("path", ["/", "/log/x", "/nothing", "/admin/", "/api/docs", "/v1/docs", "/api/status"])
def test_pages_may_run_our_own_scripts_only(browser: httpx.Client, path: str, is_owner: bool) -> None:
    cookies = dict(browser.cookies) if is_owner else {}

    response = httpx.get(f"{browser.base_url}{path}", headers=BROWSER, cookies=cookies, trust_env=False)

    assert set(response.headers["content-security-policy"].split("; ")) == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "same-origin"
    assert "microphone=()" in response.headers["permissions-policy"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/admin/", "/v1/docs"])
def test_what_opens_a_page_in_a_browser_keeps_no_hold_of_it(browser: httpx.Client, path: str) -> None:
    assert browser.get(path, headers=BROWSER).headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/nothing", "/admin/", "/admin/channels_app/channel/add/", "/api/docs"])
def test_pages_need_no_script_that_the_policy_forbids(browser: httpx.Client, path: str) -> None:
    page = browser.get(path, headers=BROWSER)

    scripts = [tag.partition(">")[0] for tag in page.text.split("<script")[1:]]
    assert [tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag] == []
    assert " onclick=" not in page.text
