"""Chat values for property tests: what Chat Completions can say, in canonical form."""

import base64
import json
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.chat import (
    Audio,
    Begin,
    Choice,
    Delta,
    Document,
    Finish,
    Finished,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningDelta,
    ReasoningWish,
    Refusal,
    RefusalDelta,
    Request,
    Response,
    Spent,
    Text,
    TextDelta,
    Tool,
    ToolBegin,
    ToolCall,
    ToolChoice,
    ToolDelta,
    ToolResult,
    Usage,
)

DIALECT = "openai-chat"
PICTURES = [
    Media("image/png", data=base64.b64encode(b"\x89PNG\r\n\x1a\n0000").decode()),
    Media("image/jpeg", data=base64.b64encode(b"\xff\xd8\xff\xe0 picture").decode()),
    Media(url="https://pictures.example/a.png"),
]
PAPERS = [
    Media("application/pdf", data=base64.b64encode(b"%PDF-1.7 paper").decode()),
    Media("text/plain", data=base64.b64encode(b"plain").decode()),
    Media(file_id="file-abc"),
]
SOUNDS = [Media(f"audio/{kind}", data="c291bmQ=") for kind in ("wav", "mp3")]

texts = st.text(min_size=1, max_size=20)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_-]{0,8}", fullmatch=True)
marks = st.sampled_from([None, "", "1h"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
json_objects = st.dictionaries(st.text(max_size=5), json_values, max_size=3)
arguments = json_objects.map(json.dumps)
counts = st.integers(0, 2**40)
usages = st.builds(Usage, input=counts, output=counts, cached=counts, cache_written=counts, reasoning=counts)


# Parts and messages

text_parts = st.builds(Text, texts, cache=marks)
image_parts = st.builds(Image, st.sampled_from(PICTURES), detail=st.sampled_from(["", "low", "original"]), cache=marks)
document_parts = st.builds(Document, st.sampled_from(PAPERS), title=st.sampled_from(["", "a.pdf"]), cache=marks)
user_parts = st.one_of(
    text_parts,
    image_parts,
    document_parts,
    st.builds(Audio, st.sampled_from(SOUNDS)),
    st.builds(Foreign, st.just(DIALECT), st.just({"type": "future", "value": 1})),
)
function_calls = st.builds(
    ToolCall, st.integers(0, 9).map("call_f{}".format), names, arguments, signature=st.sampled_from(["", "c2ln"])
)
custom_calls = st.builds(
    ToolCall, st.integers(0, 9).map("call_c{}".format), names, st.text(max_size=9), kind=st.just("custom")
)
call_lists = st.lists(function_calls | custom_calls, max_size=3, unique_by=lambda call: call.id)


@st.composite
def said_parts(draw: Any, *, texts_at_most: int = 2) -> tuple[Any, ...]:
    """What an assistant says, in the order in which it is read."""
    thought = draw(st.lists(st.builds(Reasoning, texts), max_size=1))
    said = draw(st.lists(text_parts if texts_at_most > 1 else st.builds(Text, texts), max_size=texts_at_most))
    refusal = draw(st.lists(st.builds(Refusal, texts), max_size=1))
    return (*thought, *said, *refusal, *draw(call_lists))


results = st.builds(
    ToolResult,
    st.integers(0, 9).map("call_f{}".format) | st.integers(0, 9).map("call_c{}".format),
    st.lists(text_parts, max_size=2).map(tuple),
    name=st.just("") | names,
    cache=marks,
)
message_extras = st.sampled_from([{}, {DIALECT: {"audio": {"id": "audio_1"}}}])
messages = st.one_of(
    st.builds(
        Message, st.sampled_from(["system", "developer"]), st.lists(text_parts, min_size=1, max_size=2).map(tuple)
    ),
    st.builds(
        Message, st.just("user"), st.lists(user_parts, min_size=1, max_size=3).map(tuple), name=st.just("") | names
    ),
    st.builds(Message, st.just("assistant"), said_parts().filter(bool), extras=message_extras),
    st.builds(Message, st.just("tool"), st.lists(results, min_size=1, max_size=3).map(tuple)),
)


def canonical(found: list[Message]) -> tuple[Message, ...]:
    """Without neighbours of one role; the results of custom tools as such."""
    kept: list[Message] = []
    for message in found:
        if not kept or kept[-1].role != message.role or message.role in ("system", "developer"):
            kept.append(message)
    calls = [part for message in kept for part in message.parts if isinstance(part, ToolCall)]
    customs = {call.id for call in calls if call.kind == "custom"}
    return tuple(of_kinds(message, customs) for message in kept)


def of_kinds(message: Message, customs: set[str]) -> Message:
    parts = [
        replace(part, kind="custom") if isinstance(part, ToolResult) and part.call_id in customs else part
        for part in message.parts
    ]
    return replace(message, parts=tuple(parts))


# Requests

functions = st.builds(
    Tool,
    names,
    st.text(max_size=9),
    st.none() | json_objects,
    strict=st.sampled_from([None, True, False]),
    cache=marks,
    extras=st.sampled_from([{}, {DIALECT: {"defer": True}}]),
)
customs = st.builds(
    Tool,
    names,
    st.text(max_size=9),
    kind=st.just("custom"),
    grammar=st.sampled_from([None, {"type": "text"}]),
    cache=marks,
)
tool_lists = st.lists(functions | customs, max_size=3, unique_by=lambda tool: tool.name)
outputs = st.one_of(
    st.none(),
    st.builds(OutputFormat, st.sampled_from(["text", "json"])),
    st.builds(
        OutputFormat,
        st.just("schema"),
        schema=st.none() | json_objects,
        name=names,
        description=st.text(max_size=9),
        strict=st.sampled_from([None, True, False]),
    ),
)
efforts = st.sampled_from(["none", "minimal", "low", "medium", "high", "xhigh", "max"])
floats = st.none() | st.floats(0, 2, allow_nan=False)
whole = st.none() | st.integers(0, 2**31)


@st.composite
def tool_members(draw: Any) -> dict[str, Any]:
    """Tools with a choice of them, or neither."""
    tools = draw(tool_lists)
    foreign = draw(st.lists(st.just(Foreign(DIALECT, {"type": "web_search"})), max_size=1))
    if not tools:
        return {"tools": tuple(foreign)}
    some = draw(st.lists(st.sampled_from([tool.name for tool in tools]), min_size=1, unique=True).map(tuple))
    choices = [
        None,
        *(ToolChoice(mode) for mode in ("auto", "none", "required")),
        *(ToolChoice(mode, some) for mode in ("auto", "required")),
        ToolChoice("named", some[:1]),
    ]
    return {
        "tools": (*tools, *foreign),
        "tool_choice": draw(st.sampled_from(choices)),
        "parallel_tools": draw(st.sampled_from([None, True, False])),
    }


@st.composite
def requests(draw: Any) -> Request:
    """Whatever Chat Completions can ask."""
    return Request(
        model=draw(names),
        messages=canonical(draw(st.lists(messages, max_size=5))),
        stream=draw(st.booleans()),
        max_tokens=draw(whole),
        temperature=draw(floats),
        top_p=draw(floats),
        top_k=draw(whole),
        stop=tuple(draw(st.lists(st.text(max_size=5), max_size=3))),
        seed=draw(whole),
        choices=draw(whole),
        presence_penalty=draw(floats),
        frequency_penalty=draw(floats),
        logprobs=draw(st.sampled_from([None, True, False])),
        top_logprobs=draw(whole),
        output=draw(outputs),
        reasoning=draw(st.none() | efforts.map(ReasoningWish)),
        user=draw(st.just("") | names),
        extras=draw(st.sampled_from([{}, {DIALECT: {"service_tier": "flex", "verbosity": "low"}}])),
        **draw(tool_members()),
    )


# Answers


def finishes(has_calls: bool) -> Any:
    plain: list[Finish] = ["length", "content_filter", "tool_calls" if has_calls else "stop"]
    return st.sampled_from(plain)


@st.composite
def responses(draw: Any) -> Response:
    """Whatever Chat Completions can answer."""
    said = draw(st.lists(said_parts(texts_at_most=1), min_size=1, max_size=2))
    choices = [
        Choice(parts, draw(finishes(any(isinstance(part, ToolCall) for part in parts))), index=index)
        for index, parts in enumerate(said)
    ]
    usage = draw(st.none() | usages)
    return Response(draw(names), draw(names), tuple(choices), usage=usage, created=draw(st.integers(1, 2**40)))


@st.composite
def told_calls(draw: Any, choice: int) -> list[Delta]:
    """Tool calls of one choice, their arguments in pieces, and interleaved."""
    begins: list[Delta] = []
    pieces: list[Delta] = []
    for index, call in enumerate(draw(call_lists)):
        begins.append(ToolBegin(index, call.id, call.name, kind=call.kind, signature=call.signature, choice=choice))
        cut = draw(st.integers(0, len(call.arguments)))
        halves = call.arguments[:cut], call.arguments[cut:]
        pieces += [ToolDelta(index, piece, choice) for piece in halves if piece]
    return begins + draw(st.permutations(pieces)) if draw(st.booleans()) else begins + pieces


@st.composite
def streams(draw: Any) -> list[Delta]:
    """A whole answer as Chat Completions can stream it: choice by choice, then its usage, then how each ended."""
    deltas: list[Delta] = [Begin(draw(names), "asked-model", draw(st.integers(1, 2**40)))]
    ends: list[Delta] = []
    for choice in range(draw(st.integers(1, 2))):
        spoken = st.one_of(
            st.builds(TextDelta, texts, st.just(choice)),
            st.builds(ReasoningDelta, texts, choice=st.just(choice)),
            st.builds(RefusalDelta, texts, st.just(choice)),
        )
        calls = draw(told_calls(choice))
        deltas += draw(st.lists(spoken, max_size=4)) + calls
        ends.append(Finished(draw(finishes(bool(calls))), choice=choice))
    return [*deltas, Spent(draw(usages)), *ends]
