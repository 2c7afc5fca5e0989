"""One text field of a form is read and replaced in its bytes; files stay untouched."""

import email
import time
from collections.abc import Mapping

import httpx
import pytest

from gateway.multipart import NotMultipart, boundary_of, read_fields, replace_field

TYPE = "multipart/form-data; boundary=b1"
SOUND = bytes(range(256)) + b'\r\n\r\n--b\r\nname="model"\r\n\r\nno\r\n'


def form(*parts: bytes) -> bytes:
    return b"".join(b"--b1\r\n" + part + b"\r\n" for part in parts) + b"--b1--\r\n"


def field(name: str, value: str = "") -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def file(name: str, content: bytes) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    return head.encode() + content


def understood(body: bytes, content_type: str) -> dict[str, bytes]:
    """What another parser, the standard library's, makes of a form."""
    message = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)  # type: ignore[misc,union-attr]
        for part in message.get_payload()  # type: ignore[union-attr]
    }


def built_by_httpx(data: Mapping[str, str]) -> tuple[bytes, str]:
    request = httpx.Request("POST", "http://x/", data=data, files={"file": ("ä.wav", SOUND, "audio/wav")})
    return request.read(), request.headers["content-type"]


def test_text_fields_are_read() -> None:
    body = form(field("model", "whisper-1"), file("file", SOUND), field("prompt", "zwei\r\nZeilen äß"), field("x"))

    assert read_fields(body, TYPE) == {"model": "whisper-1", "prompt": "zwei\r\nZeilen äß", "x": ""}


def test_form_of_a_real_client_is_read_and_changed() -> None:
    body, content_type = built_by_httpx({"model": "whisper-1", "language": "de"})

    changed = replace_field(body, content_type, "model", "large-v3")

    assert read_fields(body, content_type) == {"model": "whisper-1", "language": "de"}
    assert changed == body.replace(b"whisper-1", b"large-v3")


def test_first_field_of_a_name_counts() -> None:
    assert read_fields(form(field("model", "a"), field("model", "b")), TYPE) == {"model": "a"}


def test_file_called_like_a_field_is_no_field() -> None:
    assert read_fields(form(file("model", b"x"), field("a", "1")), TYPE) == {"a": "1"}


def test_file_name_may_stand_before_the_name() -> None:
    part = b'Content-Disposition: form-data; filename="x; name=model"; name="file"\r\n\r\nsound'

    assert read_fields(form(part, field("model", "a")), TYPE) == {"model": "a"}


def test_value_that_is_too_long_to_be_of_interest_is_left_out() -> None:
    body = form(field("prompt", "x" * 70_000), field("model", "a"))

    assert read_fields(body, TYPE) == {"model": "a"}


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/form-data; boundary="b1"',
        "Multipart/Form-Data;BOUNDARY=b1",
        "multipart/form-data; charset=utf-8; boundary=b1",
        'multipart/form-data; boundary="b1"; charset=utf-8',
    ],
)
def test_boundary_is_found_in_every_spelling(content_type: str) -> None:
    assert boundary_of(content_type) == b"b1"


def test_header_names_of_parts_are_of_any_case() -> None:
    part = b'X-Other: 1\r\ncontent-disposition:form-data;name="model"\r\nContent-Type: text/plain\r\n\r\na'

    assert read_fields(form(part), TYPE) == {"model": "a"}


def test_name_may_stand_without_quotes() -> None:
    assert read_fields(form(b"Content-Disposition: form-data; name=model\r\n\r\na"), TYPE) == {"model": "a"}


def test_text_before_and_after_the_form_is_ignored() -> None:
    body = b"preamble\r\n" + form(field("model", "a")) + b"epilogue --b1"

    assert read_fields(body, TYPE) == {"model": "a"}


@pytest.mark.parametrize("value", ["b", "", "ein längerer name/with:things", "x" * 5000])
def test_replacing_changes_the_field_and_nothing_else(value: str) -> None:
    before, after = [file("file", SOUND), field("language", "de")], [field("prompt", "model"), file("other", SOUND)]

    changed = replace_field(form(*before, field("model", "a"), *after), TYPE, "model", value)

    assert changed == form(*before, field("model", value), *after)


def test_every_field_of_the_name_is_replaced() -> None:
    body = form(field("model", "a"), field("x", "1"), field("model", "b"))

    assert replace_field(body, TYPE, "model", "c") == form(field("model", "c"), field("x", "1"), field("model", "c"))


def test_missing_field_is_added() -> None:
    body, content_type = built_by_httpx({"language": "de"})

    changed = replace_field(body, content_type, "model", "large")

    assert changed.endswith(body)
    assert understood(changed, content_type) == {"model": b"large", "language": b"de", "file": SOUND}


def test_file_of_the_same_name_is_not_replaced() -> None:
    changed = replace_field(form(file("model", b"x")), TYPE, "model", "a")

    assert changed == form(field("model", "a"), file("model", b"x"))


def test_field_added_before_a_preamble_has_its_value_only() -> None:
    changed = replace_field(b"preamble\r\n" + form(field("x", "1")), TYPE, "model", "a")

    assert read_fields(changed, TYPE) == {"model": "a", "x": "1"}


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=", "", "text/plain"])
def test_form_without_boundary_is_refused(content_type: str) -> None:
    with pytest.raises(NotMultipart, match="names no boundary"):
        read_fields(form(field("model", "a")), content_type)


@pytest.mark.parametrize("body", [b"", b"{}", b"--b2\r\n\r\n--b2--", b"--b", b"model=a", b"text --b1\r\n"])
def test_body_without_the_announced_boundary_is_refused(body: bytes) -> None:
    with pytest.raises(NotMultipart, match="does not contain the boundary"):
        read_fields(body, TYPE)


WHOLE = form(field("model", "a"), file("file", b"sound"), field("x", "1")).removesuffix(b"--\r\n")


@pytest.mark.parametrize("length", range(len(b"--b1"), len(WHOLE) + 1))
def test_form_cut_anywhere_is_refused(length: int) -> None:
    with pytest.raises(NotMultipart, match="cut off"):
        replace_field(WHOLE[:length], TYPE, "model", "b")


def test_large_file_is_stepped_over_in_linear_time() -> None:
    content = b"\r\n--b\r\n-" * 2_000_000
    body = form(file("file", content), field("model", "a"))

    assert read_fields(body, TYPE) == {"model": "a"}


@pytest.mark.parametrize("lines", [1, 2000])
def test_strange_part_heads_are_stepped_over(lines: int) -> None:
    strange = b"Content-Disposition: form-data; names=x; name=\r\n" * lines + b"\r\nvalue"

    assert read_fields(form(strange, field("model", "a")), TYPE) == {"model": "a"}


@pytest.mark.alone
def test_hostile_part_head_takes_linear_time() -> None:
    body = form(b"content-disposition:" * 3000 + b"\r\n\r\nvalue")
    started = time.perf_counter()

    read_fields(body, TYPE)

    assert time.perf_counter() - started < 0.1
