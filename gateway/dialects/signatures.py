"""Signatures of thoughts that travel through a client of another dialect.

Providers sign thoughts and want them back unchanged; another provider's signature they refuse. So where a signature
of one dialect goes to a client of another, it goes with its origin, in base64, since Gemini's clients decode it.
"""

import base64
import binascii

_MARK = b"novapi:"
_START = base64.b64encode(_MARK[:6]).decode()  # of every marked one: six bytes are eight whole characters


def for_client(signature: str, origin: str, dialect: str) -> str:
    """What a client of `dialect` is given to bring back; its own dialect's signatures are not changed."""
    if not signature or origin == dialect:
        return signature
    return base64.b64encode(_MARK + f"{origin}:{signature}".encode()).decode()


def from_client(text: str, dialect: str) -> tuple[str, str]:
    """Signature and origin of what a client of `dialect` brings back."""
    if not text.startswith(_START):
        return text, dialect if text else ""
    try:
        marked = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return text, dialect
    mark, _, rest = marked.partition(":")
    origin, _, signature = rest.partition(":")
    return (signature, origin) if f"{mark}:" == _MARK.decode() and origin else (text, dialect)
