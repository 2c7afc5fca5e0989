"""What is put on the clipboard can be pasted by another program."""

import os
import sys
from pathlib import Path

import pytest

from novapi_site.desktop import clipboard
from novapi_site.paths import StartError
from tests.novapi_site.desktop.screen import Screen, wait_for

TEXT = "http://localhost:3000/v1 密钥"
WINDOW = """
import pathlib, sys, threading
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
from novapi_site.desktop import clipboard

def copy():
    clipboard.put(sys.argv[1])
    pathlib.Path(sys.argv[2]).touch()

threading.Thread(target=copy).start()
Gtk.main()
"""
PASTE = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""
IN_MAIN_THREAD = """
import sys
from novapi_site.desktop import clipboard
clipboard.put(sys.argv[1])
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""


def test_another_program_pastes_it(screen: Screen, tmp_path: Path) -> None:
    with screen.program(WINDOW, TEXT, str(tmp_path / "copied")):
        assert wait_for((tmp_path / "copied").exists)
        pasted = screen.python(PASTE)

    assert pasted.stdout.strip() == TEXT


def test_thread_of_the_window_may_use_it_too(screen: Screen) -> None:
    assert screen.python(IN_MAIN_THREAD, TEXT).stdout.strip() == TEXT


def test_without_a_display_it_says_why(screen: Screen) -> None:
    failed = screen.python("from novapi_site.desktop import clipboard; clipboard.put('a')", DISPLAY="")

    assert "StartError: The clipboard could not be used (there is no display)." in failed.stderr


@pytest.mark.parametrize(
    ("platform", "program", "encoding"), [("darwin", "pbcopy", "utf-8"), ("win32", "clip", "utf-16")]
)
def test_other_systems_have_a_program_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, program: str, encoding: str
) -> None:
    (tmp_path / program).write_text(f"#!/bin/sh\n/bin/cat > '{tmp_path}/told'\n")
    (tmp_path / program).chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", platform)

    clipboard.put(TEXT)

    assert (tmp_path / "told").read_bytes().decode(encoding) == TEXT


def test_program_that_is_missing_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "darwin")

    with pytest.raises(StartError, match="could not be used"):
        clipboard.put("a")
