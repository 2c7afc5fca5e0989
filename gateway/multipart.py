"""Read and replace one text field of a multipart/form-data body (RFC 7578) in its bytes; files stay untouched."""

from collections.abc import Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple

MAX_HEAD_BYTES = 16 * 1024


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
        first = start_of(body, b"--" + boundary)  # after a preamble, if there is one
        pieces += [body[:first]]
        end = first
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


def start_of(body: bytes, delimiter: bytes) -> int:
    """Where the first part's delimiter is."""
    if body.startswith(delimiter):
        return 0
    found = body.find(b"\r\n" + delimiter)
    if found < 0:
        raise NotMultipart("The body does not contain the boundary its Content-Type names.")
    return found + 2


def parts(body: bytes, boundary: bytes) -> Iterator[Part]:
    """The text fields in order; files are stepped over."""
    delimiter = b"--" + boundary
    at = start_of(body, delimiter)
    while not body.startswith(b"--", at + len(delimiter)):
        head_end = body.find(b"\r\n\r\n", at)
        stop = body.find(b"\r\n" + delimiter, head_end)
        if head_end < 0 or stop < 0:
            raise NotMultipart("The form is cut off.")
        head = body[at:head_end]
        if name := text_field(head):
            yield Part(name, head_end + 4, stop)
        at = stop + 2


def text_field(head: bytes) -> str:
    """The name of a text field by its part's headers; empty for a file."""
    if len(head) > MAX_HEAD_BYTES:
        return ""
    headers = BytesHeaderParser().parsebytes(head.partition(b"\r\n")[2] + b"\r\n\r\n")
    name = headers.get_param("name", header="content-disposition")
    return name if isinstance(name, str) and headers.get_filename() is None else ""
