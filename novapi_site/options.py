"""Where to listen, as commands are told it."""

from argparse import ArgumentTypeError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 3000


def port_number(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise ArgumentTypeError(f"'{text}' is no port; it is a number from 1 to 65535")
    return int(text)
