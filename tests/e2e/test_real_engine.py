"""The official SDKs against a real llama.cpp server through the running program: nothing here is made up."""

from collections.abc import Iterator

import anthropic
import openai
import pytest
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from tests.running import Novapi

QUESTION = [{"role": "user", "content": "What is the word?"}]


@pytest.fixture
def client(novapi: Novapi) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"http://localhost:{novapi.port}/v1", api_key=novapi.key, max_retries=0) as client:
        yield client


def test_openai_sdk_gets_a_plain_answer(client: openai.OpenAI, novapi: Novapi, chat_model: str) -> None:
    raw = client.chat.completions.with_raw_response.create(model=chat_model, messages=QUESTION, max_tokens=8)

    answer = raw.parse()
    assert answer.model == chat_model
    assert answer.choices[0].message.content
    assert answer.usage
    assert answer.usage.completion_tokens == 8
    record = novapi.record(raw.headers["x-novapi-request-id"])
    assert (record["output_tokens"], record["estimated"]) == (8, 0)
    assert record["input_tokens"] == answer.usage.prompt_tokens
    assert record["app"].startswith("OpenAI/Python")


def test_openai_sdk_gets_a_stream_and_the_record_its_usage(
    client: openai.OpenAI, novapi: Novapi, chat_model: str
) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model=chat_model, messages=QUESTION, max_tokens=12, stream=True
    )

    chunks = list(raw.parse())
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).strip()
    assert chunks[-1].choices[0].finish_reason == "length"
    assert all(chunk.usage is None for chunk in chunks)  # it was asked for by the gateway, not by the app
    record = novapi.record(raw.headers["x-novapi-request-id"])
    assert (record["stream"], record["output_tokens"], record["estimated"]) == (1, 12, 0)
    assert 0 < record["first_token_ms"] <= record["duration_ms"]


def test_openai_sdk_gets_the_usage_it_asks_for(client: openai.OpenAI, chat_model: str) -> None:
    stream = client.chat.completions.create(
        model=chat_model, messages=QUESTION, max_tokens=5, stream=True, stream_options={"include_usage": True}
    )

    usage = [chunk.usage for chunk in stream if chunk.usage]

    assert len(usage) == 1
    assert usage[0].completion_tokens == 5


def test_openai_sdk_gets_embeddings_under_a_public_name(client: openai.OpenAI, embedding_model: str) -> None:
    answer = client.embeddings.create(model=embedding_model, input=["one word", "other words"])

    assert [len(item.embedding) for item in answer.data] == [64, 64]
    assert answer.data[0].embedding != answer.data[1].embedding
    assert answer.model == embedding_model


def test_openai_sdk_lists_and_finds_models(client: openai.OpenAI, chat_model: str, embedding_model: str) -> None:
    listed = {model.id for model in client.models.list()}

    assert {chat_model, embedding_model} <= listed
    assert client.models.retrieve(chat_model).id == chat_model


def test_openai_sdk_understands_our_errors(client: openai.OpenAI, novapi: Novapi, chat_model: str) -> None:
    with pytest.raises(openai.NotFoundError, match="Closest: tiny-chat"):
        client.chat.completions.create(model="tiny-chatt", messages=QUESTION)
    with pytest.raises(openai.AuthenticationError, match="not your Novapi key"):
        client.with_options(api_key="sk-proj-not-ours").models.list()


def test_langchain_chats_plain_and_streamed(novapi: Novapi, chat_model: str) -> None:
    chat = ChatOpenAI(base_url=novapi.base_url, api_key=novapi.key, model=chat_model, max_tokens=6, max_retries=0)

    plain = chat.invoke("What is the word?")
    streamed = list(chat.stream("What is the word?"))

    assert plain.content
    assert plain.usage_metadata
    assert plain.usage_metadata["output_tokens"] == 6
    assert "".join(str(part.content) for part in streamed).strip()


def test_langchain_embeds(novapi: Novapi, embedding_model: str) -> None:
    embeddings = OpenAIEmbeddings(
        base_url=novapi.base_url, api_key=novapi.key, model=embedding_model, check_embedding_ctx_length=False
    )

    vectors = embeddings.embed_documents(["one word", "other words"])

    assert [len(vector) for vector in vectors] == [64, 64]


def test_channel_test_and_model_list_work_on_a_real_engine(novapi: Novapi, chat_model: str) -> None:
    channels = novapi.api("GET", "/channels").json()
    number = next(channel["id"] for channel in channels if channel["name"] == "llama.cpp")

    cost = novapi.api("GET", f"/channels/{number}/test").json()
    report = novapi.api("POST", f"/channels/{number}/test").json()
    fetched = novapi.api("POST", f"/channels/{number}/fetch-models").json()

    assert report["ok"], report
    assert [stage["name"] for stage in report["stages"]] == ["reach", "models", "chat", "stream", "tools", "json"]
    assert all(stage["ok"] for stage in report["stages"][:4])
    assert (cost["model"], cost["cost_usd"]) == (chat_model, 0)
    assert fetched == {"models": ["tiny-chat"], "new": [], "gone": [], "added": False, "removed": []}


def test_engine_tells_how_much_fits_into_a_call(novapi: Novapi, chat_model: str) -> None:
    url = next(row["base_url"] for row in novapi.api("GET", "/channels").json() if row["name"] == "llama.cpp")
    channel = novapi.api("POST", "/channels", json={"name": "Asked", "provider": "llamacpp", "base_url": url}).json()

    novapi.api("POST", f"/channels/{channel['id']}/fetch-models?add=true")
    (model,) = novapi.api("GET", f"/channels/{channel['id']}").json()["models"]
    novapi.api("DELETE", f"/channels/{channel['id']}")

    assert (model["name"], model["context_tokens"]) == (chat_model, 1024)  # two calls at once share 2048


@pytest.fixture
def claude(novapi: Novapi) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=f"http://127.0.0.1:{novapi.port}", api_key=novapi.key, max_retries=0) as client:
        yield client


def test_anthropic_sdk_chats_with_the_engine(claude: anthropic.Anthropic, novapi: Novapi, chat_model: str) -> None:
    raw = claude.messages.with_raw_response.create(
        model=chat_model, max_tokens=8, system="Be brief.", messages=[{"role": "user", "content": "What is the word?"}]
    )

    answer = raw.parse()
    assert answer.model == chat_model
    assert answer.content[0].type == "text"
    assert answer.content[0].text.strip()
    assert (answer.stop_reason, answer.usage.output_tokens) == ("max_tokens", 8)
    record = novapi.record(raw.headers["x-novapi-request-id"])
    assert (record["dialect"], record["endpoint"], record["output_tokens"]) == ("anthropic", "messages", 8)
    assert record["estimated"] == 0


def test_anthropic_sdk_streams_from_the_engine(claude: anthropic.Anthropic, chat_model: str) -> None:
    with claude.messages.stream(
        model=chat_model, max_tokens=12, messages=[{"role": "user", "content": "What is the word?"}]
    ) as events:
        said = list(events.text_stream)
        answer = events.get_final_message()

    assert len(said) > 3
    assert answer.content[0].type == "text"
    assert "".join(said) == answer.content[0].text
    assert answer.usage.output_tokens == 12
    assert answer.usage.input_tokens > 0
