"""The neutral chat as generateContent requests. Model and stream are in Gemini's URLs, not in its bodies."""

import base64
from collections.abc import Iterable, Iterator
from itertools import dropwhile, groupby, takewhile
from typing import Any

from gateway.chat import (
    Audio,
    Document,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.format import Body, Built, Impossible
from gateway.dialects.gemini.members import without_none
from gateway.dialects.gemini.part_parsing import DIALECT, OWN_FILES, SENTINEL, type_of_url
from gateway.dialects.reading import json_object, json_text

MOST_STOPS = 5
SEEDS = 2**31  # an int32
LEVELS = {"minimal": "MINIMAL", "low": "LOW", "medium": "MEDIUM", "high": "HIGH", "xhigh": "XHIGH", "max": "XHIGH"}
# Members of other formats that change the answer, so that leaving them out must be told.
TELLING = ("logit_bias", "modalities", "verbosity", "web_search_options")
NOTHING_SAID = {"text": "."}  # a conversation begins with the user


def build_request(request: Request) -> Built:
    """A Request as a generateContent body. Raises Impossible for a file that is at another provider."""
    dropped: list[str] = []
    own = request.own(DIALECT)
    tools = [*own_tools(request.tools, dropped)]
    declared = build_tools(tools or called_tools(request.messages))
    body: Body = {
        "contents": build_contents(request.messages, dropped),
        "systemInstruction": build_system(request.messages, dropped),
        "tools": declared or None,
        "toolConfig": build_tool_config(request, tools, own.get("toolConfig") or {}),
        "generationConfig": build_config(request, dropped) | (own.get("generationConfig") or {}) or None,
    }
    body |= {name: value for name, value in own.items() if name not in body}
    dropped += unsaid(request)
    return Built(without_none(body), tuple(dict.fromkeys(dropped)))


def unsaid(request: Request) -> Iterator[str]:
    """What was asked for and Gemini has no word for."""
    if request.parallel_tools is False:
        yield "parallel_tools"
    if request.user:
        yield "user"
    for dialect, members in request.extras.items():
        if dialect != DIALECT:
            yield from (name for name in TELLING if name in members)


def build_system(messages: Iterable[Message], dropped: list[str]) -> Body | None:
    """The system messages at the start, all in one."""
    leading = takewhile(is_system, messages)
    parts = [item for message in leading for part in message.parts for item in build_part(part, dropped)]
    texts = [item for item in parts if "text" in item]
    if len(texts) < len(parts):
        dropped.append("messages.system")
    return {"parts": texts} if texts else None


def is_system(message: Message) -> bool:
    return message.role in ("system", "developer")


def build_contents(messages: Iterable[Message], dropped: list[str]) -> list[Body]:
    """Contents in turns, the user's first; a conversation without a word of the user gets one."""
    names: dict[str, str] = {}
    contents: list[Body] = []
    for message in dropwhile(is_system, messages):
        names |= {part.id: part.name for part in message.parts if isinstance(part, ToolCall)}
        role = "model" if message.role == "assistant" else "user"
        parts = build_message(message, names, dropped)
        if parts and contents and contents[-1]["role"] == role:
            contents[-1]["parts"] += parts
        elif parts:
            contents.append({"role": role, "parts": parts})
    if not contents or contents[0]["role"] != "user":
        contents.insert(0, {"role": "user", "parts": [dict(NOTHING_SAID)]})
    sign_current(contents)
    return contents


def build_message(message: Message, names: dict[str, str], dropped: list[str]) -> list[Body]:
    if message.role == "tool":
        return build_results(message, names, dropped)
    parts = [item for part in message.parts for item in build_part(part, dropped)]
    return [reminder(item) for item in parts] if is_system(message) else parts


def reminder(item: Body) -> Body:
    """A system's text in the middle, as Claude Code marks it for models that have no such message."""
    return {"text": f"<system-reminder>\n{item['text']}\n</system-reminder>"} if "text" in item else item


def sign_current(contents: list[Body]) -> None:
    """Gemini 3 refuses a current turn whose calls come without signatures; the first of parallel ones has it.

    The turn begins with the newest content that is not just results of tools.
    """
    for content in reversed(contents):
        if content["role"] == "user":
            if not any("functionResponse" in part for part in content["parts"]):
                return
            continue
        first = next((part for part in content["parts"] if "functionCall" in part), None)
        if first is not None:
            first.setdefault("thoughtSignature", SENTINEL)


def build_part(part: Part, dropped: list[str]) -> Iterator[Body]:
    """The parts of Gemini's that say it; none for what only another provider would understand."""
    match part:
        case Text():
            yield {"text": part.text, **part.own(DIALECT)}
        case Refusal():
            yield {"text": part.text}
        case ToolCall():
            yield build_call(part)
        case Reasoning(origin="gemini"):
            yield {"text": part.text, "thought": True, "thoughtSignature": part.signature}
        case Image():
            yield {**build_media(part.media, "image/jpeg"), **part.own(DIALECT)}
        case Audio():
            yield {**build_media(part.media, "audio/wav"), **part.own(DIALECT)}
        case Document():
            yield from build_document(part)
        case Foreign(dialect="gemini"):
            yield dict(part.body)
        case Foreign():
            dropped.append(f"messages.{part.body.get('type')}")


def build_call(call: ToolCall) -> Body:
    arguments = {"input": call.arguments} if call.kind == "custom" else json_object(call.arguments)
    item: Body = {"functionCall": {"id": call.id, "name": call.name, "args": arguments}}
    return item | ({"thoughtSignature": call.signature} if call.signature else {})


def build_document(part: Document) -> Iterator[Body]:
    """What a document is called and about goes before it, since a part has no place for that."""
    about = "\n".join(filter(None, (part.title, part.context)))
    if about:
        yield {"text": about}
    yield {**build_media(part.media, "application/pdf"), **part.own(DIALECT)}


def build_media(media: Media, default: str) -> Body:
    """`inlineData` for what is there, `fileData` for what Gemini fetches itself."""
    if media.file_id and not media.file_id.startswith(OWN_FILES):
        raise Impossible("a file that was uploaded to another provider")
    if uri := media.url or media.file_id:
        return {"fileData": {"fileUri": uri, "mimeType": media.mime_type or type_of_url(uri, default)}}
    if media.text:
        data = base64.b64encode(media.text.encode("utf-8", "replace")).decode()
        return {"inlineData": {"mimeType": media.mime_type or "text/plain", "data": data}}
    return {"inlineData": {"mimeType": media.mime_type or default, "data": media.data}}


def build_results(message: Message, names: dict[str, str], dropped: list[str]) -> list[Body]:
    """Results first, all of them; pictures in them follow, since only the newest models take them inside."""
    results: list[Body] = []
    pictures: list[Body] = []
    for result in message.parts:
        if isinstance(result, ToolResult):
            built = [item for part in result.parts for item in build_part(part, dropped)]
            texts = [item["text"] for item in built if "text" in item]
            pictures += [item for item in built if "text" not in item]
            answer = {
                "id": result.call_id,
                "name": result.name or names.get(result.call_id) or result.call_id,
                "response": build_answer("\n".join(texts), result.is_error),
                **result.own(DIALECT),
            }
            results.append({"functionResponse": answer})
    return results + pictures


def build_answer(text: str, is_error: bool) -> Body:
    """A function's answer must be an object: the text's own, if it is one, else one around it."""
    if is_error:
        return {"error": text}
    answer = json_object(text) if text.lstrip().startswith("{") else {"_raw": text}
    return {"result": text} if answer == {"_raw": text} else answer


def own_tools(tools: Iterable[Tool | Foreign], dropped: list[str]) -> Iterator[Tool | Foreign]:
    """Without the built-in tools of other providers, which nobody else could run."""
    for tool in tools:
        if isinstance(tool, Foreign) and tool.dialect != DIALECT:
            dropped.append(f"tools.{tool.body.get('type')}")
        else:
            yield tool


def called_tools(messages: Iterable[Message]) -> list[Tool | Foreign]:
    """Tools that were called before and are not offered now: Gemini may refuse calls of what it never heard of."""
    calls = [part for message in messages for part in message.parts if isinstance(part, ToolCall)]
    return [Tool(name) for name in dict.fromkeys(call.name for call in calls)]


def build_tools(tools: Iterable[Tool | Foreign]) -> list[Body]:
    """Functions next to each other in one tool, each tool of Google's in its own."""
    built: list[Body] = []
    for is_function, group in groupby(tools, lambda tool: isinstance(tool, Tool)):
        if is_function:
            built.append({"functionDeclarations": [build_tool(tool) for tool in group if isinstance(tool, Tool)]})
        else:
            built += [dict(tool.body) for tool in group if isinstance(tool, Foreign)]
    return built


def build_tool(tool: Tool) -> Body:
    declaration = {
        "name": tool.name,
        "description": tool.description or None,
        "parametersJsonSchema": as_object(tool.parameters),
        **tool.own(DIALECT),
    }
    return without_none(declaration | (build_custom(tool) if tool.kind == "custom" else {}))


def build_custom(tool: Tool) -> Body:
    """A tool that takes free text, as a function of one text; its grammar can only be told."""
    grammar = f"The input follows this grammar: {json_text(tool.grammar)}" if tool.grammar else ""
    return {
        "description": "\n\n".join(filter(None, (tool.description, grammar))) or None,
        "parametersJsonSchema": {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]},
    }


def as_object(parameters: Any) -> Any:
    """A schema that says what it must be: the parameters of a function are an object."""
    if parameters is None or ("type" in parameters and "properties" in parameters):
        return parameters
    return {"type": "object", "properties": {}, **parameters}


def build_tool_config(request: Request, tools: list[Tool | Foreign], own: Body) -> Body | None:
    """Without functions there is nothing to choose from; functions from the history alone may not be called again."""
    choice = request.tool_choice
    if not any(isinstance(tool, Tool) for tool in tools):
        choice = None if tools or not called_tools(request.messages) else ToolChoice("none")
    calling = build_tool_choice(choice) | (own.get("functionCallingConfig") or {})
    config = {**own, "functionCallingConfig": calling or None}
    return without_none(config) or None


def build_tool_choice(choice: ToolChoice | None) -> Body:
    """VALIDATED is AUTO for some of the functions: AUTO takes no names."""
    if choice is None:
        return {}
    names = {"allowedFunctionNames": list(choice.names)} if choice.names else {}
    match choice.mode:
        case "none":
            return {"mode": "NONE"}
        case "auto":
            return {"mode": "VALIDATED" if names else "AUTO", **names}
    return {"mode": "ANY", **names}


def build_config(request: Request, dropped: list[str]) -> Body:
    stop = [text for text in request.stop if text]
    if len(stop) > MOST_STOPS:
        dropped.append("stop")
    config: Body = {
        "temperature": request.temperature,
        "topP": request.top_p,
        "topK": request.top_k,
        "candidateCount": request.choices,
        "maxOutputTokens": request.max_tokens,
        "stopSequences": stop[:MOST_STOPS] or None,
        "seed": request.seed if request.seed is None or abs(request.seed) < SEEDS else request.seed % SEEDS,
        "presencePenalty": request.presence_penalty,
        "frequencyPenalty": request.frequency_penalty,
        "responseLogprobs": request.logprobs,
        "logprobs": request.top_logprobs,
        "thinkingConfig": build_wish(request.reasoning),
        **build_output(request.output),
    }
    return without_none(config)


def build_output(output: OutputFormat | None) -> Body:
    match output:
        case None:
            return {}
        case OutputFormat(kind="text"):
            return {"responseMimeType": "text/plain"}
    return {"responseMimeType": "application/json", "responseJsonSchema": output.schema}


def build_wish(wish: ReasoningWish | None) -> Body | None:
    """A level or a budget, never both: Gemini refuses that. Who wishes for thoughts gets to read them."""
    if wish is None:
        return None
    if wish.effort == "none" or wish.budget == 0:
        return {"thinkingBudget": 0}
    config: Body = {"includeThoughts": wish.is_shown is not False}
    if wish.effort:
        return config | {"thinkingLevel": LEVELS.get(wish.effort, "HIGH")}
    if wish.budget is not None or wish.is_adaptive:
        return config | {"thinkingBudget": -1 if wish.budget is None else wish.budget}
    return config
