"""Questions and bad news in a window of the system's own: they work where the dashboard's page does not.

All of them wait for the owner, and on Linux belong to the thread that runs GTK, or to the main one before it does.
"""

import subprocess
import sys
from collections.abc import Sequence

TITLE = "Novapi"
TROUBLE = "Novapi: trouble"
WINDOWS_YES, WINDOWS_NO = 6, 7  # what MessageBoxW answers
WINDOWS_STYLE = {1: 0x10, 2: 0x31, 3: 0x33}  # by buttons: an error, OK and Cancel, Yes and No and Cancel


def tell(text: str) -> None:
    """Bad news, until it is closed."""
    choose(text, ["OK"])


def choose(text: str, buttons: Sequence[str], detail: str = "") -> int | None:
    """The number of the button that was pressed, the last one being the harmless way out; None if it was closed."""
    ask = {"win32": windows_choice, "darwin": macos_choice}.get(sys.platform, gtk_choice)
    return ask(text, buttons, detail)


def gtk_choice(text: str, buttons: Sequence[str], detail: str) -> int | None:
    from gi.repository import Gtk

    kind = Gtk.MessageType.ERROR if len(buttons) == 1 else Gtk.MessageType.QUESTION
    title = TROUBLE if len(buttons) == 1 else TITLE
    dialog = Gtk.MessageDialog(message_type=kind, text=text, secondary_text=detail or None, title=title)
    for number, label in reversed(list(enumerate(buttons))):
        dialog.add_button(label, number)
    dialog.set_position(Gtk.WindowPosition.CENTER)
    dialog.set_keep_above(True)
    answer = dialog.run()
    dialog.destroy()
    while Gtk.events_pending():  # before the loop runs, nobody else takes it off the screen
        Gtk.main_iteration()
    return answer if answer >= 0 else None


def windows_choice(text: str, buttons: Sequence[str], detail: str) -> int | None:
    import ctypes

    meaning = zip(("Yes", "No", "Cancel"), buttons, strict=False) if len(buttons) == 3 else ()
    lines = [text, detail, *(f"{name}: {label}" for name, label in meaning)]
    box = ctypes.windll.user32.MessageBoxW  # type: ignore[attr-defined]  # exists on Windows
    answer = box(None, "\n".join(filter(None, lines)), TITLE, WINDOWS_STYLE[len(buttons)])
    if len(buttons) < 3:
        return 0 if answer == 1 else None
    return {WINDOWS_YES: 0, WINDOWS_NO: 1}.get(answer)


def macos_choice(text: str, buttons: Sequence[str], detail: str) -> int | None:
    """By AppleScript, whose arguments are no part of the script: text can't become code."""
    script = """on run words
        set shown to display dialog (item 1 of words) with title (item 2 of words) buttons (items 3 thru -1 of words)
        return button returned of shown
    end run"""
    words = ["osascript", "-e", script, "\n".join(filter(None, [text, detail])), TITLE, *reversed(buttons)]
    pressed = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return list(buttons).index(pressed) if pressed in buttons else None
