"""What went with a tool call comes back with it, although the client could not carry it."""

import json

import pytest

from gateway.chat import Message, Reasoning, Request, Text, ToolCall, ToolResult
from gateway.chat_translation import FORMATS
from gateway.memory import Memory
from gateway.mending import mend

SIGNED = Reasoning("Let me look.", "c2lnbmVk", "anthropic")
REDACTED = Reasoning(signature="cmVkYWN0ZWQ=", origin="anthropic", is_redacted=True)
PLAIN = Reasoning("Let me look.")
OTHER = Reasoning("Now that.", "b3RoZXI=", "anthropic")


def call(id_: str, signature: str = "") -> ToolCall:
    return ToolCall(id_, "run", signature=signature)


def said(*parts) -> Request:
    return Request("m", (Message("user", (Text("go"),)), Message("assistant", parts)))


def remembering(*parts, **bounds: int) -> Memory:
    memory = Memory(**bounds)
    memory.keep_parts(parts)
    return memory


@pytest.mark.parametrize(
    ("answer", "brought", "completed"),
    [
        pytest.param(
            (call("a", "sig"), call("b")), (call("a"), call("b")), (call("a", "sig"), call("b")),
            id="68-the-signature-of-the-first-parallel-call",
        ),
        pytest.param((call("a", "sig"),), (call("a", "own"),), (call("a", "own"),), id="68-the-clients-own-stays"),
        pytest.param((call("a", "sig"),), (call("b"),), (call("b"),), id="68-another-call"),
        pytest.param((SIGNED, call("a")), (call("a"),), (SIGNED, call("a")), id="62-a-signed-thought"),
        pytest.param((PLAIN, call("a")), (call("a"),), (PLAIN, call("a")), id="65-a-thought-of-deepseek"),
        pytest.param(
            (SIGNED, REDACTED, call("a")), (call("a"),), (SIGNED, REDACTED, call("a")), id="62-all-thoughts-before-it"
        ),
        pytest.param(
            (SIGNED, Text("Well."), call("a")), (Text("Well."), call("a")), (SIGNED, Text("Well."), call("a")),
            id="62-thoughts-go-first",
        ),
        pytest.param(
            (SIGNED, call("a"), call("b")), (call("a"), call("b")), (SIGNED, call("a"), call("b")),
            id="62-parallel-calls-share-a-thought",
        ),
        pytest.param(
            (SIGNED, call("a"), OTHER, call("b")), (call("a"), call("b")), (SIGNED, call("a"), OTHER, call("b")),
            id="62-each-call-has-a-thought-of-its-own",
        ),
        pytest.param(
            (SIGNED, call("a", "sig"), call("b")), (call("b"),), (SIGNED, call("b")), id="62-only-one-call-is-left"
        ),
        pytest.param(
            (SIGNED, call("a")), (Reasoning("Mine."), call("a")), (Reasoning("Mine."), call("a")),
            id="62-the-clients-own-thought-stays",
        ),
        pytest.param(
            (SIGNED, call("a")), (PLAIN, Text("Well."), call("a")), (SIGNED, Text("Well."), call("a")),
            id="62-only-the-signature-was-left-out",
        ),
        pytest.param(
            (SIGNED, OTHER, call("a")), (Reasoning("Let me look.Now that."), call("a")), (SIGNED, OTHER, call("a")),
            id="62-the-thoughts-came-back-as-one",
        ),
        pytest.param(
            (SIGNED, call("a")), (Reasoning("Let me look.", "x", "gemini"), call("a")),
            (Reasoning("Let me look.", "x", "gemini"), call("a")), id="69-the-clients-own-signature-stays",
        ),
        pytest.param(
            (call("a", "sig"),), (PLAIN, call("a")), (PLAIN, call("a", "sig")), id="68-a-thought-of-the-clients"
        ),
        pytest.param((SIGNED, Text("Done.")), (Text("Done."),), (Text("Done."),), id="62-no-call-no-thought"),
    ],
)  # fmt: skip
def test_what_the_client_left_out_is_put_back(answer, brought, completed):
    assert remembering(*answer).put_back(said(*brought)) == said(*completed)


def test_thoughts_that_are_put_back_reach_the_provider_as_it_wrote_them():
    """62"""
    memory = remembering(SIGNED, REDACTED, call("a"))
    told = Request("m", (*said(call("a")).messages, Message("tool", (ToolResult("a", (Text("ok"),)),))))

    body = FORMATS["anthropic"].build_request(mend(memory.put_back(told), "anthropic")[0]).body

    assert body["messages"][1]["content"][:2] == [
        {"type": "thinking", "thinking": "Let me look.", "signature": "c2lnbmVk"},
        {"type": "redacted_thinking", "data": "cmVkYWN0ZWQ="},
    ]


@pytest.mark.parametrize("dialect", [dialect for dialect in FORMATS if dialect != "anthropic"])
def test_what_is_put_back_is_of_no_use_elsewhere(dialect):
    """69"""
    memory = remembering(SIGNED, REDACTED, call("a"))

    body = FORMATS[dialect].build_request(mend(memory.put_back(said(call("a"))), dialect)[0]).body

    assert not {"c2lnbmVk", "cmVkYWN0ZWQ="} & set(json.dumps(body).split('"'))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param((SIGNED, call("a", "sig")), (PLAIN, call("a")), id="69-signatures-stay-with-their-channel"),
        pytest.param((REDACTED, call("a")), (call("a"),), id="69-nothing-is-left-of-what-was-redacted"),
        pytest.param((PLAIN, call("a")), (PLAIN, call("a")), id="69-what-was-thought-may-be-told"),
    ],
)
def test_another_channel_of_the_same_dialect_gets_no_signature(answer, told):
    memory = Memory()
    memory.keep_parts(answer, channel_id=1)

    assert memory.put_back(said(call("a")), channel_id=2) == said(*told)
    assert memory.put_back(said(call("a")), channel_id=1) == said(*answer)


def test_what_others_say_is_left_alone():
    memory = remembering(SIGNED, call("a"))
    told = Request("m", (Message("user", (call("a"),)), Message("tool", (ToolResult("a", ()),))))

    assert memory.put_back(told) == told


def test_an_empty_memory_gives_the_request_back():
    told = said(call("a"))

    assert Memory().put_back(told) is told


def test_calls_with_nothing_to_remember_take_no_place():
    memory = Memory(most=1)
    memory.keep("a", "sig")
    memory.keep("b", "")

    assert memory.put_back(said(call("a"))) == said(call("a", "sig"))


def test_the_oldest_call_is_forgotten_first():
    memory = Memory(most=2)
    for id_ in ("a", "b", "a", "c"):
        memory.keep(id_, f"sig {id_}")

    told = memory.put_back(said(call("a"), call("b"), call("c")))

    assert told == said(call("a", "sig a"), call("b"), call("c", "sig c"))


def test_long_thoughts_fill_the_memory_sooner():
    memory = Memory(most_characters=100)
    memory.keep("a", "", (Reasoning("x" * 60),))
    memory.keep("b", "", (Reasoning("y" * 60),))
    memory.keep("b", "", (Reasoning("z" * 60),))  # takes the place of what was there

    assert memory.put_back(said(call("a"))) == said(call("a"))
    assert memory.put_back(said(call("b"))) == said(Reasoning("z" * 60), call("b"))


def test_a_call_that_is_told_anew_without_a_signature_has_none():
    """Servers that count their calls from 0 in every answer must not get a signature of an earlier one."""
    memory = Memory()
    memory.keep("call_0", "sig")
    memory.keep("call_0", "")

    assert memory.put_back(said(call("call_0"))) == said(call("call_0"))
