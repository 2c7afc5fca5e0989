"""Read and replace one text field of a multipart/form-data body (RFC 7578) in its bytes; files stay untouched."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

_NAME = re.compile(rb'content-disposition:[^\r\n]*?[;\s]name="((?:[^"\\\r\n]|\\.)*)"', re.IGNORECASE)
_FILE = re.compile(rb"content-disposition:[^\r\n]*?;\s*filename\*?=", re.IGNORECASE)


class NotMultipart(Exception):
    """The body is no form: no boundary, or not the one announced."""


class Part(NamedTuple):
    """One field: its name and where its value is."""

    name: str
    start: int
    stop: int


def read_fields(body: bytes, content_type: str) -> dict[str, str]:
    """The text fields (not the files) by name; the first one counts. Raises NotMultipart."""
    fields: dict[str, str] = {}
    for part in parts(body, boundary_of(content_type)):
        if part.stop - part.start <= 64 * 1024:  # a model's name, a flag; a long prompt is of no interest here
            fields.setdefault(part.name, body[part.start : part.stop].decode("utf-8", "replace"))
    return fields


def replace_field(body: bytes, content_type: str, name: str, value: str) -> bytes:
    """The body with every field `name` set to `value`, or with one more field if there was none."""
    boundary = boundary_of(content_type)
    pieces, end, found = [], 0, False
    for part in parts(body, boundary):
        if part.name == name:
            pieces += [body[end : part.start], value.encode()]
            end, found = part.stop, True
    if not found:
        pieces.append(
            b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (boundary, name.encode(), value.encode())
        )
    return b"".join([*pieces, body[end:]])


def boundary_of(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise NotMultipart("The Content-Type names no boundary.")
    return boundary.encode("latin-1", "replace")


def parts(body: bytes, boundary: bytes) -> Iterator[Part]:
    """The text fields in order; files are stepped over."""
    delimiter = b"--" + boundary
    at = 0 if body.startswith(delimiter) else body.find(b"\r\n" + delimiter) + 2
    if at == 1:
        raise NotMultipart("The body does not contain the boundary its Content-Type names.")
    while not body.startswith(b"--", at + len(delimiter)):
        head_end = body.find(b"\r\n\r\n", at)
        stop = body.find(b"\r\n" + delimiter, head_end)
        if head_end < 0 or stop < 0:
            raise NotMultipart("The form is cut off.")
        head = body[at:head_end]
        name = _NAME.search(head)
        if name and not _FILE.search(head):
            yield Part(name[1].decode("utf-8", "replace"), head_end + 4, stop)
        at = stop + 2
