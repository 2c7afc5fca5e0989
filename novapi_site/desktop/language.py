"""The language that the owner's system speaks, of the two that Novapi does."""

import os
import sys
from typing import Literal

Language = Literal["en", "zh"]

CHINESE = 0x04  # the primary language in Windows' language identifiers


def spoken() -> Language:
    return "zh" if is_chinese() else "en"


def is_chinese() -> bool:
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == CHINESE)
    if sys.platform == "darwin":
        from Foundation import NSLocale

        return str(NSLocale.preferredLanguages()[0]).startswith("zh")
    return from_environment().startswith("zh")


def from_environment() -> str:
    """By gettext's rules: `LANGUAGE` is a list of wishes, which nobody heeds where the locale is C."""
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    if chosen.split(".")[0] in ("", "C", "POSIX"):
        return ""
    return (os.environ.get("LANGUAGE") or chosen).split(":")[0]
