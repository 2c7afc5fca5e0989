"""Files, batches and responses: whoever names an id is sent to the channel, and the key, that issued it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.fake_upstream import FakeUpstream, Received, head
from tests.four_dialects import HELLO, provider
from tests.running import Novapi


class Keeper:
    """A provider that keeps files, batches and responses, and knows only its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def new(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.name}{self.count}"

    def __call__(self, call: Received) -> Any:
        path = call.path.removeprefix("/v1").partition("?")[0]
        if path.endswith("/content"):
            return [head(200, "application/jsonl"), f"{self.name} has this\n".encode()]
        if self.name not in path and (call.method != "POST" or path.count("/") > 1):
            if path.count("/") > 1:
                return self.answer({"error": {"message": f"{self.name} knows no {path}"}}, 404)
            return self.answer({"object": "list", "data": [{"id": self.name, "object": "file"}], "has_more": False})
        if path == "/responses":
            previous = call.json.get("previous_response_id")
            body = {
                "id": self.new("resp_"),
                "object": "response",
                "created_at": 1,
                "status": "completed",
                "model": "m",
            }
            text = {"type": "output_text", "text": f"{self.name} after {previous}", "annotations": []}
            output = [
                {"type": "message", "id": "msg_1", "role": "assistant", "content": [text], "status": "completed"}
            ]
            return self.answer(body | {"output": output})
        kind = path.split("/")[1]
        id_ = path.split("/")[2] if path.count("/") > 1 else self.new({"files": "file-", "batches": "batch_"}[kind])
        shared = {"id": id_, "created_at": 1, "status": "completed" if kind == "batches" else "processed"}
        if kind == "files":
            return self.answer(shared | {"object": "file", "bytes": 1, "filename": "f", "purpose": "batch"})
        more = {"object": "batch", "endpoint": "/v1/x", "input_file_id": "file-1", "completion_window": "24h"}
        return self.answer(shared | more)

    def answer(self, body: Any, status: int = 200) -> list[bytes | float]:
        return [head(status), json.dumps(body).encode()]


@contextmanager
def keepers(novapi: Novapi) -> Iterator[dict[str, FakeUpstream]]:
    """Two channels, Alpha the home of what names no channel; both offer the model `kept`."""
    with FakeUpstream(Keeper("alpha")) as alpha, FakeUpstream(Keeper("beta")) as beta:
        for name, upstream, priority in (("Alpha", alpha, 9), ("Beta", beta, 5)):
            novapi.add_channel(
                upstream.url,
                name=name,
                priority=priority,
                dialects=["openai-chat", "openai-responses"],
                models=["kept", f"kept-{name.lower()}"],
                api_keys=[f"sk-{name}-first-key", f"sk-{name}-second-key"],
            )
        yield {"alpha": alpha, "beta": beta}


@pytest.fixture
def sdk(home: Path) -> Iterator[tuple[openai.OpenAI, Novapi]]:
    with Novapi(home) as novapi, openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0) as client:
        yield client, novapi


def test_file_is_found_at_the_channel_that_has_it(sdk: tuple[openai.OpenAI, Novapi]) -> None:
    client, novapi = sdk
    with keepers(novapi) as channels:
        at_home = client.files.create(file=("a.jsonl", b"{}"), purpose="batch")
        elsewhere = client.files.create(
            file=("b.jsonl", b"{}"), purpose="batch", extra_headers={"x-novapi-channel": "Beta"}
        )

        assert (at_home.id, elsewhere.id) == ("file-alpha1", "file-beta1")
        assert client.files.retrieve("file-beta1").id == "file-beta1"
        assert client.files.content("file-beta1").text == "beta has this\n"
        assert client.files.delete("file-alpha1").id == "file-alpha1"
        assert [file.id for file in client.files.list()] == ["alpha"]
        assert b'filename="a.jsonl"' in channels["alpha"].received[0].body
        keys = {call.headers["authorization"] for call in channels["beta"].received}
        assert keys == {"Bearer sk-Beta-first-key"}


def test_batch_goes_where_its_file_is(sdk: tuple[openai.OpenAI, Novapi]) -> None:
    client, novapi = sdk
    with keepers(novapi):
        client.files.create(file=("b.jsonl", b"{}"), purpose="batch", extra_headers={"x-novapi-channel": "Beta"})

        batch = client.batches.create(
            input_file_id="file-beta1", endpoint="/v1/chat/completions", completion_window="24h"
        )

        assert batch.id == "batch_beta2"
        assert client.batches.retrieve(batch.id).id == batch.id
        assert client.batches.cancel(batch.id).id == batch.id


def test_ids_are_known_after_a_restart(home: Path) -> None:
    with Novapi(home) as novapi, keepers(novapi):
        headers = novapi.authorization | {"x-novapi-channel": "Beta"}
        made = novapi.http.post("/v1/files", headers=headers, files={"file": b"x"}, data={"purpose": "batch"})
        assert made.json()["id"] == "file-beta1"
        novapi.stop()

        with Novapi(home) as again:
            found = again.http.get("/v1/files/file-beta1", headers=again.authorization)

    assert found.json()["id"] == "file-beta1"


@pytest.mark.parametrize("path", ["/v1/files/file-unknown", "/v1/batches/batch_unknown", "/v1/responses/resp_unknown"])
def test_id_that_nobody_is_known_to_have_issued_is_a_404(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(path, headers=novapi.authorization)

    assert response.status_code == 404
    assert "is known to have issued" in response.json()["error"]["message"]


def test_channel_that_is_not_there_is_named(novapi: Novapi) -> None:
    headers = novapi.authorization | {"x-novapi-channel": "Nowhere"}
    response = novapi.http.post("/v1/files", headers=headers, files={"file": b"x"}, data={"purpose": "batch"})

    assert response.status_code == 404
    assert "'Nowhere'" in response.json()["error"]["message"]


def test_response_is_continued_at_the_channel_that_keeps_it(sdk: tuple[openai.OpenAI, Novapi]) -> None:
    client, novapi = sdk
    with keepers(novapi):
        first = client.responses.create(model="kept-beta", input="hi")

        second = client.responses.create(model="kept", input="and?", previous_response_id=first.id)

        assert second.output_text == f"beta after {first.id}"


@pytest.mark.parametrize("dialect", ["openai-chat", "anthropic", "gemini"])
@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_response_is_kept_here_for_a_channel_without_the_api(novapi: Novapi, dialect: str, stream: bool) -> None:
    with (
        FakeUpstream(provider(dialect)) as upstream,
        openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0) as client,
    ):
        model = novapi.add_channel(upstream.url, dialects=[dialect])
        first: Any = client.responses.create(model=model, input="My name is Ada.", stream=stream)
        if stream:
            first = list(first)[-1].response

        second: Any = client.responses.create(model=model, input="What is it?", previous_response_id=first.id)

        told = upstream.received[-1].body.decode()
        assert second.output_text == HELLO
        assert told.index("My name is Ada.") < told.index(HELLO) < told.index("What is it?")
        assert "previous_response_id" not in told
        assert client.responses.retrieve(first.id).output_text == HELLO
        assert [item.content[0].text for item in client.responses.input_items.list(first.id)] == ["My name is Ada."]  # type: ignore[union-attr]
        client.responses.delete(first.id)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(first.id)


def test_response_that_was_not_to_be_stored_is_not(novapi: Novapi) -> None:
    with FakeUpstream(provider("anthropic")) as upstream:
        model = novapi.add_channel(upstream.url, dialects=["anthropic"])
        first = novapi.call("responses", json={"model": model, "input": "hi", "store": False}).json()

        again = novapi.call("responses", json={"model": model, "input": "?", "previous_response_id": first["id"]})

    assert again.status_code == 400
    assert again.json()["error"]["code"] == "previous_response_not_found"
    assert len(upstream.received) == 1
