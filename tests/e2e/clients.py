"""The official SDKs, each with the same six things to do, so that a test can be about what is done."""

import base64
import json
from collections.abc import Iterator
from typing import Any, Protocol

import anthropic
import ollama
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from google.genai import types as genai_types

from tests.running import Novapi

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ANSWER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
ASKED = "What is the weather in Paris and in Rome?"
RESULTS = {"Paris": "21 degrees", "Rome": "23 degrees"}
Called = list[tuple[str, dict[str, Any]]]  # name and arguments of the tools a model called


class Client(Protocol):
    """One official SDK."""

    def text(self, model: str) -> tuple[str, int, int]:
        """The answer to a plain question, and its tokens in and out."""

    def stream(self, model: str) -> tuple[list[str], int, int]:
        """The same, streamed: the pieces as they came."""

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        """A question with a tool: what was called, and the answer to a second turn with the results."""

    def image(self, model: str) -> str: ...

    def structured(self, model: str) -> Any:
        """An answer by the schema ANSWER."""

    def error(self, model: str) -> str:
        """What the SDK's exception says to a question that is refused."""

    def close(self) -> None: ...


class OpenAIChat:
    def __init__(self, novapi: Novapi) -> None:
        self.sdk = openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0)

    def ask(self, model: str, content: Any = "hi", **options: Any) -> Any:
        return self.sdk.chat.completions.create(
            model=model, messages=[{"role": "user", "content": content}], **options
        )

    def text(self, model: str) -> tuple[str, int, int]:
        answer = self.ask(model)
        return answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens

    def stream(self, model: str) -> tuple[list[str], int, int]:
        chunks = list(self.ask(model, stream=True, stream_options={"include_usage": True}))
        said = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
        return said, chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        offered = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
        history: list[Any] = [{"role": "user", "content": ASKED}]
        if stream:
            with self.sdk.chat.completions.stream(model=model, messages=history, tools=offered) as events:
                message = events.get_final_completion().choices[0].message
        else:
            message = self.sdk.chat.completions.create(model=model, messages=history, tools=offered).choices[0].message
        calls = [(c.id, c.function.name, json.loads(c.function.arguments)) for c in message.tool_calls]
        history.append({"role": "assistant", "tool_calls": [called(*call) for call in calls]})
        history += [{"role": "tool", "tool_call_id": i, "content": RESULTS[a["city"]]} for i, _, a in reversed(calls)]
        answer = self.sdk.chat.completions.create(model=model, messages=history, tools=offered)
        return [(name, arguments) for _, name, arguments in calls], answer.choices[0].message.content

    def image(self, model: str) -> str:
        url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
        content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
        return self.ask(model, content).choices[0].message.content

    def structured(self, model: str) -> Any:
        schema = {"type": "json_schema", "json_schema": {"name": "answer", "schema": ANSWER, "strict": True}}
        return json.loads(self.ask(model, response_format=schema).choices[0].message.content)

    def error(self, model: str) -> str:
        with pytest.raises(openai.BadRequestError) as raised:
            self.ask(model, "fail")
        return raised.value.body["message"]  # type: ignore[index, call-overload]

    def close(self) -> None:
        self.sdk.close()


def called(id_: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


class OpenAIResponses:
    def __init__(self, novapi: Novapi) -> None:
        self.sdk = openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0)

    def text(self, model: str) -> tuple[str, int, int]:
        answer = self.sdk.responses.create(model=model, input="hi")
        return answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens

    def stream(self, model: str) -> tuple[list[str], int, int]:
        events = list(self.sdk.responses.create(model=model, input="hi", stream=True))
        said = [event.delta for event in events if event.type == "response.output_text.delta"]
        usage = events[-1].response.usage
        assert events[-1].type == "response.completed"
        assert events[-1].response.output_text == "".join(said)
        assert [event.sequence_number for event in events] == list(range(len(events)))
        return said, usage.input_tokens, usage.output_tokens

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        offered: Any = [{"type": "function", "name": "weather", "parameters": WEATHER, "strict": False}]
        history: list[Any] = [{"role": "user", "content": ASKED}]
        if stream:
            with self.sdk.responses.stream(model=model, input=history, tools=offered) as events:
                answer: Any = events.get_final_response()
        else:
            answer = self.sdk.responses.create(model=model, input=history, tools=offered)
        calls = [(item.call_id, item.name, json.loads(item.arguments)) for item in answer.output]
        history += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in answer.output]
        history += [
            {"type": "function_call_output", "call_id": id_, "output": RESULTS[arguments["city"]]}
            for id_, _, arguments in reversed(calls)
        ]
        second = self.sdk.responses.create(model=model, input=history, tools=offered)
        return [(name, arguments) for _, name, arguments in calls], second.output_text

    def image(self, model: str) -> str:
        url = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
        content: Any = [{"type": "input_text", "text": "What is this?"}, {"type": "input_image", "image_url": url}]
        return self.sdk.responses.create(model=model, input=[{"role": "user", "content": content}]).output_text

    def structured(self, model: str) -> Any:
        schema: Any = {"format": {"type": "json_schema", "name": "answer", "schema": ANSWER, "strict": True}}
        return json.loads(self.sdk.responses.create(model=model, input="hi", text=schema).output_text)

    def error(self, model: str) -> str:
        with pytest.raises(openai.BadRequestError) as raised:
            self.sdk.responses.create(model=model, input=[{"role": "user", "content": "fail"}])
        return raised.value.body["message"]  # type: ignore[index, call-overload]

    def close(self) -> None:
        self.sdk.close()


class Anthropic:
    def __init__(self, novapi: Novapi) -> None:
        root = f"http://127.0.0.1:{novapi.port}"
        self.sdk = anthropic.Anthropic(base_url=root, api_key=novapi.key, max_retries=0)

    def ask(self, model: str, content: Any = "hi", **options: Any) -> Any:
        messages = [{"role": "user", "content": content}]
        return self.sdk.messages.create(model=model, max_tokens=100, messages=messages, **options)

    def text(self, model: str) -> tuple[str, int, int]:
        answer = self.ask(model)
        return answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens

    def stream(self, model: str) -> tuple[list[str], int, int]:
        messages: Any = [{"role": "user", "content": "hi"}]
        with self.sdk.messages.stream(model=model, max_tokens=100, messages=messages) as events:
            said = list(events.text_stream)
            whole = events.get_final_message()
        return said, whole.usage.input_tokens, whole.usage.output_tokens

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        offered: Any = [{"name": "weather", "input_schema": WEATHER}]
        history: list[Any] = [{"role": "user", "content": ASKED}]
        asked: dict[str, Any] = {"model": model, "max_tokens": 100, "messages": history, "tools": offered}
        if stream:
            with self.sdk.messages.stream(**asked) as events:
                answer: Any = events.get_final_message()
        else:
            answer = self.sdk.messages.create(**asked)
        assert answer.stop_reason == "tool_use"
        calls = [block for block in answer.content if block.type == "tool_use"]
        history.append({"role": "assistant", "content": [b.model_dump(exclude_none=True) for b in answer.content]})
        results = [
            {"type": "tool_result", "tool_use_id": call.id, "content": RESULTS[call.input["city"]]}
            for call in reversed(calls)
        ]
        history.append({"role": "user", "content": [*results, {"type": "text", "text": "And?"}]})
        second: Any = self.sdk.messages.create(**asked)
        return [(call.name, call.input) for call in calls], second.content[0].text

    def image(self, model: str) -> str:
        source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}
        content = [{"type": "image", "source": source}, {"type": "text", "text": "What?"}]
        return self.ask(model, content).content[0].text

    def structured(self, model: str) -> Any:
        wanted = {"format": {"type": "json_schema", "schema": ANSWER}}
        return json.loads(self.ask(model, output_config=wanted).content[0].text)

    def error(self, model: str) -> str:
        with pytest.raises(anthropic.BadRequestError) as raised:
            self.ask(model, "fail")
        body: Any = raised.value.body
        return body["error"]["message"] if body["type"] == "error" else ""

    def close(self) -> None:
        self.sdk.close()


class Gemini:
    def __init__(self, novapi: Novapi) -> None:
        options = genai_types.HttpOptions(base_url=f"http://127.0.0.1:{novapi.port}")
        self.sdk = genai.Client(api_key=novapi.key, http_options=options)

    def ask(self, model: str, contents: Any = "hi", **config: Any) -> Any:
        return self.sdk.models.generate_content(model=model, contents=contents, config=configured(config))

    def text(self, model: str) -> tuple[str, int, int]:
        answer = self.ask(model)
        usage = answer.usage_metadata
        return answer.text, usage.prompt_token_count, usage.candidates_token_count

    def stream(self, model: str) -> tuple[list[str], int, int]:
        chunks = list(self.sdk.models.generate_content_stream(model=model, contents="hi"))
        usage: Any = chunks[-1].usage_metadata
        return [c.text for c in chunks if c.text], usage.prompt_token_count, usage.candidates_token_count

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        declared = genai_types.FunctionDeclaration(name="weather", parameters_json_schema=WEATHER)
        offered = {"tools": [genai_types.Tool(function_declarations=[declared])]}
        history: list[Any] = [genai_types.Content(role="user", parts=[genai_types.Part(text=ASKED)])]
        if stream:
            asked = {"model": model, "contents": history, "config": configured(offered)}
            parts = [p for c in self.sdk.models.generate_content_stream(**asked) for p in parts_of(c)]
        else:
            parts = list(parts_of(self.ask(model, history, **offered)))
        calls = [part.function_call for part in parts if part.function_call]
        history.append(genai_types.Content(role="model", parts=parts))
        results = [
            genai_types.Part(
                function_response=genai_types.FunctionResponse(
                    id=call.id, name=call.name, response={"result": RESULTS[call.args["city"]]}
                )
            )
            for call in calls
        ]
        history.append(genai_types.Content(role="user", parts=results))
        second = self.ask(model, history, **offered)
        return [(call.name, call.args) for call in calls], second.text

    def image(self, model: str) -> str:
        return self.ask(model, [genai_types.Part.from_bytes(data=PNG, mime_type="image/png"), "What?"]).text

    def structured(self, model: str) -> Any:
        wanted = {"response_mime_type": "application/json", "response_json_schema": ANSWER}
        return json.loads(self.ask(model, **wanted).text)

    def error(self, model: str) -> str:
        with pytest.raises(genai_errors.ClientError) as raised:
            self.ask(model, "fail")
        return (raised.value.message or "") if raised.value.code == 400 else ""

    def close(self) -> None:
        self.sdk.close()


def configured(options: dict[str, Any]) -> genai_types.GenerateContentConfig:
    by_hand = genai_types.AutomaticFunctionCallingConfig(disable=True)
    return genai_types.GenerateContentConfig(automatic_function_calling=by_hand, **options)


def parts_of(answer: Any) -> Iterator[Any]:
    for candidate in answer.candidates or ():
        yield from (candidate.content and candidate.content.parts) or ()


class Ollama:
    def __init__(self, novapi: Novapi) -> None:
        self.sdk = ollama.Client(host=f"http://127.0.0.1:{novapi.port}/ollama", headers=novapi.authorization)

    def ask(self, model: str, message: dict[str, Any] | None = None, **options: Any) -> Any:
        asked = {"role": "user", "content": "hi"} | (message or {})
        return self.sdk.chat(model=model, messages=[asked], **options)

    def text(self, model: str) -> tuple[str, int, int]:
        answer = self.ask(model)
        return answer.message.content, answer.prompt_eval_count, answer.eval_count

    def stream(self, model: str) -> tuple[list[str], int, int]:
        lines = list(self.ask(model, stream=True))
        assert lines[-1].done
        return (
            [line.message.content for line in lines if line.message.content],
            lines[-1].prompt_eval_count,
            lines[-1].eval_count,
        )

    def tools(self, model: str, stream: bool) -> tuple[Called, str]:
        offered = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
        history: list[Any] = [{"role": "user", "content": ASKED}]
        answers = self.sdk.chat(model=model, messages=history, tools=offered, stream=stream)
        calls = [c for a in (answers if stream else [answers]) for c in a.message.tool_calls or ()]
        history.append({"role": "assistant", "content": "", "tool_calls": [call.model_dump() for call in calls]})
        history += [
            {"role": "tool", "tool_name": call.function.name, "content": RESULTS[call.function.arguments["city"]]}
            for call in calls
        ]
        second = self.sdk.chat(model=model, messages=history, tools=offered)
        return [(call.function.name, dict(call.function.arguments)) for call in calls], second.message.content or ""

    def image(self, model: str) -> str:
        return self.ask(model, {"content": "What?", "images": [PNG]}).message.content

    def structured(self, model: str) -> Any:
        return json.loads(self.ask(model, format=ANSWER).message.content)

    def error(self, model: str) -> str:
        with pytest.raises(ollama.ResponseError) as raised:
            self.ask(model, {"content": "fail"})
        return raised.value.error if raised.value.status_code == 400 else ""

    def close(self) -> None:
        self.sdk._client.close()


CLIENTS: dict[str, type[Client]] = {
    "openai chat": OpenAIChat,
    "openai responses": OpenAIResponses,
    "anthropic": Anthropic,
    "google-genai": Gemini,
    "ollama": Ollama,
}
