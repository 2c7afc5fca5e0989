"""What all dialects share: members of JSON, canonical messages, data URLs, signatures that travel."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import Media, Message, Text, ToolResult
from gateway.dialects import reading, signatures
from gateway.dialects.format import Malformed
from gateway.dialects.media import data_url, from_data_url, true_type

often = settings(deadline=None, max_examples=100, derandomize=True, database=None)


# Members of JSON


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda body: reading.required(body, "x", str), "a", "a"),
        (lambda body: reading.required(body, "x", dict), {}, {}),
        (lambda body: reading.listed(body, "x"), [1], [1]),
        (lambda body: reading.listed(body, "x", optional=True), None, []),
        (lambda body: reading.text_or_none(body, "x"), "", None),
        (lambda body: reading.text_or_none(body, "x"), None, None),
        (lambda body: reading.number(body, "x"), 0.5, 0.5),
        (lambda body: reading.number(body, "x"), 0, 0),
        (lambda body: reading.whole_number(body, "y", "x"), 3.0, 3),
        (lambda body: reading.whole_number(body, "x"), 0, 0),
        (lambda body: reading.whole_number(body, "x"), 10**400, 10**400),
        (lambda body: reading.whole_number(body, "x"), None, None),
        (lambda body: reading.true_or_false(body, "x"), False, False),
        (lambda body: reading.true_or_false(body, "x"), None, None),
    ],
)
def test_members_are_read_as_they_are(read, value, expected):
    assert read({"x": value}) == expected


@pytest.mark.parametrize(
    ("read", "value", "kind"),
    [
        (lambda body: reading.required(body, "x", str), None, "a text"),
        (lambda body: reading.required(body, "x", dict), [], "an object"),
        (lambda body: reading.listed(body, "x"), None, "a list"),
        (lambda body: reading.listed(body, "x", optional=True), {}, "a list"),
        (lambda body: reading.text_or_none(body, "x"), 7, "a text"),
        (lambda body: reading.number(body, "x"), True, "a number"),
        (lambda body: reading.number(body, "x"), "1", "a number"),
        (lambda body: reading.whole_number(body, "x"), 0.5, "a whole number"),
        (lambda body: reading.whole_number(body, "x"), float("inf"), "a whole number"),
        (lambda body: reading.whole_number(body, "x"), float("nan"), "a whole number"),
        (lambda body: reading.true_or_false(body, "x"), 1, "true or false"),
    ],
)
def test_a_member_of_another_kind_is_named(read, value, kind):
    with pytest.raises(Malformed, match=f"^x must be {kind}$") as problem:
        read({"x": value})

    assert problem.value.param == "x"


@pytest.mark.parametrize("value", [{"a": [1, None, "\N{SNOWMAN}"]}, "\ud800", {"\ud800": 1}, 10**30, []])
def test_json_is_written_so_that_it_can_be_read(value):
    assert json.loads(reading.json_text(value)) == value


@pytest.mark.parametrize("innermost", ["deep", "\ud800"])
def test_json_that_is_nested_beyond_all_measure_is_malformed(innermost):
    for _ in range(100_000):
        innermost = [innermost]

    with pytest.raises(Malformed):
        reading.json_text(innermost)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param('{"a": 1}', {"a": 1}, id="an-object"),
        pytest.param("", {}, id="23-nothing"),
        pytest.param(" \n", {}, id="23-blanks"),
        pytest.param('{"a": ', {"_raw": '{"a": '}, id="24-cut-off"),
        pytest.param("[1]", {"_raw": "[1]"}, id="24-a-list"),
        pytest.param("null", {"_raw": "null"}, id="24-null"),
        pytest.param("\ud800", {"_raw": "\ud800"}, id="24-half-a-surrogate"),
        pytest.param("[" * 100_000, {"_raw": "[" * 100_000}, id="24-nested-too-deeply"),
        pytest.param('{"a": 1e999}', {"_raw": '{"a": 1e999}'}, id="24-a-number-that-is-none"),
    ],
)
def test_arguments_are_an_object_whatever_a_model_wrote(text, found):
    assert reading.json_object(text) == found


# Canonical messages


def said(role: str, *texts: str, **more) -> Message:
    return Message(role, tuple(map(Text, texts)), **more)


@pytest.mark.parametrize(
    ("messages", "joined"),
    [
        pytest.param([said("user", "a"), said("user", "b")], [said("user", "a", "b")], id="4-the-same-role"),
        pytest.param(
            [said("assistant", "a", "b"), said("assistant", "c")],
            [said("assistant", "a", "b", "c")],
            id="4-assistants",
        ),
        pytest.param(
            [said("user", "a"), said("assistant", "b")], [said("user", "a"), said("assistant", "b")], id="no"
        ),
        pytest.param([said("system", "a"), said("system", "b")], [said("system", "a"), said("system", "b")], id="1"),
        pytest.param(
            [said("user", "a", name="bob"), said("user", "b", name="ann")],
            [said("user", "a", name="bob"), said("user", "b", name="ann")],
            id="9-two-speakers",
        ),
        pytest.param(
            [said("user", "a", extras={"gemini": {"x": 1}}), said("user", "b", extras={"gemini": {"x": 1}})],
            [said("user", "a", "b", extras={"gemini": {"x": 1}})],
            id="the-same-extras",
        ),
        pytest.param([], [], id="nothing"),
    ],
)
def test_neighbours_of_one_speaker_become_one_message(messages, joined):
    assert reading.joined(messages) == tuple(joined)


def test_ten_thousand_neighbours_are_joined_without_delay():
    """Each is taken once; put together pair by pair they would be copied some fifty million times."""
    messages = [Message("tool", (ToolResult(str(number), ()),)) for number in range(10_000)]

    (whole,) = reading.joined(messages)

    assert [part.call_id for part in whole.parts] == [str(number) for number in range(10_000)]


# Media

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16)).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(16)).decode()
WEBP = base64.b64encode(b"RIFF\x10\x00\x00\x00WEBPVP8 ").decode()
PDF = base64.b64encode(b"%PDF-1.7\n").decode()
GIF = base64.b64encode(b"GIF89a").decode()


@pytest.mark.parametrize(
    ("data", "claimed", "true"),
    [
        pytest.param(PNG, "image/jpeg", "image/png", id="70-a-png-called-jpeg"),
        pytest.param(JPEG, "image/jpg", "image/jpeg", id="70-jpg"),
        pytest.param("AAAA", "image/jpg", "image/jpeg", id="70-jpg-that-nobody-knows"),
        pytest.param(WEBP, "image/png", "image/webp", id="70-webp"),
        pytest.param(GIF, "", "image/gif", id="70-gif"),
        pytest.param(PDF, "application/octet-stream", "application/pdf", id="71-pdf"),
        pytest.param("AAAA", "image/heic", "image/heic", id="70-as-claimed"),
        pytest.param("", "image/png", "image/png", id="70-nothing"),
        pytest.param("no base64!", "image/png", "image/png", id="70-no-base64"),
        pytest.param("\N{SNOWMAN}", "image/png", "image/png", id="70-no-ascii"),
    ],
)
def test_a_picture_is_what_its_first_bytes_say(data, claimed, true):
    assert true_type(data, claimed) == true


@pytest.mark.parametrize(
    ("url", "media"),
    [
        pytest.param(f"data:image/jpg;base64,{PNG}", Media("image/png", data=PNG), id="70-its-type-lies"),
        pytest.param("data:;base64,QUJD", Media("text/plain", data="QUJD"), id="without-a-type"),
        pytest.param("data:text/csv;charset=utf-8;base64,QUJD", Media("text/csv", data="QUJD"), id="with-a-charset"),
        pytest.param("data:application/vnd.ms-excel;base64,", Media("application/vnd.ms-excel"), id="without-data"),
        pytest.param("data:text/plain,hello", None, id="not-in-base64"),
        pytest.param("https://example.org/a.png", None, id="70-an-address"),
        pytest.param("data:" + ";a=b" * 10_000, None, id="no-comma"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_data_urls_are_taken_apart(url, media):
    assert from_data_url(url) == media


@pytest.mark.parametrize(
    ("media", "url"),
    [
        (Media(url="https://example.org/a.png"), "https://example.org/a.png"),
        (Media("image/png", data="AAAA"), "data:image/png;base64,AAAA"),
        (Media(data="AAAA"), "data:application/octet-stream;base64,AAAA"),
        (Media("text/plain", text="ABC"), "data:text/plain;base64,QUJD"),
        (Media("text/plain", text="\ud800"), "data:text/plain;base64,Pw=="),
    ],
)
def test_all_media_have_a_url(media, url):
    assert data_url(media) == url


@given(st.sampled_from(["image/png", "audio/wav", "application/x-y.z+json"]), st.binary(max_size=40))
@often
def test_media_survive_as_a_data_url(mime_type, content):
    data = base64.b64encode(content).decode()
    media = Media(true_type(data, mime_type), data=data)

    assert from_data_url(data_url(media)) == media


# Signatures

DIALECTS = ["openai-chat", "openai-responses", "anthropic", "gemini"]


@given(st.text(min_size=1, alphabet=st.characters(codec="utf-8")), *[st.sampled_from(DIALECTS)] * 2)
@often
def test_a_signature_comes_back_with_its_origin_through_any_client(signature, origin, dialect):
    """69"""
    given_out = signatures.for_client(signature, origin, dialect)

    assert signatures.from_client(given_out, dialect) == (signature, origin)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_foreign_signature_is_sealed_in_base64_and_the_clients_own_is_not(dialect):
    """62, 69"""
    for origin in DIALECTS:
        given_out = signatures.for_client("s:i/g", origin, dialect)

        assert (given_out == "s:i/g") is (origin == dialect)
        assert origin == dialect or base64.b64decode(given_out, validate=True) == f"novapi:{origin}:s:i/g".encode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("EqQBCkYIBxgCKkA=", id="62-an-own-one"),
        pytest.param(base64.b64encode(b"novapi").decode(), id="69-the-mark-without-its-end"),
        pytest.param(base64.b64encode(b"novapix:gemini:s").decode(), id="69-another-mark"),
        pytest.param(base64.b64encode(b"novapi:\xff:s").decode(), id="69-no-text"),
        pytest.param(base64.b64encode(b"novapi:gemini:s").decode()[:-1] + "!", id="69-no-base64"),
        pytest.param(base64.b64encode(b"novapi::s").decode(), id="69-no-origin"),
        pytest.param("bm92YXBp\N{SNOWMAN}", id="69-no-ascii"),
    ],
)
def test_what_is_not_sealed_here_is_the_clients_own(text):
    assert signatures.from_client(text, "anthropic") == (text, "anthropic")


def test_no_signature_has_no_origin():
    assert signatures.for_client("", "gemini", "anthropic") == ""
    assert signatures.from_client("", "anthropic") == ("", "")
