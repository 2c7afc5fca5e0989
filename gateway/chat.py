"""The neutral chat: what every dialect is parsed into and built from.

Frozen values that know no wire format. What only one format has words for rides along in `extras`, under that
dialect's name: the same dialect gets it back, no other ever sees it. (msgspec's structs and not dataclasses: a long
conversation is some hundred values, and these are made ten times faster. `gc=False`: they are trees and can't be part
of a circle, so the collector need not look at them.)

Canonical forms, so that equal conversations are equal values whatever format they came in:
neighbouring messages of one role are one message, except for `system` and `developer`; the results of tools are
messages of role `tool`; a string is one Text; empty texts are left out; a tool call without arguments has "{}".
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

Extras = Mapping[str, Mapping[str, Any]]  # dialect → member → value
Role = Literal["system", "developer", "user", "assistant", "tool"]
Finish = Literal["stop", "stop_sequence", "length", "context", "tool_calls", "content_filter", "pause"]
ToolKind = Literal["function", "custom"]


class Value(Struct, frozen=True, kw_only=True, gc=False):
    """What all of them have."""

    extras: Extras = {}

    def own(self, dialect: str) -> Mapping[str, Any]:
        """What only this dialect knows of the value."""
        return self.extras.get(dialect, {})


class Media(Struct, frozen=True, gc=False):
    """Where an image, a sound or a document is. One of: base64 `data`, `url`, a provider's `file_id`, plain `text`."""

    mime_type: str = ""
    data: str = ""
    url: str = ""
    file_id: str = ""
    text: str = ""


# Parts of a message. `cache`: a mark to cache the prompt up to here; None: no mark, "": the default time, else "1h".


class Text(Value, frozen=True, gc=False):
    text: str
    cache: str | None = None


class Refusal(Value, frozen=True, gc=False):
    """The model's own words for why it does not answer."""

    text: str


class Image(Value, frozen=True, gc=False):
    media: Media
    detail: str = ""
    cache: str | None = None


class Audio(Value, frozen=True, gc=False):
    media: Media


class Document(Value, frozen=True, gc=False):
    media: Media
    title: str = ""
    context: str = ""
    cache: str | None = None


class Reasoning(Value, frozen=True, gc=False):
    """What the model thought. `signature` is opaque and good only at the `origin` dialect that issued it; with
    `is_redacted` it stands for the whole thought and there is no text."""

    text: str = ""
    signature: str = ""
    origin: str = ""
    is_redacted: bool = False


class ToolCall(Value, frozen=True, gc=False):
    """`arguments` is JSON text for a function, any text for a custom tool. `signature`: Gemini's, see Reasoning."""

    id: str
    name: str
    arguments: str = "{}"
    kind: ToolKind = "function"
    namespace: str = ""
    signature: str = ""
    cache: str | None = None


class ToolResult(Value, frozen=True, gc=False):
    """`name`: of the tool, where the format tells it."""

    call_id: str
    parts: "tuple[Part, ...]"
    is_error: bool = False
    name: str = ""
    kind: ToolKind = "function"
    cache: str | None = None


class Foreign(Struct, frozen=True, gc=False):
    """A block, or a tool, that only `dialect` has; kept for it as it came."""

    dialect: str
    body: Mapping[str, Any]


Part = Text | Refusal | Image | Audio | Document | Reasoning | ToolCall | ToolResult | Foreign


class Message(Value, frozen=True, gc=False):
    role: Role
    parts: tuple[Part, ...]
    name: str = ""


class Tool(Value, frozen=True, gc=False):
    """`parameters`: a JSON schema. A custom tool takes free text; `grammar` is its format as OpenAI writes it."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None
    kind: ToolKind = "function"
    grammar: Mapping[str, Any] | None = None
    namespace: str = ""
    cache: str | None = None


class ToolChoice(Struct, frozen=True, gc=False):
    """`names`: the one tool for `named`, those allowed for `auto` and `required`; empty: all."""

    mode: Literal["auto", "none", "required", "named"]
    names: tuple[str, ...] = ()


class OutputFormat(Value, frozen=True, gc=False):
    kind: Literal["text", "json", "schema"]
    schema: Mapping[str, Any] | None = None
    name: str = ""
    description: str = ""
    strict: bool | None = None


class ReasoningWish(Struct, frozen=True, gc=False):
    """How much to think. `effort`: "none" (not at all), minimal, low, medium, high, xhigh, max, or "" (unsaid);
    `budget`: tokens; `is_adaptive`: the model decides; `is_shown`: whether the client wants to read it."""

    effort: str = ""
    budget: int | None = None
    is_adaptive: bool = False
    is_shown: bool | None = None


class Request(Value, frozen=True, gc=False):
    """`max_tokens` includes reasoning. `stop`: texts to stop at. `choices`: how many answers (OpenAI's `n`)."""

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    tools: tuple[Tool | Foreign, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tools: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    choices: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    output: OutputFormat | None = None
    reasoning: ReasoningWish | None = None
    user: str = ""


class MediaTokens(Struct, frozen=True, gc=False):
    """How many of a call's tokens are sound, pictures, film: of its input, of what was cached of that, of its output.
    None: nobody told them apart, which is not 0."""

    audio_input: int | None = None
    audio_cached: int | None = None
    audio_output: int | None = None
    image_input: int | None = None
    image_cached: int | None = None
    image_output: int | None = None
    video_input: int | None = None
    video_cached: int | None = None
    video_output: int | None = None


class Usage(Struct, frozen=True, gc=False):
    """Token counts of one call; `input` includes what was `cached` and what was written to the cache (for an hour:
    `cache_written_1h`), `output` includes `reasoning`, and both what `media` tells apart. `is_estimated`: nobody
    counted. `tier`: "flex", "priority" …, if it has its own price."""

    input: int = 0
    output: int = 0
    cached: int = 0
    cache_written: int = 0
    reasoning: int = 0
    is_estimated: bool = False
    tier: str = ""
    media: MediaTokens | None = None
    cache_written_1h: int = 0


class Choice(Value, frozen=True, gc=False):
    """One answer. `finish` is None only where the format allows not to say."""

    parts: tuple[Part, ...]
    finish: Finish | None = "stop"
    stop_sequence: str = ""
    index: int = 0


class Response(Value, frozen=True, gc=False):
    """`created`: Unix seconds, 0 if unsaid."""

    id: str
    model: str
    choices: tuple[Choice, ...]
    usage: Usage | None = None
    created: int = 0


# A streamed answer is Begin, then what is said as it is said, then Finished once per choice, with Spent anywhere.
# `choice` is the index of the answer; tool calls of one answer are numbered 0, 1, 2 in the order they began.


class Begin(Struct, frozen=True, gc=False):
    """The first delta of every stream. `usage`: what is known at the start, the prompt's tokens."""

    id: str
    model: str
    created: int = 0
    usage: Usage | None = None


class TextDelta(Struct, frozen=True, gc=False):
    text: str
    choice: int = 0


class RefusalDelta(Struct, frozen=True, gc=False):
    text: str
    choice: int = 0


class ReasoningDelta(Struct, frozen=True, gc=False):
    """A piece of a thought, or its signature, which ends it; see Reasoning."""

    text: str = ""
    signature: str = ""
    origin: str = ""
    is_redacted: bool = False
    choice: int = 0


class ToolBegin(Struct, frozen=True, gc=False):
    index: int
    id: str
    name: str
    kind: ToolKind = "function"
    namespace: str = ""
    signature: str = ""
    choice: int = 0


class ToolDelta(Struct, frozen=True, gc=False):
    """More of the arguments of tool call `index`. A call that gets none has "{}"."""

    index: int
    arguments: str
    choice: int = 0


class PartDelta(Struct, frozen=True, gc=False):
    """A part that comes in one piece: an image, a sound."""

    part: Part
    choice: int = 0


class Finished(Struct, frozen=True, gc=False):
    finish: Finish
    stop_sequence: str = ""
    choice: int = 0


class Spent(Struct, frozen=True, gc=False):
    """What the whole call cost so far; the last one counts."""

    usage: Usage


class Failed(Struct, frozen=True, gc=False):
    """The answer broke off. `status`: the HTTP status it stands for, where it tells one."""

    message: str
    kind: str = ""
    code: str = ""
    status: int | None = None


Delta = (
    Begin | TextDelta | RefusalDelta | ReasoningDelta | ToolBegin | ToolDelta | PartDelta | Finished | Spent | Failed
)
