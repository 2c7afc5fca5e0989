"""`novapi desktop`: lock, sockets, window, and meanwhile Django, the database and the server.

Until the sockets listen nothing of Django is loaded: a second launch and a problem with the data directory are told
at once, and a program that calls early waits for its answer instead of being refused.
"""

import logging
import os
import sys
import time
import webbrowser
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from dashboard import launch
from novapi_site import door, instance, lock, paths, sockets, trouble
from novapi_site.desktop import dialogs, kept, toolkit
from novapi_site.desktop.kept import Kept
from novapi_site.lock import AlreadyRunning
from novapi_site.options import DEFAULT_HOST, DEFAULT_PORT, port_number
from novapi_site.paths import StartError
from novapi_site.service import Service

logger = logging.getLogger(__name__)

SCHEME = "novapi:"  # of links that other programs and web pages open Novapi with
LONGEST_LINK = 8000  # letters, as it stands in an address: Django redirects to none of more than 16,384
HELP = "Open the dashboard in its window, and serve apps meanwhile. Without a display, in the browser."
FIRST_SECONDS = 20.0  # a launch that began just now may not have told yet where it is


def main(words: list[str]) -> None:
    """Run `novapi desktop WORDS`. What goes wrong is raised; who has a screen and no terminal has read it by then."""
    try:
        run(parser().parse_args(words))
    except AlreadyRunning:
        raise  # its dashboard is in the browser
    except Exception as problem:
        explanation = trouble.explained(problem)
        if not explanation:
            logger.exception("Novapi stops by a mistake of its own.")  # now: the dialog may stay for long
        if not toolkit.problem():
            dialogs.tell(explanation or f"Novapi has stopped by a mistake of its own: {problem!r}")
        raise


def run(options: Namespace) -> None:
    try:
        start(paths.prepare_home(), options)
        leave(0)
    except AlreadyRunning as running:
        greet(running, options)


class Misspelt(StartError):
    """As argparse's own exit code is."""

    exit_code = 2


class Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Misspelt(f"{message}\n{self.format_usage().rstrip()}")


def leave(code: int) -> NoReturn:
    """All is done and written by now. Python would wait for its threads, and one of pywebview's for a page that is
    gone, for ever: somebody who ends Novapi while its page is being loaded would not get rid of it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # into a file, on a disk that is full
            stream.flush()
    os._exit(code)


def parser() -> ArgumentParser:
    own = Parser(prog="novapi desktop", description=HELP)
    own.add_argument("--host", default=os.environ.get("NOVAPI_HOST", DEFAULT_HOST), help="address to listen on")
    own.add_argument(
        "--port", type=port_number, default=os.environ.get("NOVAPI_PORT"), help="port to listen on, if it is free"
    )
    own.add_argument("--hidden", action="store_true", help="without showing the window, as at login")
    own.add_argument("link", nargs="?", default="", help="a novapi: link to open")
    return own


def start(home: Path, options: Namespace) -> None:
    with lock.held(home):
        remembered = kept.read(home)
        wanted = DEFAULT_PORT if options.port is None else options.port
        if options.port is None and remembered.port:
            wanted = remembered.port
        listeners, taken = sockets.listen_near(options.host, wanted)
        if taken:
            launch.note_moved(taken.port, taken.holder)
        serve(Service(options.host, listeners), home, remembered, options)


def serve(service: Service, home: Path, remembered: Kept, options: Namespace) -> None:
    """Beside a window, or without one."""
    if problem := toolkit.problem():
        in_browser(service, problem, options)
        return
    from novapi_site.desktop.app import Desktop

    if not Desktop(service, home, remembered, page_of(options.link), options.hidden).run():
        in_browser(service, "this system has no web view to show it in", options)


def in_browser(service: Service, problem: str, options: Namespace) -> None:
    """The dashboard is a page like any other; only its window is missing."""
    service.heed_signals()
    if not service.has_started:
        service.start()
    service.greet(f"No window: {problem}.\n{moved()}")
    if toolkit.has_display() and not options.hidden:
        webbrowser.open(service.address(page_of(options.link)))
    service.wait_for_the_end()
    service.stop()


def moved() -> str:
    """For the terminal; the dashboard says it, too."""
    before = launch.moved_from()
    if not before:
        return ""
    return f"Port {before.port} is used by another program ({before.holder or 'the system does not tell which'}).\n"


def greet(running: AlreadyRunning, options: Namespace) -> None:
    """Bring the window of the Novapi that runs to the front. Raises AlreadyRunning where it has none."""
    other = running.instance
    deadline = time.monotonic() + FIRST_SECONDS
    while other is None and time.monotonic() < deadline:
        time.sleep(0.1)
        other = instance.read()
    if other and door.knock(other, page_of(options.link)):
        told = f"Novapi is already running at {other.url} (process {other.pid}); its window is in front now."
        print(told)  # noqa: T201  # it is a command
        return
    if other and toolkit.has_display():
        webbrowser.open(other.address(page_of(options.link) or "/"))
    raise AlreadyRunning(paths.home(), other)


def page_of(link: str) -> str:
    """Where in the dashboard a link leads: what it adds is shown there first, and added only by its owner. "" for one
    that is none, or too long."""
    paste = quote(link, safe="", errors="replace")  # what is no UTF-8 may come, too
    return f"/channels?add=true&paste={paste}" if is_link(link) and len(paste) <= LONGEST_LINK else ""


def is_link(word: str) -> bool:
    """Systems start a program with nothing but the link."""
    return word.lower().startswith(SCHEME)
