"""Data URLs (RFC 2397) and what a picture really is, by its first bytes."""

import base64
import binascii
import re

from gateway.chat import Media

_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*(;base64)?,")

# What senders call a picture and what it is differ often enough (`image/jpg`, a PNG called JPEG) that Anthropic's
# refusal of the difference must be prevented.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def from_data_url(url: str) -> Media | None:
    """A data URL's content; None for any other URL, and for one that is not in base64."""
    found = _DATA_URL.match(url)
    if not found or not found[2]:
        return None
    data = url[found.end() :]
    return Media(true_type(data, found[1] or "text/plain"), data=data)


def data_url(media: Media) -> str:
    """The media as a URL: its own, or its data in one."""
    data = media.data or base64.b64encode(media.text.encode("utf-8", "replace")).decode()
    return media.url or f"data:{media.mime_type or 'application/octet-stream'};base64,{data}"


def true_type(data: str, claimed: str) -> str:
    """The media type of base64 `data` by its first bytes where they tell, else the one that was claimed."""
    try:
        start = base64.b64decode(data[:24], validate=True)
    except (binascii.Error, ValueError):
        start = b""
    for signature, mime_type in _SIGNATURES:
        if start.startswith(signature):
            return mime_type
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return "image/jpeg" if claimed == "image/jpg" else claimed
