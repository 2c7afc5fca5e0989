"""A provider that speaks one of the four dialects: it looks at what it is asked and answers in kind.

    with FakeUpstream(provider("anthropic")) as upstream: ...

Two tools offered → it calls both at once. Results given → it sums up. A picture → it says what it sees. A schema →
JSON of that schema. "fail" in the question → an error in its dialect's shape. Otherwise it says hello. Everything
plain or streamed, as asked; streams come in small pieces.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fake_upstream import Received, Script, head

HELLO = "Hello there, friend."
SEEN = "I see a red dot."
STRUCTURED = '{"city":"Paris","degrees":21}'
SUMMED = "Paris 21, Rome 23."
CALLS = (("call_paris", "weather", {"city": "Paris"}), ("call_rome", "weather", {"city": "Rome"}))
REFUSED = "This is not possible, says the provider."
USAGE = (11, 7)  # tokens in and out
MODEL = "up-model"


def provider(dialect: str) -> Script:
    return lambda call: ANSWERS[dialect](call)


def wanted(call: Received) -> str:
    """Which of the scenarios a request is, whatever its dialect."""
    text = call.body.decode()
    if re.search(r'"(tool_call_id|tool_result|function_call_output|functionResponse)"', text):
        return "results"
    if '"fail"' in text:
        return "error"
    if re.search(r'"(image_url|input_image|image|inlineData)"', text):
        return "image"
    if re.search(r'"(response_format|json_schema|responseJsonSchema|responseSchema)"', text):
        return "structured"
    return "tools" if '"tools"' in text else "text"


SAID = {"results": SUMMED, "image": SEEN, "structured": STRUCTURED, "text": HELLO}


def pieces(text: str) -> list[str]:
    return re.findall(r".{1,6}", text)


def json_answer(body: Any, status: int = 200) -> list[bytes | float]:
    return [head(status), json.dumps(body).encode()]


def events(*bodies: dict[str, Any], named: bool = False, done: bool = False) -> Iterator[bytes | float]:
    yield head(200, "text/event-stream")
    for body in bodies:
        name = f"event: {body['type']}\n" if named else ""
        yield f"{name}data: {json.dumps(body)}\n\n".encode()
        yield 0.001
    if done:
        yield b"data: [DONE]\n\n"


# OpenAI Chat Completions


def chat(call: Received) -> Any:
    scenario, shared = wanted(call), {"id": "chatcmpl-9", "created": 1, "model": MODEL}
    usage = {"prompt_tokens": USAGE[0], "completion_tokens": USAGE[1], "total_tokens": sum(USAGE)}
    if scenario == "error":
        return json_answer({"error": {"message": REFUSED, "type": "invalid_request_error", "code": "nope"}}, 400)
    calls = [
        {"index": n, "id": id_, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for n, (id_, name, arguments) in enumerate(CALLS)
    ]
    finish = "tool_calls" if scenario == "tools" else "stop"
    if not call.json.get("stream"):
        said = {"content": None, "tool_calls": calls} if scenario == "tools" else {"content": SAID[scenario]}
        choice = {"index": 0, "message": {"role": "assistant"} | said, "finish_reason": finish}
        return json_answer(shared | {"object": "chat.completion", "choices": [choice], "usage": usage})
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    if scenario == "tools":
        for tool in calls:
            begun = tool | {"function": {"name": tool["function"]["name"], "arguments": ""}}
            deltas.append({"tool_calls": [begun]})
            told = [
                {"index": tool["index"], "function": {"arguments": a}} for a in pieces(tool["function"]["arguments"])
            ]
            deltas += [{"tool_calls": [entry]} for entry in told]
    else:
        deltas += [{"content": piece} for piece in pieces(SAID[scenario])]
    chunk = shared | {"object": "chat.completion.chunk"}
    bodies = [chunk | {"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    bodies.append(chunk | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    bodies.append(chunk | {"choices": [], "usage": usage})
    return events(*bodies, done=True)


# OpenAI Responses


def responses(call: Received) -> Any:
    scenario = wanted(call)
    if scenario == "error":
        return json_answer({"error": {"message": REFUSED, "type": "invalid_request_error", "code": "nope"}}, 400)
    if scenario == "tools":
        items = [
            {"type": "function_call", "id": f"fc_{id_}", "call_id": id_, "name": name, "status": "completed",
             "arguments": json.dumps(arguments)}
            for id_, name, arguments in CALLS
        ]  # fmt: skip
    else:
        text = {"type": "output_text", "text": SAID[scenario], "annotations": []}
        items = [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}]
    body = {
        "id": "resp_9", "object": "response", "created_at": 1, "status": "completed", "model": MODEL, "output": items,
        "error": None, "incomplete_details": None, "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
        "usage": {
            "input_tokens": USAGE[0], "input_tokens_details": {"cached_tokens": 0}, "output_tokens": USAGE[1],
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": sum(USAGE),
        },
    }  # fmt: skip
    if not call.json.get("stream"):
        return json_answer(body)
    begun = body | {"status": "in_progress", "output": [], "usage": None}
    bodies: list[dict[str, Any]] = [{"type": "response.created", "response": begun}]
    for number, item in enumerate(items):
        bodies += list(item_events(number, item))
    bodies.append({"type": "response.completed", "response": body})
    return events(*({"sequence_number": n} | each for n, each in enumerate(bodies)), named=True)


def item_events(number: int, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    at = {"output_index": number, "item_id": item["id"]}
    if item["type"] == "function_call":
        yield {"type": "response.output_item.added", "output_index": number, "item": item | {"arguments": ""}}
        for piece in pieces(item["arguments"]):
            yield {"type": "response.function_call_arguments.delta", "delta": piece} | at
        yield {"type": "response.function_call_arguments.done", "arguments": item["arguments"]} | at
    else:
        part = item["content"][0]
        yield {"type": "response.output_item.added", "output_index": number, "item": item | {"content": []}}
        yield {"type": "response.content_part.added", "content_index": 0, "part": part | {"text": ""}} | at
        for piece in pieces(part["text"]):
            yield {"type": "response.output_text.delta", "content_index": 0, "delta": piece} | at
        yield {"type": "response.output_text.done", "content_index": 0, "text": part["text"]} | at
        yield {"type": "response.content_part.done", "content_index": 0, "part": part} | at
    yield {"type": "response.output_item.done", "output_index": number, "item": item}


# Anthropic


def anthropic(call: Received) -> Any:
    scenario = wanted(call)
    if scenario == "error":
        return json_answer({"type": "error", "error": {"type": "invalid_request_error", "message": REFUSED}}, 400)
    if scenario == "tools":
        blocks = [{"type": "tool_use", "id": id_, "name": name, "input": arguments} for id_, name, arguments in CALLS]
    else:
        blocks = [{"type": "text", "text": SAID[scenario]}]
    usage = {"input_tokens": USAGE[0], "output_tokens": USAGE[1]}
    stop = {"stop_reason": "tool_use" if scenario == "tools" else "end_turn", "stop_sequence": None}
    body = {"id": "msg_9", "type": "message", "role": "assistant", "model": MODEL, "content": blocks, "usage": usage}
    if not call.json.get("stream"):
        return json_answer(body | stop)
    begun = body | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
    bodies: list[dict[str, Any]] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for index, block in enumerate(blocks):
        bodies += list(block_events(index, block))
    bodies += [
        {"type": "message_delta", "delta": stop, "usage": {"output_tokens": USAGE[1]}},
        {"type": "message_stop"},
    ]
    return events(*bodies, named=True)


def block_events(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    is_tool = block["type"] == "tool_use"
    begun = block | ({"input": {}} if is_tool else {"text": ""})
    yield {"type": "content_block_start", "index": index, "content_block": begun}
    for piece in pieces(json.dumps(block["input"]) if is_tool else block["text"]):
        delta = (
            {"type": "input_json_delta", "partial_json": piece} if is_tool else {"type": "text_delta", "text": piece}
        )
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


# Gemini


def gemini(call: Received) -> Any:
    scenario = wanted(call)
    if scenario == "error":
        return json_answer({"error": {"code": 400, "message": REFUSED, "status": "INVALID_ARGUMENT"}}, 400)
    if scenario == "tools":
        parts = [{"functionCall": {"name": name, "args": arguments}} for _, name, arguments in CALLS]
    else:
        parts = [{"text": SAID[scenario]}]
    usage = {"promptTokenCount": USAGE[0], "candidatesTokenCount": USAGE[1], "totalTokenCount": sum(USAGE)}
    shared = {"modelVersion": MODEL, "responseId": "r9", "usageMetadata": usage}
    if ":streamGenerateContent" not in call.path:
        return json_answer(shared | {"candidates": [candidate(parts, "STOP")]})
    told = parts if scenario == "tools" else [{"text": piece} for piece in pieces(SAID[scenario])]
    *first, last = [shared | {"candidates": [candidate([part])]} for part in told]
    last["candidates"][0]["finishReason"] = "STOP"
    return events(*first, last)


def candidate(parts: list[dict[str, Any]], finish: str | None = None) -> dict[str, Any]:
    body = {"content": {"role": "model", "parts": parts}, "index": 0}
    return body | ({"finishReason": finish} if finish else {})


ANSWERS = {"openai-chat": chat, "openai-responses": responses, "anthropic": anthropic, "gemini": gemini}
