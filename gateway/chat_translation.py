"""One chat call between two dialects: parse → mend → build → fix, and the answer back."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from gateway import quirks
from gateway.call import Call
from gateway.chat import Begin, Delta, Request, Response, Usage
from gateway.decoding import decode
from gateway.dialects import anthropic, gemini, ollama, openai_chat, openai_responses
from gateway.dialects.format import Body, Format, Impossible, Malformed, Writer, WriterSettings
from gateway.dialects.gemini.writer import GeminiArrayWriter
from gateway.dialects.telling import told
from gateway.dialects.translated import Translated
from gateway.errors import BadRequest
from gateway.memory import memory
from gateway.mending import mend
from gateway.offers import Attempt
from gateway.tool_names import Restorer, ToolNames, restore_response

FORMATS: dict[str, Format] = {
    each.name: each for each in (anthropic.FORMAT, gemini.FORMAT, openai_chat.FORMAT, openai_responses.FORMAT)
}


class Client(msgspec.Struct, frozen=True):
    """The client's side of a dialect."""

    parse_request: Callable[[Body], Request]
    build_response: Callable[[Response, Request], Body]
    writer: Callable[[WriterSettings], Writer]


# By dialect and form.
CLIENTS: dict[tuple[str, str], Client] = {
    (name, ""): Client(each.parse_request, each.build_response, each.writer) for name, each in FORMATS.items()
} | {
    ("gemini", "array"): Client(gemini.FORMAT.parse_request, gemini.FORMAT.build_response, GeminiArrayWriter),
    ("ollama", ""): Client(ollama.parse_chat, ollama.build_chat_response, ollama.OllamaChatWriter),
    ("ollama", "generate"): Client(ollama.parse_generate, ollama.build_generate_response, ollama.OllamaGenerateWriter),
}


class ChatTranslation(msgspec.Struct, frozen=True):
    """A call between two dialects: `asked` as its client put it, and how its tools are called on the way."""

    call: Call
    client: Client
    provider: Format
    asked: Request
    names: ToolNames
    channel_id: int = 0

    @property
    def content_type(self) -> str:
        """Of the answer in the client's dialect."""
        return self.writer().content_type if self.call.stream else "application/json"

    def writer(self) -> Writer:
        """The prompt's tokens are guessed from its bytes: some formats show them before anybody has counted."""
        prompt = Usage(input=len(self.call.body) // 4, is_estimated=True)
        settings = WriterSettings(self.call.model, self.call.id, self.call.wants_usage, prompt, self.asked)
        return self.client.writer(settings)

    def whole(self, body: bytes) -> tuple[bytes, Usage | None, str]:
        """A provider's whole answer in the client's words, what it cost, who answered. Raises Malformed."""
        response = self.parsed(body)
        parts = (part for choice in response.choices for part in choice.parts)
        memory.keep_parts(parts, self.channel_id)
        named = replace(response, model=self.call.model, id=self.answer_id(response))
        return self.told_whole(restore_response(named, self.names)), response.usage, response.model

    def answer_id(self, response: Response) -> str:
        """A response may be kept here under its id, so it must be unlike any other; not all servers see to that."""
        return self.call.id if self.call.dialect == "openai-responses" else response.id

    def parsed(self, body: bytes) -> Response:
        try:
            return self.provider.parse_response(decode(body))
        except (ValueError, TypeError, RecursionError) as problem:
            raise Malformed("the answer is not of its dialect's shape", "") from problem

    def told_whole(self, response: Response) -> bytes:
        """As JSON; as the events of a stream where one was asked for."""
        if not self.call.stream:
            return msgspec.json.encode(self.client.build_response(response, self.asked))
        writer = self.writer()
        return b"".join([writer.write(delta) for delta in told(response)]) + writer.end()

    def stream(self, channel: str, secret: bytes) -> Translated:
        """The machine for a provider's stream."""
        restorer = Restorer(self.names)

        def restore(delta: Delta) -> list[Delta]:
            if isinstance(delta, Begin) and self.call.dialect == "openai-responses":
                return [replace(delta, id=self.call.id)]  # see `answer_id`
            return restorer.feed(delta)

        keep = partial(memory.keep, channel_id=self.channel_id)
        return Translated(self.provider.reader(), self.writer(), restore, keep, channel, secret)


def as_stream(call: Call, body: bytes) -> bytes | None:
    """A whole answer of the client's own dialect as the stream that it asked for; None if it can't be read."""
    client = CLIENTS[call.dialect, call.form]
    translation = ChatTranslation(call, client, FORMATS[call.dialect], parse(call, client), ToolNames())
    try:
        return translation.told_whole(translation.parsed(body))
    except Malformed:
        return None


def translated(call: Call, attempt: Attempt) -> tuple[str, bytes, tuple[str, ...], ChatTranslation]:
    """The call for a channel of another dialect: its endpoint there, its body, what had to be left out, and the way
    back. Raises BadRequest, and Impossible where that dialect has no words for it."""
    client = CLIENTS[call.dialect, call.form]
    asked = parse(call, client)
    provider, candidate = FORMATS[attempt.dialect], attempt.candidate
    whole = memory.put_back(replace(asked, model=candidate.upstream), candidate.channel.id)
    sent, names = mend(whole, attempt.dialect)
    built = provider.build_request(sent)
    body, dropped = quirks.fix(built.body, candidate.channel.provider.id, candidate.upstream, attempt.dialect)
    endpoint = chat_endpoint(attempt.dialect, candidate.upstream, call.stream)
    translation = ChatTranslation(call, client, provider, asked, names, candidate.channel.id)
    unknown = tuple(asked.own(call.dialect))  # what only the client's dialect has words for
    return endpoint, msgspec.json.encode(body), built.dropped + dropped + unknown, translation


def parse(call: Call, client: Client) -> Request:
    """The client's request. The model and whether to stream may stand in the path."""
    body = decode(call.body) | {"model": call.model, "stream": call.stream}
    try:
        return client.parse_request(body)
    except Malformed as problem:
        raise BadRequest(f"Novapi: {problem}.", code="invalid_request", param=problem.param) from problem
    except RecursionError:
        raise BadRequest("Novapi: the request is nested too deeply.", code="invalid_json") from None


def chat_endpoint(dialect: str, model: str, stream: bool) -> str:
    """Where a dialect's chat is, below the base of a channel."""
    if dialect == "gemini":
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"v1beta/models/{quote(model, safe='')}:{verb}"
    return {"openai-chat": "chat/completions", "openai-responses": "responses", "anthropic": "v1/messages"}[dialect]


def able_dialects(call: Call) -> frozenset[str]:
    """The dialects that have words for everything the call asks for."""
    asked = parse(call, CLIENTS[call.dialect, call.form])
    return frozenset(name for name, each in FORMATS.items() if is_possible(each, asked)) | {call.dialect}


def is_possible(provider: Format, asked: Request) -> bool:
    try:
        provider.build_request(mend(asked, provider.name)[0])
    except Impossible:
        return False
    return True
