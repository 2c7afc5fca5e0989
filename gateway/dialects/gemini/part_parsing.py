"""Parts of a Gemini content as parts of the neutral chat."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.chat import Audio, Document, Foreign, Image, Media, Part, Reasoning, Text, ToolCall, ToolResult
from gateway.dialects.format import Body, only
from gateway.dialects.gemini.call_ids import CallIds
from gateway.dialects.gemini.members import inner, several
from gateway.dialects.media import true_type
from gateway.dialects.reading import json_text, required, text_or_none
from gateway.dialects.signatures import from_client

DIALECT = "gemini"
# What stands for a signature that is not to be had (https://ai.google.dev/gemini-api/docs/thought-signatures);
# gemini-cli sends it as it is, others in base64.
SKIP = "skip_thought_signature_validator"
SENTINEL = base64.b64encode(SKIP.encode()).decode()
REDACTED = "+redacted"  # after the origin of a signature that stands for a whole thought

TEXT_MEMBERS = frozenset({"text", "thought", "thoughtSignature"})
OWN_FILES = ("https://generativelanguage.googleapis.com/", "files/", "gs://")
TYPE_BY_SUFFIX = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "wav": "audio/wav",
    "mp3": "audio/mp3",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "mp4": "video/mp4",
}


def parse_parts(content: Mapping[str, Any], ids: CallIds) -> tuple[Part, ...]:
    """The parts of one content. A thought that came in pieces is one; a signature alone belongs to what it follows."""
    parts: list[Part] = []
    for item in several(content, "parts"):
        part = parse_part(item, ids)
        if part is not None:
            parts[-1:] = follow(parts[-1:], part, is_thought=item.get("thought") is True)
    return tuple(parts)


def follow(last: list[Part], part: Part, is_thought: bool) -> Iterator[Part]:
    """The last part, if there is one, and the next: one part where the next only goes on with it."""
    match last, part:
        case [Reasoning(signature="") as before], Reasoning(is_redacted=False):
            yield msgspec.structs.replace(part, text=before.text + part.text)
        case [Text() as before], Reasoning(text="", origin="gemini") if not is_thought and not before.extras:
            yield Text(before.text, extras={DIALECT: {"thoughtSignature": part.signature}})
        case _:
            yield from (*last, part)


def parse_part(item: Body, ids: CallIds) -> Part | None:
    """One part, its members in camelCase; None for one that says nothing."""
    if item.get("text") or item.keys() <= TEXT_MEMBERS:
        return parse_text(item)
    if item.get("functionCall") is not None:
        return parse_call(inner(item, "functionCall"), text_or_none(item, "thoughtSignature") or "", ids)
    if item.get("functionResponse") is not None:
        return parse_result(inner(item, "functionResponse"), ids)
    if item.get("inlineData") is not None:
        return parse_inline(inner(item, "inlineData"), only(item, DIALECT, frozenset({"inlineData"})))
    if item.get("fileData") is not None:
        return parse_file(inner(item, "fileData"), only(item, DIALECT, frozenset({"fileData"})))
    return Foreign(DIALECT, item) if item else None


def parse_text(item: Body) -> Part | None:
    """A text or a thought; a signature without either is a thought without words."""
    text, signature = text_or_none(item, "text") or "", text_or_none(item, "thoughtSignature") or ""
    if item.get("thought") is True or not text:
        return parse_thought(text, signature) if text or signature else None
    return Text(text, extras=only(item, DIALECT, frozenset({"text", "thought"})))


def parse_thought(text: str, signature: str) -> Reasoning:
    """A thought; its signature may be another provider's that a client brings back."""
    own, origin = from_client(standard_base64(signature), DIALECT)
    is_redacted = origin.endswith(REDACTED)
    return Reasoning(text, own, origin.removesuffix(REDACTED), is_redacted)


def parse_call(call: Body, signature: str, ids: CallIds) -> ToolCall:
    name = required(call, "name", str)
    return ToolCall(
        id=ids.of_call(text_or_none(call, "id") or "", name),
        name=name,
        arguments=json_text(call.get("args") or {}),
        signature=own_signature(signature),
    )


def own_signature(signature: str) -> str:
    """A call's signature if Gemini issued it."""
    own, origin = from_client(standard_base64(signature), DIALECT)
    return own if origin == DIALECT and own not in (SKIP, standard_base64(SKIP), SENTINEL) else ""


def parse_result(result: Body, ids: CallIds) -> ToolResult:
    """A function's answer: an object, in which the SDKs call a value `result` or `output` and a failure `error`."""
    name = text_or_none(result, "name") or ""
    text, is_error = answer_in(result.get("response"))
    media = tuple(part for item in several(result, "parts") if (part := parse_part(item, ids)) is not None)
    return ToolResult(
        call_id=ids.of_result(text_or_none(result, "id") or "", name),
        parts=(*([Text(text)] if text else []), *media),
        is_error=is_error,
        name=name,
        extras=only(result, DIALECT, frozenset({"id", "name", "response", "parts"})),
    )


def answer_in(response: Any) -> tuple[str, bool]:
    """The text of a function's answer, and whether it tells of a failure."""
    match response:
        case None:
            return "", False
        case str():
            return response, False
        case dict() if len(response) == 1:
            ((name, value),) = response.items()
            if name in ("result", "output", "error") and isinstance(value, str):
                return value, name == "error"
    return json_text(response), False


def parse_inline(blob: Body, extras: dict[str, dict[str, Any]]) -> Part:
    data = standard_base64(required(blob, "data", str))
    mime_type = true_type(data, text_or_none(blob, "mimeType") or "application/octet-stream")
    media = Media(mime_type, data=data)
    if mime_type.startswith("text/"):
        media = as_text(media)
    return of_kind(media, text_or_none(blob, "displayName") or "", extras)


def parse_file(file: Body, extras: dict[str, dict[str, Any]]) -> Part:
    uri = required(file, "fileUri", str)
    mime_type = text_or_none(file, "mimeType") or type_of_url(uri)
    media = Media(mime_type, file_id=uri) if uri.startswith(OWN_FILES) else Media(mime_type, url=uri)
    return of_kind(media, text_or_none(file, "displayName") or "", extras)


def of_kind(media: Media, title: str, extras: dict[str, dict[str, Any]]) -> Part:
    if media.mime_type.startswith("image/"):
        return Image(media, extras=extras)
    if media.mime_type.startswith("audio/"):
        return Audio(media, extras=extras)
    return Document(media, title=title, extras=extras)


def as_text(media: Media) -> Media:
    """A text file's data as text, which more formats have a place for."""
    try:
        return Media(media.mime_type, text=base64.b64decode(media.data, validate=True).decode())
    except (binascii.Error, ValueError):
        return media


def standard_base64(data: str) -> str:
    """Base64 in its usual alphabet: google-genai writes the one for URLs, which others refuse."""
    return data.replace("-", "+").replace("_", "/")


def type_of_url(url: str, default: str = "") -> str:
    """The media type that a URL's ending stands for."""
    path = url.partition("?")[0].partition("#")[0]
    return TYPE_BY_SUFFIX.get(path.rpartition(".")[2].lower(), default)
