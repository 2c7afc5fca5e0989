"""Settings: what is saved is in force, what is wrong is said where it is, and nothing is lost unasked."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from tests.dashboard.test_one_api import one_api
from tests.running import Novapi, eventually


def opened(page: Page, tab: str) -> None:
    page.goto(urljoin(page.url, f"/settings?tab={tab}"))


def test_preferences_are_saved_by_section_and_say_so(page: Page, running: Novapi) -> None:
    opened(page, "routing")
    section = page.get_by_role("form", name="Attempts and failing channels")

    section.get_by_role("textbox", name="Attempts per call").fill("2")
    section.get_by_role("textbox", name="Failures that pause a key").fill("")
    section.get_by_role("switch", name="Keep conversations with one key").click()
    section.get_by_role("button", name="Save").click()

    expect(section.get_by_role("status")).to_contain_text("Saved")
    saved = running.api("GET", "/preferences").json()
    assert (saved["max_attempts"], saved["failures_to_pause"], saved["sticky"]) == (2, None, False)


def test_a_wrong_number_is_said_beside_its_field(page: Page) -> None:
    opened(page, "routing")
    section = page.get_by_role("form", name="Attempts and failing channels")

    section.get_by_role("textbox", name="Attempts per call").fill("11")
    section.get_by_role("button", name="Save").click()

    expect(section.get_by_role("alert")).to_have_text("From 1 to 10.")
    section.get_by_role("button", name="Discard").click()
    expect(section.get_by_role("alert")).to_have_count(0)


def test_leaving_with_unsaved_changes_asks_first(page: Page) -> None:
    opened(page, "recording")
    field = page.get_by_role("textbox", name="Keep them for")
    field.fill("7")

    page.get_by_role("tab", name="Network").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(field).to_have_value("7")

    page.get_by_role("link", name="Models").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Discard changes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")


def test_a_change_from_elsewhere_shows_without_touching_what_is_typed(page: Page, running: Novapi) -> None:
    opened(page, "recording")
    typed = page.get_by_role("textbox", name="Keep them for")
    typed.fill("7")

    running.api("PATCH", "/preferences", json={"capture_mb": 512, "capture_days": 12})

    expect(page.get_by_role("textbox", name="Space they may take")).to_have_value("512")
    expect(typed).to_have_value("7")
    page.get_by_role("form", name="Requests and answers").get_by_role("button", name="Discard").click()


def test_an_app_key_is_made_copied_changed_and_deleted(
    page: Page, running: Novapi, axe: Callable[[Page], None]
) -> None:
    opened(page, "keys")
    page.get_by_role("button", name="New app key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Chatbox")
    dialog.get_by_role("textbox", name="Budget per day").fill("2.5")
    dialog.get_by_role("button", name="Make the key").click()
    dialog.get_by_role("button", name="Copy key").click()
    token = page.evaluate("navigator.clipboard.readText()")
    chat = {"model": "novapi/echo", "messages": [{"role": "user", "content": "hi"}]}
    assert running.http.post("/v1/chat/completions", headers={"x-api-key": token}, json=chat).status_code == 200
    dialog.get_by_role("button", name="Done").click()

    row = page.get_by_role("row").filter(has_text="Chatbox")
    expect(row).to_contain_text("$0.00 of $2.50 today")
    axe(page)
    row.get_by_role("button", name="Edit Chatbox").click()
    dialog.get_by_role("textbox", name="Requests per minute").fill("30")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("30 requests/min")

    row.get_by_role("button", name="Switch Chatbox off").click()
    expect(row).to_contain_text("Off")
    row.get_by_role("button", name="Delete Chatbox").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert running.http.post("/v1/chat/completions", headers={"x-api-key": token}, json=chat).status_code == 401


def test_a_name_that_is_taken_is_said_at_the_name(page: Page, running: Novapi, expected_errors: list[str]) -> None:
    expected_errors.append("status of 422")
    running.api("POST", "/keys", json={"name": "Taken"})
    opened(page, "keys&key=0")
    dialog = page.get_by_role("dialog")

    dialog.get_by_role("textbox", name="Name").fill("Taken")
    dialog.get_by_role("button", name="Make the key").click()

    expect(dialog.get_by_role("alert")).to_contain_text("already exists")
    expect(dialog.get_by_role("textbox", name="Name")).to_have_attribute("aria-invalid", "true")


def test_the_master_key_is_replaced_only_after_a_warning(page: Page, running: Novapi) -> None:
    opened(page, "keys")
    page.get_by_role("button", name="Show the key").click()
    expect(page.get_by_text(running.key)).to_be_visible()

    page.get_by_role("button", name="Replace the key").click()
    warning = page.get_by_role("alertdialog")
    expect(warning).to_contain_text("The old key stops working at once")
    warning.get_by_role("button", name="Replace the key").click()

    expect(page.get_by_text("The master key is a new one.")).to_be_visible()
    expect(page.get_by_text(running.key)).to_have_count(0)
    eventually(lambda: running.api("GET", "/status").status_code == 401)
    page.get_by_role("button", name="Show the key").click()
    shown = page.get_by_text(re.compile("^nv-[^…]+$"))
    running.key = shown.inner_text()
    assert running.api("GET", "/status").status_code == 200


def test_language_and_theme_change_at_once_and_stay(page: Page) -> None:
    opened(page, "appearance")
    page.get_by_role("radio", name="Dark").click()
    page.get_by_role("radio", name="中文").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("设置")
    page.reload()
    expect(page.get_by_role("radio", name="深色")).to_be_checked()
    assert page.evaluate("document.documentElement.classList.contains('dark')")


def test_language_and_theme_come_along_to_another_port(page: Page, tmp_path: Path) -> None:
    opened(page, "appearance")
    page.get_by_role("radio", name="Dark").click()
    page.get_by_role("radio", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("设置")

    with Novapi(tmp_path / "elsewhere") as elsewhere:
        page.goto(elsewhere.launch_link)

        expect(page.get_by_role("link", name="设置")).to_be_visible()
        assert page.evaluate("document.documentElement.classList.contains('dark')")
        page.goto("about:blank")


def test_offline_mode_is_a_switch_that_works_at_once(page: Page, running: Novapi) -> None:
    opened(page, "network")
    switch = page.get_by_role("switch", name="Call only engines on this computer")

    switch.click()
    expect(page.get_by_text("Offline mode: only engines")).to_be_visible()
    assert running.api("GET", "/preferences").json()["offline"]
    page.get_by_role("button", name="Go online").click()

    expect(switch).not_to_be_checked()


def test_about_names_the_libraries_of_both_sides(page: Page, running: Novapi) -> None:
    opened(page, "about")

    server = page.get_by_role("table", name="Libraries of the server")
    expect(server.get_by_role("cell", name="Django", exact=True)).to_be_visible()
    dashboard = page.get_by_role("table", name="Libraries of the dashboard")
    expect(dashboard.get_by_role("cell", name="react", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Management API")).to_have_attribute("href", "/api/docs")
    in_full = page.get_by_role("link", name="Licences in full").get_attribute("href")
    licences = page.request.get(f"http://localhost:{running.port}{in_full}").text()
    assert "Copyright (c) Meta Platforms, Inc. and affiliates." in licences


def test_a_backup_with_keys_comes_back_whole(page: Page, running: Novapi, tmp_path: Path) -> None:
    running.api("POST", "/keys", json={"name": "Comes back"})
    opened(page, "backup")
    page.get_by_role("switch", name="With keys").click()
    page.get_by_role("textbox", name="Passphrase", exact=True).fill("correct horse 马")
    download_button = page.get_by_role("button", name="Download a backup")
    expect(download_button).to_be_disabled()
    page.get_by_role("textbox", name="Passphrase again").fill("correct horse 马")
    with page.expect_download() as download:
        download_button.click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    (lost,) = [key for key in running.api("GET", "/keys").json() if key["name"] == "Comes back"]
    running.api("DELETE", f"/keys/{lost['id']}")

    choose(page, "Choose a backup", file)
    page.get_by_role("textbox", name="Its passphrase").fill("correct horse 马")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("This is in the backup:")).to_be_visible()
    page.get_by_role("button", name="Replace everything with it").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Replace everything with it").click()

    expect(page.get_by_text("The backup is in force:")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="a restore")).to_be_visible()
    assert "Comes back" in [key["name"] for key in running.api("GET", "/keys").json()]


def test_a_file_that_is_no_backup_is_refused_in_words(page: Page, tmp_path: Path, expected_errors: list[str]) -> None:
    expected_errors.append(r"status of 4\d\d")
    (tmp_path / "photo.jpg").write_bytes(b"no backup at all")
    opened(page, "backup")

    choose(page, "Choose a backup", tmp_path / "photo.jpg")

    expect(page.get_by_role("alert")).to_contain_text("backup")
    expect(page.get_by_role("button", name="Replace everything with it")).to_have_count(0)


def test_moving_in_from_one_api_is_reported_before_it_is_done(page: Page, running: Novapi, tmp_path: Path) -> None:
    rows = [{"id": 1, "type": 1, "key": "sk-there-0001", "name": "OpenAI there", "models": "gpt-4o"}]
    file = one_api(tmp_path / "one-api.db", channels=rows)
    opened(page, "backup")

    choose(page, "Choose one-api.db", file)
    table = page.get_by_role("table", name="Channels")
    expect(table.get_by_role("row").filter(has_text="OpenAI there")).to_contain_text("Added")
    assert running.api("GET", "/channels").json() == []
    page.get_by_role("button", name="Import 1 entry").click()

    expect(page.get_by_text("This came of the One-API database:")).to_be_visible()
    assert [each["name"] for each in running.api("GET", "/channels").json()] == ["OpenAI there"]


def choose(page: Page, button: str, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(file)
