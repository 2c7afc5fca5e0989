"""Ollama's native requests as the neutral chat (github.com/ollama/ollama, docs/api.md)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.chat import (
    Image,
    Media,
    Message,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningWish,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from gateway.dialects.format import Body, Malformed, only
from gateway.dialects.media import from_data_url, true_type
from gateway.dialects.reading import (
    joined,
    json_text,
    listed,
    number,
    required,
    text_or_none,
    true_or_false,
    whole_number,
)

DIALECT = "ollama"
ROLES = ("system", "developer", "user", "assistant")
KNOWN = frozenset(
    "model messages prompt system images stream tools format options think logprobs top_logprobs".split()
)
MESSAGE_KNOWN = frozenset("role content images thinking tool_calls tool_name tool_call_id name".split())
OPTIONS_KNOWN = frozenset("temperature top_p top_k num_predict stop seed presence_penalty frequency_penalty".split())
EFFORT_OF_TRUE = "medium"  # what Ollama itself takes a bare `think: true` for where a model has levels


def parse_chat(body: Body) -> Request:
    """The body of `/api/chat` as a Request; without messages it only wants the model loaded. Raises Malformed."""
    calls = OpenCalls()
    messages = [message for item in listed(body, "messages", optional=True) for message in parse_message(item, calls)]
    return build(body, messages, tuple(map(parse_tool, listed(body, "tools", optional=True))))


def parse_generate(body: Body) -> Request:
    """The body of `/api/generate` as a Request of at most a system and a user message. Raises Malformed.

    `suffix`, `template`, `raw` and `context` have no meaning outside Ollama and ride along in the extras.
    """
    system, prompt = text_or_none(body, "system"), text_or_none(body, "prompt")
    said = (*parse_images(body), *texts(prompt))
    messages = [Message("system", (Text(system),))] if system and said else []
    return build(body, [*messages, Message("user", said)] if said else [], ())


def build(body: Body, messages: Iterable[Message], tools: tuple[Tool, ...]) -> Request:
    """What both endpoints have in common."""
    options = body.get("options")
    if options is not None and not isinstance(options, dict):
        raise Malformed("options must be an object", "options")
    options = options or {}
    return Request(
        model=required(body, "model", str),
        messages=joined(messages),
        stream=true_or_false(body, "stream") is not False,
        tools=tools,
        logprobs=true_or_false(body, "logprobs"),
        top_logprobs=whole_number(body, "top_logprobs"),
        output=parse_output(body.get("format")),
        reasoning=parse_think(body.get("think")),
        extras=parse_extras(body, options),
        **parse_options(options),
    )


def parse_extras(body: Body, options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What only Ollama knows: `keep_alive`, and options like `num_ctx`."""
    rest = {name: value for name, value in options.items() if name not in OPTIONS_KNOWN}
    extras = only(body, DIALECT, KNOWN)
    return {DIALECT: extras.get(DIALECT, {}) | {"options": rest}} if rest else extras


def parse_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that every format has, as members of a Request."""
    try:
        return {
            "temperature": number(options, "temperature"),
            "top_p": number(options, "top_p"),
            "top_k": whole_number(options, "top_k"),
            "max_tokens": positive(whole_number(options, "num_predict"), at_least=1),  # -1: no limit, -2: the context
            "seed": positive(whole_number(options, "seed"), at_least=0),  # -1: a new one each time
            "presence_penalty": number(options, "presence_penalty"),
            "frequency_penalty": number(options, "frequency_penalty"),
            "stop": parse_stop(options.get("stop")),
        }
    except Malformed as problem:
        raise Malformed(str(problem), f"options.{problem.param}") from None


def positive(value: int | None, *, at_least: int) -> int | None:
    return value if value is not None and value >= at_least else None


def parse_stop(stop: Any) -> tuple[str, ...]:
    if stop is None:
        return ()
    stops = [stop] if isinstance(stop, str) else stop
    if not isinstance(stops, list) or not all(isinstance(text, str) for text in stops):
        raise Malformed("stop must be a text or a list of texts", "stop")
    return tuple(filter(None, stops))


def parse_output(output: Any) -> OutputFormat | None:
    """`format`: "json", or a JSON schema."""
    match output:
        case None | "":
            return None
        case "json":
            return OutputFormat("json")
        case dict():
            return OutputFormat("schema", schema=output)
    raise Malformed('format must be "json" or a JSON schema', "format")


def parse_think(think: Any) -> ReasoningWish | None:
    match think:
        case None | "":
            return None
        case False:
            return ReasoningWish("none", is_shown=False)
        case True:
            return ReasoningWish(EFFORT_OF_TRUE, is_shown=True)
        case "low" | "medium" | "high" | "max":
            return ReasoningWish(think, is_shown=True)
    raise Malformed('think must be true, false, "low", "medium", "high" or "max"', "think")


class OpenCalls:
    """The calls of a history that have no result yet. Ollama's own clients send no ids, so they are made up."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: list[tuple[str, str]] = []  # id and name

    def begin(self, given: str, name: str) -> str:
        """The id of a call: its own, else one that is the same each time the history is sent."""
        call_id = given or f"call_{self._count}_{name}"
        self._count += 1
        self._waiting.append((call_id, name))
        return call_id

    def end(self, given: str, name: str) -> str:
        """The call a result belongs to: by id, else the oldest of that name, else the oldest."""
        for call in self._waiting:
            if (call[0] == given) if given else (call[1] == name or not name):
                self._waiting.remove(call)
                return call[0]
        return given or f"call_{name}"


def parse_message(item: Any, calls: OpenCalls) -> Iterator[Message]:
    """One message; none for one that says nothing."""
    if not isinstance(item, dict):
        raise Malformed("a message must be an object", "messages")
    role = item.get("role")
    said = (*parse_images(item), *texts(text_or_none(item, "content")))
    if role == "tool":
        yield Message("tool", (parse_tool_result(item, said, calls),))
        return
    if role not in ROLES:
        raise Malformed(f"there is no role {str(role)[:40]!r}", "messages.role")
    if role == "assistant":
        said = (*parse_thinking(item), *said, *parse_tool_calls(item, calls))
    if said:
        yield Message(role, said, extras=only(item, DIALECT, MESSAGE_KNOWN))


def texts(text: str | None) -> Iterator[Part]:
    if text:
        yield Text(text)


def parse_images(item: Mapping[str, Any]) -> Iterator[Part]:
    """Pictures in base64, which Ollama shows the model in front of the text; some clients send data URLs."""
    for image in listed(item, "images", optional=True):
        if not isinstance(image, str):
            raise Malformed("an image must be base64 text", "images")
        yield Image(from_data_url(image) or Media(true_type(image, "image/png"), data=image))


def parse_thinking(item: Mapping[str, Any]) -> Iterator[Part]:
    if thinking := text_or_none(item, "thinking"):
        yield Reasoning(thinking)


def parse_tool_calls(item: Mapping[str, Any], calls: OpenCalls) -> Iterator[Part]:
    for call in listed(item, "tool_calls", optional=True):
        if not isinstance(call, dict):
            raise Malformed("a tool call must be an object", "messages.tool_calls")
        function = required(call, "function", dict)
        name = required(function, "name", str)
        yield ToolCall(calls.begin(text_or_none(call, "id") or "", name), name, arguments_of(function))


def arguments_of(function: Mapping[str, Any]) -> str:
    """Arguments as JSON text; they are an object here, but text is understood."""
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        return arguments or "{}"
    return json_text(arguments or {})


def parse_tool_result(item: Mapping[str, Any], said: tuple[Part, ...], calls: OpenCalls) -> ToolResult:
    name = text_or_none(item, "tool_name") or text_or_none(item, "name") or ""
    return ToolResult(calls.end(text_or_none(item, "tool_call_id") or "", name), said, name=name)


def parse_tool(item: Any) -> Tool:
    if not isinstance(item, dict):
        raise Malformed("a tool must be an object", "tools")
    function = required(item, "function", dict)
    parameters = function.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise Malformed("parameters must be an object", "tools.parameters")
    name, description = required(function, "name", str), text_or_none(function, "description") or ""
    return Tool(name, description, parameters)
