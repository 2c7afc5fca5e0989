"""The command line: `novapi COMMAND`, the same words as `python manage.py COMMAND`."""

import os
import sys

DEFAULT_COMMAND = "serve"


def main() -> None:
    """Run a command; a start that can't be is one message and exit code 1, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "novapi_site.settings")
    os.umask(0o077)  # nothing Novapi writes is anyone else's business
    from novapi_site.paths import StartError

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line([*sys.argv, DEFAULT_COMMAND] if len(sys.argv) == 1 else sys.argv)
    except StartError as problem:
        sys.exit(f"novapi: {problem}")
    except Exception as problem:
        if explanation := expected(problem):
            sys.exit(f"novapi: {explanation}")
        raise
    except KeyboardInterrupt:
        sys.exit(130)


def expected(problem: Exception) -> str:
    """What to say of an error that has its cause outside; these classes exist only once Django runs."""
    from django.db.utils import OperationalError

    from channels_app.secrets import SecretsError

    if isinstance(problem, OperationalError):
        return f"the database can't be used now ({problem}). Is another program holding it? Try again."
    return str(problem) if isinstance(problem, SecretsError) else ""


if __name__ == "__main__":
    main()
