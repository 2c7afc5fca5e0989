"""The command line: `novapi COMMAND`, the same words as `python manage.py COMMAND`."""

import gc
import os
import sys
from typing import NoReturn

from channels_app import bundle
from novapi_site import __version__

DEFAULT_COMMAND = "desktop"
STARTS = (DEFAULT_COMMAND, "serve")
# Calls leave no cycles behind: to look for those every 700 objects, as Python does itself, would come every 10 ms.
GC_THRESHOLD = (20_000, 20, 50)
MORE_HELP = "`novapi COMMAND --help` tells its options. Django's own commands work too: `novapi help --commands`."


def main() -> None:
    """Run a command; a start that can't be is one message and exit code 1, never a traceback."""
    gc.set_threshold(*GC_THRESHOLD)
    bundle.begin()
    if sys.argv[1:2] == [bundle.GUARD_WORD]:
        guard_engine(sys.argv[2:])
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "novapi_site.settings")
    os.umask(0o077)  # nothing Novapi writes is anyone else's business
    from novapi_site import trouble

    try:
        run(sys.argv[1:] or [DEFAULT_COMMAND])
    except Exception as problem:
        explanation = trouble.explained(problem)
        if not explanation:
            raise
        print(f"novapi: {explanation}", file=sys.stderr)
        end(getattr(problem, "exit_code", 1))
    except KeyboardInterrupt:
        sys.exit(130)


def end(code: int) -> NoReturn:
    """Where there was a window, without waiting for what it has left running."""
    from novapi_site.desktop import start

    if "webview" in sys.modules:
        start.leave(code)
    sys.exit(code)


def guard_engine(command: list[str]) -> None:
    """Nothing of Django is loaded for it: an engine waits."""
    from channels_app.local import guard

    guard.leave_like(guard.main(command))


def run(words: list[str]) -> None:
    """One command. The window is no command of Django's, for it begins before Django is loaded."""
    if words[0] in STARTS:
        gc.disable()  # what a start makes stays: the collector goes on behind it, see `later`
    from novapi_site.desktop import start

    if words[0] == DEFAULT_COMMAND or start.is_link(words[0]):
        start.main(words[words[0] == DEFAULT_COMMAND :])
    elif words in (["--version"], ["version"]):
        print(__version__)
    elif words in (["--help"], ["-h"], ["help"]):
        print(own_help())
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line([sys.argv[0], words[0].replace("-", "_"), *words[1:]])


def own_help() -> str:
    """What the owner may want to type; Django's many commands are only mentioned."""
    import django
    from django.core.management import get_commands, load_command_class

    from novapi_site.desktop import start

    django.setup()
    names = (name for name, app in get_commands().items() if app == "novapi_site")
    helps = {name.replace("_", "-"): str(load_command_class("novapi_site", name).help) for name in names}
    lines = [f"  novapi {name:14} {text}" for name, text in sorted({DEFAULT_COMMAND: start.HELP, **helps}.items())]
    return "\n".join(["Novapi's commands:", *lines, "", MORE_HELP])


if __name__ == "__main__":
    from multiprocessing import freeze_support

    freeze_support()  # a process that a library makes of its own is the executable once more
    main()
