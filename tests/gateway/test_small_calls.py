"""Novapi's own small calls end in time, whatever the provider does."""

import asyncio
import time

import pytest

from channels_app import candidates
from channels_app.table import Candidate
from gateway.call import Outcome
from gateway.recorder import recorder
from gateway.small_calls import Caller, asked, chats_by_name, greeting, streamed, within
from gateway.upstream import ChannelFailure
from tests.fake_upstream import FakeUpstream, Script, chunk, event_stream, head
from tests.gateway.test_transport import running
from tests.gateway.values import IDENTITY, channel, table


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """In force without a database."""
    monkeypatch.setattr(candidates.watcher, "_table", table())


def caller(upstream: FakeUpstream) -> Caller:
    route = channel(base_url=upstream.url)
    return Caller(Candidate(route, "gpt", "gpt-upstream"), route.credentials[0], IDENTITY, "pytest")


def newest() -> Outcome:
    """What was handed to the recorder last."""
    return recorder._waiting[-1].outcome


@pytest.mark.alone
@pytest.mark.parametrize(
    ("script", "question"),
    [
        (lambda call: [20.0], asked),
        (lambda call: [head(), *[b" ", 0.05] * 400], asked),
        (event_stream(*[chunk("and "), 0.05] * 400), streamed),
    ],
    ids=["silence", "drops", "endless stream"],
)
def test_answer_that_does_not_end_is_given_up_and_recorded(script: Script, question: object) -> None:
    with FakeUpstream(script) as upstream:
        started = time.monotonic()
        with pytest.raises(ChannelFailure, match=r"no whole answer within 0\.3 s"):
            running(lambda: within(0.3, question(caller(upstream), greeting())))  # type: ignore[operator]

        assert time.monotonic() - started < 1
        assert upstream.hung_up.wait(1)
    assert newest().status == 499


def test_whoever_stops_waiting_stops_the_call() -> None:
    async def conversation() -> None:
        waiting = asyncio.create_task(within(20, streamed(caller(upstream), greeting())))
        await asyncio.sleep(0.3)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    with FakeUpstream(event_stream(*[chunk("and "), 0.05] * 400)) as upstream:
        running(conversation)

        assert upstream.hung_up.wait(1)


@pytest.mark.parametrize(
    ("sent", "chats"),
    [
        ("gpt-4o", True), ("claude-sonnet-4", True), ("qwen3:8b", True), ("tts-1", False), ("text-embedding-3", False),
        ("whisper-large-v3", False), ("dall-e-3", False), ("gpt-image-1", False), ("rerank-v3.5", False),
        ("BAAI/bge-m3", False), ("omni-moderation-latest", False),
    ],
)  # fmt: skip
def test_name_tells_whether_a_model_chats(sent: str, chats: bool) -> None:
    assert chats_by_name({"mine": sent}) == (["mine"] if chats else [])


def test_wildcard_is_no_model_to_chat_with() -> None:
    assert chats_by_name({"gpt-*": "gpt-*", "*": "*", "one": "one"}) == ["one"]
