"""Calls through the front door: what goes to the provider, what comes back, what is recorded."""

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi


def test_answer_of_the_channel_reaches_the_client(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("good day"))) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert response.status_code == 200
    assert response.json() == completion("good day")
    assert response.headers["x-novapi-attempts"] == "1"
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["input_tokens"], record["output_tokens"]) == (200, 7, 3)
    assert (record["model_asked"], record["model_answered"], record["stream"]) == (model, "upstream-model", 0)
