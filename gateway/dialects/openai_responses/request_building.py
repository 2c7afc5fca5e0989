"""The neutral chat as Responses requests."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from gateway.chat import Foreign, Message, OutputFormat, ReasoningWish, Request, Text, Tool, ToolChoice
from gateway.dialects.format import Body, Built, Impossible
from gateway.dialects.openai_chat.request_building import effort_of
from gateway.dialects.openai_responses.items_building import build_items
from gateway.dialects.openai_responses.sealing import DIALECT

UNSAID = ("top_k", "stop", "seed", "presence_penalty", "frequency_penalty", "logprobs")  # there is no member for them


def build_request(request: Request) -> Built:
    """A Request as a Responses body. Raises Impossible."""
    if (request.choices or 1) > 1:
        raise Impossible("more than one answer")
    own = request.own(DIALECT)
    dropped = [name for name in UNSAID if getattr(request, name) not in (None, ())]
    instructions, messages = split_instructions(request.messages)
    body: Body = {
        "model": request.model,
        "instructions": instructions,
        "input": list(build_items(messages, dropped)),
        "stream": request.stream or None,
        "tools": build_tools(request.tools, dropped) or None,
        "max_output_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "top_logprobs": request.top_logprobs,
        "user": request.user or None,
        "store": False,  # the conversation belongs to the client, who sends all of it with every call
        **own,
        "text": build_text(request.output) | own.get("text", {}) or None,
        "reasoning": build_wish(request.reasoning) | own.get("reasoning", {}) or None,
    }
    if body["tools"]:
        body |= {"tool_choice": build_tool_choice(request), "parallel_tool_calls": request.parallel_tools}
    if body["reasoning"] and body["store"] is False:  # what is not stored must come back with the next call
        body.setdefault("include", ["reasoning.encrypted_content"])
    return Built({name: value for name, value in body.items() if value is not None}, tuple(dict.fromkeys(dropped)))


def split_instructions(messages: tuple[Message, ...]) -> tuple[str | None, tuple[Message, ...]]:
    """A leading system message as `instructions`, if it is one text and not the only message."""
    match messages:
        case (Message(role="system", parts=(Text(extras={}) as only,), name="", extras={}), _, *_) if not only.extras:
            return only.text, messages[1:]
    return None, messages


def build_tools(tools: Iterable[Tool | Foreign], dropped: list[str]) -> list[Body]:
    """The tools, neighbours of one namespace inside it. Built-in tools of other providers nobody else could run."""
    built: list[Body] = []
    for namespace, group in groupby(tools, namespace_of):
        members = [tool for tool in group if is_own(tool, dropped)]
        if namespace:
            built.append(build_namespace(namespace, [tool for tool in members if isinstance(tool, Tool)]))
        else:
            built += map(build_tool, members)
    return built


def namespace_of(tool: Tool | Foreign) -> str:
    return tool.namespace if isinstance(tool, Tool) else ""


def is_own(tool: Tool | Foreign, dropped: list[str]) -> bool:
    if isinstance(tool, Foreign) and tool.dialect != DIALECT:
        dropped.append(f"tools.{tool.body.get('type')}")
        return False
    return True


def build_namespace(namespace: str, tools: list[Tool]) -> Body:
    about = tools[0].own(DIALECT).get("namespace") or {"description": namespace}  # it must have one
    return {"type": "namespace", "name": namespace, **about, "tools": [build_tool(tool) for tool in tools]}


def build_tool(tool: Tool | Foreign) -> Body:
    """A tool. Where `strict` is unsaid this API tries to be strict, and no other does."""
    if isinstance(tool, Foreign):
        return dict(tool.body)
    own = {name: value for name, value in tool.own(DIALECT).items() if name != "namespace"}
    item = {"type": tool.kind, "name": tool.name} | ({"description": tool.description} if tool.description else {})
    if tool.kind == "custom":
        return item | ({"format": build_grammar(tool.grammar)} if tool.grammar else {}) | own
    return item | {"parameters": tool.parameters, "strict": tool.strict or False} | own


def build_grammar(grammar: Any) -> Body:
    """A custom tool's format, which Chat Completions nests and Responses does not."""
    match grammar:
        case {"type": "grammar", "grammar": dict(inner)}:
            return {"type": "grammar", **inner}
    return dict(grammar)


def build_tool_choice(request: Request) -> Any:
    if "tool_choice" in (own := request.own(DIALECT)):
        return own["tool_choice"]
    match request.tool_choice:
        case None:
            return None
        case ToolChoice(mode="named", names=(name, *_)):
            return build_choice(name, request.tools)
        case ToolChoice(mode=mode, names=(_, *_) as names):
            tools = [build_choice(name, request.tools) for name in names]
            return {"type": "allowed_tools", "mode": mode, "tools": tools}
        case ToolChoice(mode=mode):
            return mode


def build_choice(name: str, tools: Iterable[Tool | Foreign]) -> Body:
    is_custom = any(isinstance(tool, Tool) and tool.name == name and tool.kind == "custom" for tool in tools)
    return {"type": "custom" if is_custom else "function", "name": name}


def build_text(output: OutputFormat | None) -> Body:
    if output is None:
        return {}
    if output.kind != "schema":
        return {"format": {"type": "json_object" if output.kind == "json" else "text"}}
    schema = {
        "type": "json_schema",
        "name": output.name or "answer",
        "schema": output.schema or {},
        "description": output.description or None,
        "strict": output.strict,
    }
    return {"format": {name: value for name, value in schema.items() if value is not None}}


def build_wish(wish: ReasoningWish | None) -> Body:
    """Effort and, where the client wants to read the thoughts, a summary: nothing else of them is ever shown."""
    if wish is None:
        return {}
    effort = wish.effort or (effort_of(wish.budget) if wish.budget is not None else "")
    return ({"effort": effort} if effort else {}) | ({"summary": "auto"} if wish.is_shown else {})
