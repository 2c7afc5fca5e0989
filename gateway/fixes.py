"""What `gateway.quirks` does to a body: functions from a body, or a message in it, to a changed copy."""

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

Body = dict[str, Any]
Fix = Callable[[Body], Body]


def without(*names: str) -> Fix:
    gone = frozenset(names)
    return lambda body: body if gone.isdisjoint(body) else {n: value for n, value in body.items() if n not in gone}


def renamed(old: str, new: str) -> Fix:
    return lambda body: {new if name == old else name: value for name, value in body.items()}


def clamped(name: str, least: float, most: float) -> Fix:
    def clamp(body: Body) -> Body:
        return body | {name: min(max(body[name], least), most)} if name in body else body

    return clamp


def chained(*fixes: Fix) -> Fix:
    def apply(body: Body) -> Body:
        for each in fixes:
            body = each(body)
        return body

    return apply


# Messages and tools of Chat Completions


class EachMessage:
    """A change to every message. A plain one, which is a role and a text, it leaves as it is; see `is_plain`."""

    def __init__(self, change: Callable[[Body], Body]) -> None:
        self._change = change

    def __call__(self, body: Body) -> Body:
        return body | {"messages": list(map(self._change, body["messages"]))}


each_message = EachMessage


def is_plain(message: Body) -> bool:
    """Whether no provider can find fault with a message."""
    return len(message) == 2 and type(message.get("content")) is str and message.get("role") != "developer"


def each_tool(change: Callable[[Body], Body]) -> Fix:
    return lambda body: body | {"tools": [change(tool) for tool in body["tools"]]} if "tools" in body else body


def as_system(message: Body) -> Body:
    return message | {"role": "system"} if message["role"] == "developer" else message


def name_on_tools_only(message: Body) -> Body:
    return message if message["role"] == "tool" else without("name")(message)


def with_reasoning(message: Body) -> Body:
    if message["role"] != "assistant" or not message.get("tool_calls") or message.get("reasoning_content"):
        return message
    return message | {"reasoning_content": " "}


def joined_texts(message: Body) -> Body:
    """Content that is nothing but texts as one text."""
    content = message.get("content")
    if not isinstance(content, list) or any(part.keys() != {"type", "text"} for part in content):
        return message
    return message | {"content": "\n\n".join(part["text"] for part in content)}


def tool_texts_joined(message: Body) -> Body:
    return joined_texts(message) if message["role"] == "tool" else message


unmarked = without("cache_control")


def message_unmarked(message: Body) -> Body:
    content = message.get("content")
    if not isinstance(content, list):
        return unmarked(message)
    message = unmarked(message) | {"content": [unmarked(part) for part in content]}
    return joined_texts(message) if len(content) == 1 else message


def without_grammar(tool: Body) -> Body:
    return tool | {"custom": without("format")(tool["custom"])} if tool.get("type") == "custom" else tool


def without_strict(tool: Body) -> Body:
    function = tool.get("function")
    if not function:
        return tool
    function = without("strict")(function)
    if isinstance(parameters := function.get("parameters"), dict):
        function |= {"parameters": without("$schema")(parameters)}
    return tool | {"function": function}


def only_allowed_tools(body: Body) -> Body:
    """`allowed_tools`, which OpenAI alone knows, by leaving out the tools that are not."""
    choice = body.get("tool_choice")
    if not isinstance(choice, dict) or choice.get("type") != "allowed_tools":
        return body
    allowed = {tool_name(tool) for tool in choice["allowed_tools"]["tools"]}
    tools = [tool for tool in body["tools"] if tool_name(tool) in allowed]
    return body | {"tools": tools, "tool_choice": choice["allowed_tools"]["mode"]}


def tool_name(tool: Body) -> str:
    return str((tool.get("function") or tool.get("custom") or {}).get("name", ""))


def choice_as(mode: str, *, named_too: bool) -> Fix:
    """A forced choice of tools, told as `mode`."""

    def change(body: Body) -> Body:
        choice = body.get("tool_choice")
        forced = choice == "required" or (named_too and isinstance(choice, dict))
        return body | {"tool_choice": mode} if forced else body

    return change


def as_json_object(body: Body) -> Body:
    output = body.get("response_format") or {}
    return body | {"response_format": {"type": "json_object"}} if output.get("type") == "json_schema" else body


MISTRAL_ID = re.compile(r"[a-zA-Z0-9]{9}")


def short_id(call_id: str) -> str:
    """The same nine characters for the same id, in the call and in its result."""
    return call_id if MISTRAL_ID.fullmatch(call_id) else sha256(call_id.encode("utf-8", "replace")).hexdigest()[:9]


def with_short_ids(message: Body) -> Body:
    if "tool_call_id" in message:
        message = message | {"tool_call_id": short_id(message["tool_call_id"])}
    if calls := message.get("tool_calls"):
        message = message | {"tool_calls": [call | {"id": short_id(call["id"])} for call in calls]}
    return message


def refusal_as_text(message: Body) -> Body:
    """A refusal, which OpenAI has a member for, as what was said."""
    refusal = message.get("refusal")
    if not refusal:
        return message
    said = [*as_parts(message), {"type": "text", "text": refusal}]
    return joined_texts(without("refusal")(message) | {"content": [part for part in said if part.get("text") != ""]})


def without_signatures(message: Body) -> Body:
    """Without Gemini's signatures of calls."""
    calls = message.get("tool_calls")
    return message | {"tool_calls": list(map(without("extra_content"), calls))} if calls else message


# Perplexity, which has no tools and wants user and assistant to take turns


def told_as_text(message: Body) -> Body:
    """Calls of tools and their results in words."""
    if message["role"] == "tool":
        return {"role": "user", "content": f"Result of the tool: {text_of(message)}"}
    calls = [f"(called {tool_name(call)})" for call in message.get("tool_calls", ())]
    if not calls:
        return message
    said = [text for text in (text_of(message), *calls) if text]
    return without("tool_calls")(message) | {"content": "\n".join(said)}


def text_of(message: Body) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n\n".join(part.get("text", "") for part in content)


def taking_turns(body: Body) -> Body:
    messages: list[Body] = []
    for message in body["messages"]:
        last = messages[-1] if messages else None
        if message["role"] == "system" and last and last["role"] != "system":
            message = message | {"role": "user"}
        if last and last["role"] == message["role"]:
            messages[-1] = last | {"content": as_parts(last) + as_parts(message)}
        else:
            messages.append(message)
    return body | {"messages": list(map(joined_texts, messages))}


def as_parts(message: Body) -> list[Body]:
    content = message.get("content") or ""
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


# How much to think

BUDGETS = {"minimal": 512, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 32768, "max": 128_000}
LEAST_BUDGET = 1024  # Anthropic's


def effort_as(words: Mapping[str, str | None]) -> Fix:
    """The effort in the provider's words; None: it has no word and gets none."""

    def change(body: Body) -> Body:
        effort = body.get("reasoning_effort")
        if effort is None or effort not in words:
            return body
        word = words[effort]
        return without("reasoning_effort")(body) if word is None else body | {"reasoning_effort": word}

    return change


def effort_as_budget(least: int, most: int) -> Fix:
    """`enable_thinking` and `thinking_budget`."""

    def change(body: Body) -> Body:
        effort = body.get("reasoning_effort")
        if effort is None:
            return body
        changed = without("reasoning_effort")(body) | {"enable_thinking": effort != "none"}
        if effort in BUDGETS:
            changed["thinking_budget"] = min(max(BUDGETS[effort], least), most)
        return changed

    return change


def effort_as_switch(body: Body) -> Body:
    """`thinking{type}`, and no effort."""
    effort = body.get("reasoning_effort")
    if effort is None:
        return body
    kind = "disabled" if effort == "none" else "enabled"
    return without("reasoning_effort")(body) | {"thinking": {"type": kind}}


def effort_beside_switch(body: Body) -> Body:
    """DeepSeek's: `thinking{type}`, and of efforts "high" and "max"."""
    effort = body.get("reasoning_effort")
    switched = effort_as_switch(body)
    if effort in (None, "none"):
        return switched
    return switched | {"reasoning_effort": "max" if effort in ("xhigh", "max") else "high"}


# Anthropic


def with_room(most: int) -> Fix:
    """`max_tokens`, which must be there, up to what the family can write."""
    return lambda body: body | {"max_tokens": min(body.get("max_tokens", most), most)}


def budget_below_room(body: Body) -> Body:
    """A budget smaller than `max_tokens`: three quarters of it, and where that is too little, more room."""
    thinking = body.get("thinking") or {}
    room, budget = body.get("max_tokens"), thinking.get("budget_tokens")
    if room is None or budget is None or budget < room:
        return body
    budget = max(LEAST_BUDGET, room * 3 // 4)
    room = room if room > budget else room + budget
    return body | {"max_tokens": room, "thinking": thinking | {"budget_tokens": budget}}


def adaptive_as_budget(body: Body) -> Body:
    """A budget for models that do not decide for themselves how much to think, and know no effort."""
    thinking, effort = body.get("thinking") or {}, (body.get("output_config") or {}).get("effort")
    if thinking.get("type") == "adaptive":
        budget = max(BUDGETS.get(effort or "medium", LEAST_BUDGET), LEAST_BUDGET)
        body = body | {"thinking": thinking | {"type": "enabled", "budget_tokens": budget}}
    return without_effort(body)


def without_effort(body: Body) -> Body:
    rest = without("effort")(body.get("output_config") or {})
    return body | {"output_config": rest} if rest else without("output_config")(body)


def budget_as_adaptive(body: Body) -> Body:
    """An effort for models that refuse budgets."""
    thinking, config = body.get("thinking") or {}, body.get("output_config") or {}
    if thinking.get("type") != "enabled":
        return body
    budget = thinking.get("budget_tokens") or 0
    effort = next((word for word, most in BUDGETS.items() if budget <= most and word != "minimal"), "max")
    adaptive = without("budget_tokens")(thinking) | {"type": "adaptive"}
    return body | {"thinking": adaptive, "output_config": {"effort": effort} | config}


def never_off(body: Body) -> Body:
    """Without a wish not to think, which can't be told."""
    is_off = (body.get("thinking") or {}).get("type") == "disabled"
    return without("thinking")(body) if is_off else body


def never_on(body: Body) -> Body:
    """Without any wish to think."""
    return without_effort(without("thinking")(body))


def least_effort_is_low(body: Body) -> Body:
    config = body.get("output_config") or {}
    if config.get("effort") == "none":
        return without_effort(body)
    return body | {"output_config": config | {"effort": "low"}} if config.get("effort") == "minimal" else body


def thinking_only_after_thought(body: Body) -> Body:
    """No budget to think in a turn whose tools were called without a thought."""
    is_on = (body.get("thinking") or {}).get("type") == "enabled"
    return without("thinking")(body) if is_on and lacks_thought(body["messages"]) else body


def lacks_thought(messages: Iterable[Body]) -> bool:
    turns = [message for message in messages if message["role"] == "assistant"]
    kinds = [block.get("type") for block in turns[-1]["content"]] if turns and has_blocks(turns[-1]) else []
    return "tool_use" in kinds and kinds[0] not in ("thinking", "redacted_thinking")


def has_blocks(message: Body) -> bool:
    return isinstance(message.get("content"), list)


def no_sampling_while_thinking(body: Body) -> Body:
    is_on = (body.get("thinking") or {}).get("type") == "enabled"
    return without("temperature", "top_k")(body) if is_on else body


def one_way_to_sample(body: Body) -> Body:
    return without("top_p")(body) if "temperature" in body else body


def free_choice(body: Body) -> Body:
    choice = body.get("tool_choice") or {}
    if choice.get("type") not in ("any", "tool"):
        return body
    return body | {"tool_choice": without("name")(choice) | {"type": "auto"}}


def reminders(body: Body) -> Body:
    """Later instructions of the system as the user's, in the tags that Claude Code has for them."""
    if all(message["role"] != "system" for message in body["messages"]):
        return body
    messages: list[Body] = []
    for message in map(as_reminder, body["messages"]):
        if messages and messages[-1]["role"] == message["role"] == "user":
            blocks = as_parts(messages[-1]) + as_parts(message)
            messages[-1] = messages[-1] | {"content": sorted(blocks, key=lambda block: block["type"] != "tool_result")}
        else:
            messages.append(message)
    return body | {"messages": messages}


def as_reminder(message: Body) -> Body:
    if message["role"] != "system":
        return message
    blocks = [
        block | {"text": f"<system-reminder>\n{block['text']}\n</system-reminder>"} if "text" in block else block
        for block in as_parts(message)
    ]
    return {"role": "user", "content": blocks}


# Gemini


def thinking_config(change: Callable[[Body], Body]) -> Fix:
    def apply(body: Body) -> Body:
        config = body.get("generationConfig") or {}
        thinking = config.get("thinkingConfig")
        if not thinking:
            return body
        return body | {"generationConfig": without("thinkingConfig")(config) | named(change(thinking))}

    def named(thinking: Body) -> Body:
        return {"thinkingConfig": thinking} if thinking else {}

    return apply


def level_as_budget(least: int, most: int) -> Fix:
    def change(thinking: Body) -> Body:
        level, budget = str(thinking.get("thinkingLevel") or "").lower(), thinking.get("thinkingBudget")
        if level:
            budget = BUDGETS.get(level)
        if budget is None or budget < 0:
            return without("thinkingLevel")(thinking)
        return without("thinkingLevel")(thinking) | {"thinkingBudget": min(max(budget, least), most)}

    return thinking_config(change)


def budget_as_level(least: str) -> Fix:
    """`least`: the lowest level the family has."""

    def change(thinking: Body) -> Body:
        budget = thinking.get("thinkingBudget")
        rest = without("thinkingBudget")(thinking)
        if rest.get("thinkingLevel") == "MINIMAL" and least != "MINIMAL":
            return rest | {"thinkingLevel": least}
        if "thinkingLevel" in rest or budget is None or budget < 0:
            return rest
        level = "LOW" if budget <= BUDGETS["low"] else "MEDIUM" if budget <= BUDGETS["medium"] else "HIGH"
        return rest | {"thinkingLevel": least if budget <= BUDGETS["minimal"] else level}

    return thinking_config(change)
