"""What Anthropic can say survives its format: as a request, as an answer, as a stream."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Begin,
    Choice,
    Delta,
    Document,
    Finished,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    ReasoningWish,
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
from gateway.dialects.anthropic import FORMAT
from gateway.dialects.format import WriterSettings
from gateway.dialects.reading import json_text
from gateway.sse import Decoder

often = settings(deadline=None, max_examples=100, derandomize=True, database=None)

words = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)
caches = st.sampled_from([None, "", "1h"])
numbers = st.integers(0, 10**6)
values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
arguments = st.dictionaries(st.text(max_size=5), values, max_size=3).map(json_text)
call_ids = st.from_regex(r"[a-zA-Z0-9_-]{1,12}", fullmatch=True)
own_blocks = st.builds(lambda name: {"type": "container_upload", "file_id": name}, words)

pictures = st.builds(Media, st.sampled_from(["image/webp", "image/gif"]), data=st.sampled_from(["AAAA", "BBBB"]))
texts = st.builds(Text, words, cache=caches)
images = st.builds(Image, pictures | st.builds(lambda url: Media(url=url), words), cache=caches)
documents = st.builds(
    Document,
    st.builds(lambda data: Media("application/pdf", data=data), st.sampled_from(["AAAA", "BBBB"]))
    | st.builds(lambda text: Media("text/plain", text=text), words)
    | st.builds(lambda name: Media(file_id=name), words),
    title=words | st.just(""),
    context=words | st.just(""),
    cache=caches,
)
foreign = st.builds(Foreign, st.just("anthropic"), own_blocks)
thoughts = st.builds(Reasoning, st.text(max_size=9), words, st.just("anthropic")) | st.builds(
    Reasoning, signature=words, origin=st.just("anthropic"), is_redacted=st.just(True)
)
calls = st.builds(ToolCall, call_ids, words, arguments, cache=caches)
results = st.builds(
    ToolResult,
    call_ids,
    st.lists(texts | images | documents | foreign, max_size=3).map(tuple),
    is_error=st.booleans(),
    cache=caches,
)


def message(role: str, parts: Any) -> Any:
    return st.builds(Message, st.just(role), st.lists(parts, min_size=1, max_size=3).map(tuple))


users = message("user", texts | images | documents | foreign)
tools_then_users = st.tuples(message("tool", results), users) | st.tuples(message("tool", results)) | st.tuples(users)
assistants = message("assistant", texts | thoughts | calls | foreign)
instructions = message("system", texts)


def together(leading: Message | None, turns: list[Any], last: Any) -> tuple[Message, ...]:
    """A conversation: the users' turns and the assistant's alternate, with instructions in between."""
    said = [*([leading] if leading else ())]
    for asked, between, answered in turns:
        said += [*asked, *([between] if between else ()), answered]
    return (*said, *last)


conversations = st.builds(
    together,
    st.none() | instructions,
    st.lists(st.tuples(tools_then_users, st.none() | instructions, assistants), max_size=3),
    tools_then_users,
)
own_tools = st.builds(
    Tool,
    words,
    words | st.just(""),
    st.dictionaries(words, st.just({"type": "string", "minLength": 1}), max_size=2).map(
        lambda properties: {"type": "object", "properties": properties, "$defs": {}}
    ),
    strict=st.sampled_from([None, False]),
    cache=caches,
    extras=st.sampled_from([{}, {"anthropic": {"defer_loading": True}}]),
) | st.builds(lambda name: Foreign("anthropic", {"type": "bash_20250124", "name": name}), words)

# Thinking, and what goes only without it.
thinking: Any = st.builds(
    dict,
    reasoning=st.builds(
        ReasoningWish,
        st.sampled_from(["", "low", "medium", "high", "xhigh", "max"]),
        is_adaptive=st.just(True),
        is_shown=st.sampled_from([None, True, False]),
    ),
    tool_choice=st.sampled_from([ToolChoice("auto"), ToolChoice("none")]),
    top_p=st.none() | st.floats(0.95, 1),
)
not_thinking: Any = st.builds(
    dict,
    reasoning=st.sampled_from([None, ReasoningWish("none")]),
    tool_choice=st.sampled_from([ToolChoice("auto"), ToolChoice("required"), ToolChoice("named", ("look",))]),
    parallel_tools=st.sampled_from([None, False]),
    temperature=st.none() | st.floats(0, 1),
    top_p=st.none() | st.floats(0, 1),
    top_k=st.none() | numbers,
)
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
requests = st.builds(
    lambda knobs, **members: Request(**members, **knobs),
    thinking | not_thinking,
    model=words,
    messages=conversations,
    stream=st.booleans(),
    tools=st.lists(own_tools, min_size=1, max_size=3).map(tuple),
    max_tokens=numbers,
    stop=st.lists(words, max_size=2).map(tuple),
    output=st.sampled_from([None, OutputFormat("schema", schema=SCHEMA)]),
    user=words | st.just(""),
    extras=st.sampled_from([{}, {"anthropic": {"service_tier": "auto", "metadata": {"team": "t"}}}]),
)


@often
@given(requests)
def test_requests_survive(request: Request) -> None:
    built = FORMAT.build_request(request)

    assert FORMAT.parse_request(built.body) == request
    assert built.dropped == ()


usages = st.builds(
    lambda fresh, cached, written, rest, thought: Usage(
        fresh + cached + written, thought + rest, cached, written, thought
    ),
    *[st.integers(1, 10**6)] * 5,
)
endings = st.sampled_from(["stop", "length", "context", "pause", "content_filter"])
said_parts = st.builds(Text, words) | thoughts | st.builds(ToolCall, call_ids, words, arguments) | foreign
answers = st.builds(
    lambda parts, finish, **members: Response(
        choices=(Choice(parts, "tool_calls" if any(isinstance(part, ToolCall) for part in parts) else finish),),
        **members,
    ),
    st.lists(said_parts, max_size=4).map(tuple),
    endings,
    id=words,
    model=words,
    usage=usages,
)


@often
@given(answers)
def test_answers_survive(response: Response) -> None:
    assert FORMAT.parse_response(FORMAT.build_response(response, Request(model="m", messages=()))) == response


def cut(whole: str, at: int) -> list[str]:
    return [piece for piece in (whole[:at], whole[at:]) if piece]


@st.composite
def streams(draw: Any) -> list[Delta]:
    """A stream as a reader might tell it: text and thoughts in pieces, calls one after the other."""
    deltas: list[Delta] = [Begin(draw(words), "smart", usage=Usage(input=draw(numbers)))]
    count = 0
    for kind in draw(st.lists(st.sampled_from(["text", "thought", "redacted", "call", "own"]), max_size=5)):
        whole, at = draw(words), draw(st.integers(0, 5))
        if kind == "text":
            deltas += [TextDelta(piece) for piece in cut(whole, at)]
        elif kind == "thought":
            deltas += [ReasoningDelta(piece) for piece in cut(whole, at)]
            deltas.append(ReasoningDelta(signature=draw(words), origin="anthropic"))
        elif kind == "redacted":
            deltas.append(ReasoningDelta(signature=whole, origin="anthropic", is_redacted=True))
        elif kind == "call":
            deltas.append(ToolBegin(count, draw(call_ids), whole))
            deltas += [ToolDelta(count, piece) for piece in cut(draw(arguments), at)]
            count += 1
        else:
            deltas.append(PartDelta(Foreign("anthropic", draw(own_blocks))))
    finished = Finished("tool_calls") if count else Finished(draw(endings))
    return [*deltas, Spent(draw(usages)), finished]


def joined(deltas: Iterable[Delta]) -> list[Delta]:
    """Neighbouring pieces of one text, thought or call as one."""
    result: list[Delta] = []
    for delta in deltas:
        last = result[-1] if result else None
        match last, delta:
            case TextDelta(), TextDelta():
                result[-1] = TextDelta(last.text + delta.text)
            case ReasoningDelta(signature=""), ReasoningDelta(signature=""):
                result[-1] = ReasoningDelta(last.text + delta.text)
            case ToolDelta(), ToolDelta() if last.index == delta.index:
                result[-1] = ToolDelta(last.index, last.arguments + delta.arguments)
            case _:
                result.append(delta)
    return result


def through(deltas: Iterable[Delta]) -> list[Delta]:
    """The deltas after a client's stream was written from them and read again."""
    writer = FORMAT.writer(WriterSettings("smart", "call", True, Usage(), Request(model="smart", messages=())))
    reader = FORMAT.reader()
    stream = b"".join([writer.write(delta) for delta in deltas]) + writer.end()
    return [told for event in Decoder().feed(stream) for told in reader.feed(event)] + reader.end()


@often
@given(streams())
def test_streams_survive(deltas: list[Delta]) -> None:
    assert joined(through(deltas)) == joined(deltas)


@often
@given(st.lists(arguments, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_34_parallel_calls_survive_in_any_order_of_their_pieces(given_: list[str], random: Any) -> None:
    begins = [ToolBegin(index, f"c{index}", "look") for index in range(len(given_))]
    pieces = [[ToolDelta(index, piece) for piece in cut(text, len(text) // 2)] for index, text in enumerate(given_)]
    mixed: list[Delta] = []
    while waiting := [each for each in pieces if each]:
        mixed.append(random.choice(waiting).pop(0))

    expected = [told for index, begin in enumerate(begins) for told in (begin, ToolDelta(index, given_[index]))]
    assert joined(through([*begins, *mixed, Finished("tool_calls")]))[1:-2] == expected
