"""The bytes that travel: the client's call, the upstream's whole answer and its streamed events."""

import json

MODEL = "bench-model"
EVENTS = 100
USAGE = {"prompt_tokens": 230, "completion_tokens": 98, "total_tokens": 328}
SENTENCE = "A gateway sends each call to the channel that can serve it best and writes down what it cost. "


def build_body(stream: bool, kilobytes: float) -> bytes:
    """A chat call whose JSON is about this many kilobytes long."""
    body: dict = {"model": MODEL, "temperature": 0.7, "max_tokens": 256}
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    room = max(16, int(kilobytes * 1024) - 240)
    question = (SENTENCE * (room // len(SENTENCE) + 1))[:room]
    system = {"role": "system", "content": "You are a helpful assistant."}
    return json.dumps(body | {"messages": [system, {"role": "user", "content": question}]}).encode()


def build_conversation(kilobytes: float, stream: bool, anthropic: bool) -> bytes:
    """Twenty turns that are together this long, as Chat Completions or as Anthropic's Messages."""
    text = (SENTENCE * 1000)[: max(16, int(kilobytes * 1024 / 20) - 40)]
    messages: list[dict] = [{"role": ("user", "assistant")[turn % 2], "content": text} for turn in range(19)]
    body: dict = {"model": MODEL, "max_tokens": 256, "temperature": 0.7}
    system = "You are a helpful assistant."
    if anthropic:
        body |= {"system": system, "messages": messages}
    else:
        body["messages"] = [{"role": "system", "content": system}, *messages]
    return json.dumps(body | ({"stream": True} if stream else {})).encode()


def build_call(port: int, key: str, body: bytes, path: str = "/v1/chat/completions") -> bytes:
    """The same call as one HTTP/1.1 request."""
    head = (
        f"POST {path} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def build_completion() -> bytes:
    """A whole `chat.completion`, as OpenAI answers it."""
    message = {"role": "assistant", "content": SENTENCE * 5, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return json.dumps(envelope("chat.completion", [choice]) | {"usage": USAGE}).encode()


def build_events() -> list[bytes]:
    """The events of a streamed answer: the role, the words, the finish."""
    words = (SENTENCE * EVENTS).split()[: EVENTS - 2]
    deltas: list[dict] = [{"role": "assistant", "content": ""}, *({"content": f"{word} "} for word in words), {}]
    choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None} for delta in deltas]
    choices[-1]["finish_reason"] = "stop"
    return [build_event([choice]) for choice in choices]


def build_usage_event() -> bytes:
    return build_event([], usage=USAGE)


def build_event(choices: list[dict], usage: dict | None = None) -> bytes:
    body = envelope("chat.completion.chunk", choices) | {"usage": usage}
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


def envelope(kind: str, choices: list[dict]) -> dict:
    return {
        "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
        "object": kind,
        "created": 1741569952,
        "model": MODEL,
        "system_fingerprint": "fp_44709d6fcb",
        "choices": choices,
    }
