"""The dashboard in Novapi's own window: Chromium with pywebview's own script in its pages, and a program behind it
whose answers each test chooses."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.fake_upstream import FakeUpstream, json_reply
from tests.running import Novapi, eventually, moved_program

STATE = {"platform": "linux", "tray": True, "autostart": False, "port": 3000, "wanted_port": 3000}
LATE_MS = 200  # the window puts its script into a page after that has loaded
FRAME = """
window.webkit = {messageHandlers: {jsBridge: {postMessage: async (text) => {
  const {funcName, params, id} = JSON.parse(text);
  const value = await window.toProgram(funcName, params);
  window.pywebview._returnValuesCallbacks[funcName][id]({value});
}}}};
setTimeout(() => { %s }, %d);
"""


class Program:
    """What the bridge leads to: `answers` by method, each a value or a function; `calls` in their order."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.answers: dict[str, Any] = {"state": STATE}

    def answer(self, name: str, params: list[Any]) -> str:
        self.calls.append((name, *params))
        answer = self.answers[name]
        return json.dumps(answer(*params) if callable(answer) else answer)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]


def frame() -> str:
    """What WebKitGTK and pywebview put around a page."""
    found = find_spec("webview")
    assert found
    assert found.origin
    script = (Path(found.origin).parent / "js" / "api.js").read_text()
    script = script.replace("%(token)s", "").replace("%(platform)s", "gtkwebkit2")
    return FRAME % (script, LATE_MS)


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def window(browser: Browser, running: Novapi, program: Program, expected_errors: list[str]) -> Iterator[Page]:
    with in_window(browser, running, program, expected_errors) as page:
        yield page


def in_window(browser: Browser, novapi: Novapi, program: Program, expected_errors: list[str]) -> Any:
    def enter(page: Page) -> None:
        page.expose_function("toProgram", program.answer)
        page.add_init_script(frame())

    return signed_in(browser, novapi, expected_errors, before=enter)


def opened(page: Page, running: Novapi, path: str) -> None:
    page.goto(f"http://localhost:{running.port}{path}")


def chosen(page: Page, entry: str) -> None:
    """An entry of the palette."""
    expect(page.get_by_label("Running")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("option", name=entry).click()


def test_browser_is_offered_nothing_of_the_window(page: Page, running: Novapi) -> None:
    opened(page, running, "/settings?tab=desktop")

    expect(page.get_by_role("tab", name="Keys", selected=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Desktop")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Keyboard shortcuts")).to_be_visible()
    expect(page.get_by_role("option", name="Quit Novapi")).to_have_count(0)
    page.keyboard.press("Escape")
    opened(page, running, "/channels?add=true")
    page.get_by_role("button", name="Start an engine by a command").click()
    expect(page.get_by_role("textbox", name="Command", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Choose a model file")).to_have_count(0)


def test_log_is_saved_where_the_owner_says(window: Page, running: Novapi, program: Program, tmp_path: Path) -> None:
    def save(name: str, path: str, body: Any) -> dict[str, Any]:
        content = running.api("GET", path.removeprefix("/api")).content
        (tmp_path / name).write_bytes(content)
        return {"path": str(tmp_path / name), "bytes": len(content)}

    program.answers["save_from"] = save
    assert running.call(json={"model": "novapi/echo", "messages": []}, headers={"x-novapi-app": "Kept"}).is_success
    opened(window, running, "/log?app=Kept")
    window.get_by_role("button", name="Export", exact=True).click()
    window.get_by_role("menuitem", name="CSV").click()

    expect(window.get_by_text(f"Saved to {tmp_path / 'novapi-usage.csv'}")).to_be_visible()
    assert "Kept" in (tmp_path / "novapi-usage.csv").read_text()
    ((_, path, body),) = program.called("save_from")
    assert (path, body) == ("/api/usage/export?app=Kept&format=csv", None)


def test_chosen_calls_are_saved_as_the_page_wrote_them(window: Page, running: Novapi, program: Program) -> None:
    program.answers["save_text"] = {"cancelled": True}
    assert running.call(json={"model": "novapi/echo", "messages": []}, headers={"x-novapi-app": "Chosen"}).is_success
    opened(window, running, "/log?app=Chosen")
    window.get_by_role("checkbox", name="Choose all calls shown").click()
    window.get_by_role("region", name="Chosen requests").get_by_role("button", name="JSON Lines").click()

    ((name, text),) = eventually(lambda: program.called("save_text"))
    assert (name, json.loads(text)["app"]) == ("novapi-calls.jsonl", "Chosen")


def test_backup_that_can_not_be_written_says_why(window: Page, running: Novapi, program: Program) -> None:
    program.answers["save_from"] = {"error": "The disk is full."}
    opened(window, running, "/settings?tab=backup")

    window.get_by_role("button", name="Download a backup").click()

    expect(window.get_by_role("alert")).to_have_text("The disk is full.")
    ((name, path, body),) = program.called("save_from")
    assert re.fullmatch(r"novapi-\d{4}-\d\d-\d\d\.novapi-backup", name)
    assert (path, body) == ("/api/backup", {"captures": False, "passphrase": None})


def test_links_that_lead_out_are_the_programs(window: Page, running: Novapi, program: Program) -> None:
    program.answers["open_link"] = {"error": "There is no browser."}
    opened(window, running, "/settings?tab=about")

    window.get_by_role("link", name="Management API").click()

    expect(window.get_by_text("There is no browser.")).to_be_visible()
    assert program.called("open_link") == [(f"http://localhost:{running.port}/api/docs",)]
    assert window.context.pages == [window]


def test_deep_link_is_opened_by_the_program(window: Page, running: Novapi, program: Program) -> None:
    program.answers["open_link"] = {}
    opened(window, running, "/connect?client=chatbox")

    window.get_by_role("button", name="Open in Chatbox").click()

    ((url,),) = eventually(lambda: program.called("open_link"))
    assert url.startswith("chatbox://provider/import?config=")


def test_model_file_is_chosen_for_a_command(window: Page, running: Novapi, program: Program) -> None:
    program.answers["pick_file"] = {"path": "/models/qwen 3.gguf"}
    opened(window, running, "/channels?add=true")
    window.get_by_role("button", name="Start an engine by a command").click()
    command = window.get_by_role("textbox", name="Command", exact=True)
    command.fill("llama-server -m old.gguf --port ${PORT}")

    window.get_by_role("button", name="Choose a model file").click()

    expect(command).to_have_value("llama-server -m '/models/qwen 3.gguf' --port ${PORT}")
    assert program.called("pick_file") == [("model",)]


def test_start_at_login_and_closing_are_set_at_once(
    window: Page, running: Novapi, program: Program, axe: Callable[[Page], None]
) -> None:
    program.answers["state"] = lambda: STATE | {"autostart": ("set_autostart", True) in program.calls}
    program.answers["set_autostart"] = {"autostart": True}
    opened(window, running, "/settings?tab=desktop")
    login = window.get_by_role("switch", name="Start when you log in")
    expect(login).not_to_be_checked()

    login.click()
    expect(login).to_be_checked()
    window.get_by_role("radio", name="Quit Novapi").click()

    expect(window.get_by_role("radio", name="Quit Novapi")).to_be_checked()
    assert eventually(lambda: running.api("GET", "/preferences").json()["on_close"] == "quit")
    window.get_by_role("radio", name="Go on serving apps").click()
    expect(window.get_by_text("icon in the tray")).to_be_visible()
    axe(window)


def test_what_the_system_can_not_do_is_said(window: Page, running: Novapi, program: Program) -> None:
    program.answers["state"] = STATE | {"autostart": None, "tray": False, "port": 3001}
    opened(window, running, "/settings?tab=desktop")

    expect(window.get_by_text("no way to start when you log in")).to_be_visible()
    expect(window.get_by_role("switch")).to_have_count(0)
    expect(window.get_by_text("There is no tray here")).to_be_visible()
    expect(window.get_by_text("another program had 3000 when it started")).to_be_visible()


def test_start_at_login_that_fails_says_why(window: Page, running: Novapi, program: Program) -> None:
    program.answers["set_autostart"] = {"error": "The folder can't be written."}
    opened(window, running, "/settings?tab=desktop")

    window.get_by_role("switch", name="Start when you log in").click()

    expect(window.get_by_text("The folder can't be written.")).to_be_visible()
    expect(window.get_by_role("switch", name="Start when you log in")).not_to_be_checked()


def test_port_is_changed_after_it_is_said_whom_that_concerns(window: Page, running: Novapi, program: Program) -> None:
    program.answers["move_to_port"] = lambda port: (
        {"error": "Port 3005 is taken."} if port == 3005 else {"url": f"http://localhost:{port}"}
    )
    assert running.call(json={"model": "novapi/echo", "messages": []}, headers={"x-novapi-app": "Cursor"}).is_success
    opened(window, running, "/settings?tab=desktop")
    form = window.get_by_role("form", name="Another port")
    port, move = form.get_by_role("textbox", name="Port"), form.get_by_role("button", name="Move there")
    expect(move).to_be_disabled()
    port.fill("70000")
    expect(form.get_by_role("alert")).to_have_text("From 1 to 65535.")

    port.fill("3005")
    move.click()
    question = window.get_by_role("alertdialog")
    expect(question).to_contain_text("until their base URL is http://localhost:3005/v1")
    expect(question).to_contain_text("Cursor")
    question.get_by_role("button", name="Move there").click()
    expect(form.get_by_role("alert")).to_have_text("Port 3005 is taken.")

    port.fill("3006")
    move.click()
    window.get_by_role("alertdialog").get_by_role("button", name="Move there").click()
    expect(form.get_by_role("status")).to_contain_text("Novapi is at http://localhost:3006 now.")
    assert program.called("move_to_port") == [(3005,), (3006,)]


def test_quitting_asks_while_answers_are_streaming(window: Page, running: Novapi, program: Program) -> None:
    program.answers["quit"] = {"streaming": 2}
    opened(window, running, "/settings?tab=desktop")
    window.get_by_role("button", name="Quit Novapi").click()
    question = window.get_by_role("alertdialog")
    expect(question).to_contain_text("2 answers are still streaming.")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)

    chosen(window, "Quit Novapi")
    question.get_by_role("button", name="Wait").click()
    expect(window.get_by_text("Novapi quits as soon as the last answer has ended.")).to_be_visible()

    chosen(window, "Quit Novapi")
    question.get_by_role("button", name="Quit now").click()

    expect(question).to_have_count(0)
    eventually(lambda: len(program.called("quit")) == 5)
    assert [how for (how,) in program.called("quit")] == ["ask", "ask", "wait", "ask", "now"]


def test_quitting_asks_nothing_while_nobody_waits(window: Page, running: Novapi, program: Program) -> None:
    program.answers |= {"quit": {"streaming": 0}, "hide": {}}
    opened(window, running, "/models")

    chosen(window, "Quit Novapi")
    assert eventually(lambda: program.called("quit") == [("ask",)])
    expect(window.get_by_role("alertdialog")).to_have_count(0)
    chosen(window, "Hide the window")
    assert eventually(lambda: program.called("hide"))
    chosen(window, "Desktop settings")

    expect(window.get_by_role("tab", name="Desktop", selected=True)).to_be_visible()


def test_app_that_is_stopped_is_told_of_on_any_page(page: Page, running: Novapi) -> None:
    opened(page, running, "/models")
    expect(page.get_by_role("heading", level=1)).to_have_text("Models")
    expect(page.get_by_label("Running")).to_be_visible()
    with FakeUpstream(json_reply({"error": {"message": "no such option"}}, 400)) as upstream:
        model = running.add_channel(upstream.url)
        running.api("PATCH", "/preferences", json={"runaway_failures": 3})

        for _ in range(5):
            running.call(json={"model": model, "messages": []}, headers={"x-novapi-app": "Loops"})

    expect(page.get_by_text("Loops was stopped.")).to_be_visible()


def test_address_that_changed_is_told_with_the_apps_that_do_not_know(browser: Browser, tmp_path: Path) -> None:
    with (
        Novapi(tmp_path / "home", root=moved_program(tmp_path, 3000, "python, process 123")) as moved,
        signed_in(browser, moved) as page,
    ):
        assert moved.call(json={"model": "novapi/echo", "messages": []}, headers={"x-novapi-app": "Cursor"}).is_success
        page.reload()
        banner = page.get_by_role("status").filter(has_text="Port 3000")

        expect(banner).to_contain_text("used by another program (python, process 123).")
        expect(banner).to_contain_text(f"Novapi runs at http://localhost:{moved.port}.")
        expect(banner).to_contain_text("Apps set up for port 3000 don't reach it: Cursor.")
        banner.get_by_role("button", name="Copy the new address").click()
        assert page.evaluate("navigator.clipboard.readText()") == f"http://localhost:{moved.port}/v1"

        banner.get_by_role("button", name="Close this note").click()
        expect(banner).to_have_count(0)
        page.reload()
        expect(page.get_by_label("Running")).to_be_visible()
        expect(banner).to_have_count(0)
