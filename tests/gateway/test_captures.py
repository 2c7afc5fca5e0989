"""Captured bodies: what the app sent and saw, what the provider got and gave, over real sockets and on a real disk."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import zstandard

from tests.fake_upstream import (
    DONE,
    USAGE_CHUNK,
    FakeUpstream,
    chunk,
    completion,
    event_stream,
    head,
    json_reply,
    whole,
)
from tests.running import Novapi, eventually

SECRET = "sk-upstream-secret-0001"  # what `add_channel` gives every channel
SIDES = ("request", "sent", "given", "answer")


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("kept") / "novapi") as running:
        yield running


def bodies(novapi: Novapi, answer: httpx.Response | str) -> dict[str, Any]:
    """The four sides of a call, once they are on disk."""
    request_id = answer if isinstance(answer, str) else answer.headers["x-novapi-request-id"]
    path = f"/usage/records/{request_id}/bodies"
    found = eventually(lambda: (said := novapi.api("GET", path)).status_code == 200 and said)
    assert found, novapi.api("GET", path).text
    return dict(found.json())


def refused(novapi: Novapi, answer: httpx.Response) -> tuple[str, str]:
    """Why there is nothing of a call, in a word and in words, once everything is on disk."""
    novapi.record(answer.headers["x-novapi-request-id"])
    assert eventually(lambda: novapi.api("GET", "/status").json()["captures_waiting"] == 0)
    said = novapi.api("GET", f"/usage/records/{answer.headers['x-novapi-request-id']}/bodies")
    assert said.status_code == 404
    return said.json()["reason"], said.json()["detail"]


def found(novapi: Novapi, text: str) -> set[str]:
    said = novapi.api("GET", "/usage/records", params={"text": text})
    assert said.status_code == 200, said.text
    return {record["request_id"] for record in said.json()["records"]}


@contextmanager
def preferring(novapi: Novapi, **wishes: Any) -> Iterator[None]:
    before = novapi.api("GET", "/preferences").json()
    novapi.api("PATCH", "/preferences", json=wishes)
    yield
    novapi.api("PATCH", "/preferences", json={name: before[name] for name in wishes})


def test_same_dialect_keeps_each_text_once(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("once"))) as upstream:
        answer = novapi.chat(novapi.add_channel(upstream.url))
        sides = bodies(novapi, answer)

    assert sides["request"]["text"].encode() == sides["sent"]["text"].encode() == upstream.received[0].body
    assert sides["given"]["text"] == sides["answer"]["text"] == answer.text
    assert sides["answer"]["json"] == answer.json()
    assert all(not sides[side]["truncated"] and not sides[side]["binary"] for side in SIDES)
    assert len(texts_of(novapi, answer)) == 3  # the request, the answer, the words of both


def texts_of(novapi: Novapi, answer: httpx.Response) -> set[int]:
    [(blob,)] = novapi.rows(
        "SELECT sides FROM gateway_capture WHERE request_id = ?", answer.headers["x-novapi-request-id"]
    )
    return {side[1] for side in msgspec.msgpack.decode(blob)}


def test_equal_texts_of_different_calls_are_kept_once(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("the same for all"))) as upstream:
        model = novapi.add_channel(upstream.url)
        first, second = novapi.chat(model), novapi.chat(model)
        assert bodies(novapi, first) == bodies(novapi, second)

    assert texts_of(novapi, first) == texts_of(novapi, second)


def test_translated_call_has_four_different_sides(novapi: Novapi) -> None:
    said = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "stop_sequence": None, "content": [{"type": "text", "text": "hello"}],
        "usage": {"input_tokens": 7, "output_tokens": 3},
    }  # fmt: skip
    with FakeUpstream(json_reply(said)) as upstream:
        answer = novapi.chat(novapi.add_channel(upstream.url, dialects=["anthropic"]))
        sides = bodies(novapi, answer)

    assert sides["sent"]["text"].encode() == upstream.received[0].body
    assert sides["given"]["json"] == said
    assert sides["answer"]["text"] == answer.text
    assert len({sides[side]["text"] for side in SIDES}) == 4


def test_stream_is_kept_with_the_time_of_each_event(novapi: Novapi) -> None:
    script = event_stream(chunk("hel"), 0.2, chunk("lo"), chunk(finish="stop"), USAGE_CHUNK, DONE)
    with FakeUpstream(script) as upstream, novapi.stream(novapi.add_channel(upstream.url)) as answer:
        seen = answer.read().decode()
    sides = bodies(novapi, answer)

    assert sides["answer"]["text"] == seen
    assert "usage" in sides["given"]["text"]
    for side in ("given", "answer"):
        events = sides[side]["events"]
        assert "".join(text for _, text in events) == sides[side]["text"]
        assert [ms for ms, _ in events] == sorted(ms for ms, _ in events)
        assert '"lo"' in events[1][1]
        assert 150 <= events[1][0] - events[0][0] <= 1500
    assert sides["request"]["events"] == []


def test_after_a_retry_it_is_the_attempt_that_answered(novapi: Novapi) -> None:
    broken = json_reply({"error": {"message": "overloaded"}}, 503)
    with FakeUpstream(broken) as first, FakeUpstream(json_reply(completion("second"))) as second:
        shared = {"models": [{"name": "twice", "upstream": "first-name"}], "priority": 5}
        novapi.add_channel(first.url, model="twice", **shared)
        novapi.add_channel(second.url, model="twice", models=[{"name": "twice", "upstream": "second-name"}])
        answer = novapi.chat("twice")
        sides = bodies(novapi, answer)

    assert answer.headers["x-novapi-attempts"] == "2"
    assert sides["request"]["json"]["model"] == "twice"
    assert sides["sent"]["json"]["model"] == "second-name"
    assert sides["given"]["json"]["model"] == "upstream-model"
    assert sides["answer"]["json"]["model"] == "twice"


@pytest.mark.parametrize("said", [b'{"error": {"message": "no such thing"}}', b"<html>not JSON</html>"])
def test_refusal_is_kept_as_the_provider_wrote_it(novapi: Novapi, said: bytes) -> None:
    with FakeUpstream(lambda call: [whole(said, 500)]) as upstream:
        answer = novapi.chat(novapi.add_channel(upstream.url))
        sides = bodies(novapi, answer)

    assert answer.status_code >= 500
    assert sides["given"]["text"].encode() == said
    assert sides["answer"]["text"] == answer.text


def test_call_that_was_turned_away_has_an_answer_and_nothing_sent(novapi: Novapi) -> None:
    answer = novapi.chat("nobody-offers-this")
    sides = bodies(novapi, answer)

    assert answer.status_code == 404
    assert sides["answer"]["text"] == answer.text
    assert sides["sent"] is sides["given"] is None


def test_client_that_hangs_up_leaves_what_it_has_seen(novapi: Novapi) -> None:
    script = event_stream(chunk("seen"), 30.0, chunk("never"), DONE)
    with FakeUpstream(script) as upstream:
        with novapi.stream(novapi.add_channel(upstream.url)) as answer:
            next(answer.iter_raw())
        sides = bodies(novapi, answer)

    assert novapi.record(answer.headers["x-novapi-request-id"])["status"] == 499
    assert "seen" in sides["answer"]["text"]
    assert "never" not in sides["given"]["text"]


def test_conversation_that_goes_on_is_kept_as_the_app_sent_it(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("first answer"))) as upstream:
        model = novapi.add_channel(upstream.url, dialects=["openai-chat"])
        first = novapi.call("responses", json={"model": model, "input": "one"})
        body = {"model": model, "input": "two", "previous_response_id": first.json()["id"]}
        sides = bodies(novapi, novapi.call("responses", json=body))

    assert sides["request"]["json"] == body
    assert "first answer" in sides["sent"]["text"]


# What is not kept


def test_private_key_is_never_captured(novapi: Novapi) -> None:
    key = novapi.api("POST", "/keys", json={"name": "Diary", "private": True}).json()["key"]
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = {"model": model, "messages": [{"role": "user", "content": "a secret diary"}]}
        answer = novapi.call(json=body, headers={"authorization": f"Bearer {key}"})

    assert answer.status_code == 200
    reason, words = refused(novapi, answer)
    assert reason == "private"
    assert "is private" in words
    assert found(novapi, "diary") == set()


def test_errors_only_keeps_what_failed(novapi: Novapi) -> None:
    with preferring(novapi, capture="errors"), FakeUpstream(json_reply(completion())) as upstream:
        good, bad = novapi.chat(novapi.add_channel(upstream.url)), novapi.chat("there-is-no-such-model")
        assert bodies(novapi, bad)["answer"]["text"] == bad.text
        reason, words = refused(novapi, good)
        assert reason == "errors"
        assert "Only calls that failed" in words


def test_off_keeps_nothing(novapi: Novapi) -> None:
    with preferring(novapi, capture="off"):
        answer = novapi.chat("there-is-no-such-model")
        assert refused(novapi, answer)[0] == "off"


def test_unknown_call_has_no_bodies(novapi: Novapi) -> None:
    assert novapi.api("GET", "/usage/records/nv_never/bodies").status_code == 404


def test_sound_is_described_and_not_kept(novapi: Novapi) -> None:
    sound = bytes(range(256)) * 40
    with FakeUpstream(lambda call: [head(200, "audio/mpeg"), sound[:5000], 0.01, sound[5000:]]) as upstream:
        answer = novapi.call("audio/speech", json={"model": novapi.add_channel(upstream.url), "input": "say it"})
        sides = bodies(novapi, answer)

    assert answer.content == sound
    for side in ("given", "answer"):
        assert (sides[side]["text"], sides[side]["binary"]) == (None, True)
        assert (sides[side]["size"], sides[side]["type"]) == (len(sound), "audio/mpeg")
    assert found(novapi, '"say it"') == {answer.headers["x-novapi-request-id"]}


def test_form_is_described_and_its_answer_kept(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"text": "was said"})) as upstream:
        model = novapi.add_channel(upstream.url)
        answer = novapi.call("audio/transcriptions", data={"model": model}, files={"file": ("a.wav", b"RIFF\xff\xfe")})
        sides = bodies(novapi, answer)

    assert sides["request"]["binary"]
    assert sides["request"]["type"].startswith("multipart/form-data")
    assert sides["request"]["size"] == len(upstream.received[0].body)
    assert sides["answer"]["json"] == {"text": "was said"}


def test_only_the_beginning_of_what_is_very_long_is_kept(novapi: Novapi) -> None:
    long, most = "word " * 600_000, 2 * 1024 * 1024
    pieces = [chunk("x" * 65_000) for _ in range(50)]
    with FakeUpstream(event_stream(*pieces, chunk(finish="stop"), USAGE_CHUNK, DONE)) as upstream:
        model = novapi.add_channel(upstream.url)
        with novapi.stream(model, messages=[{"role": "user", "content": long}]) as answer:
            seen = answer.read()
        sides = bodies(novapi, answer)

    for side in SIDES:
        assert sides[side]["truncated"]
        assert len(sides[side]["text"]) == most
    assert sides["answer"]["size"] == len(seen)
    assert sides["answer"]["text"].encode() == seen[:most]
    assert "".join(text for _, text in sides["answer"]["events"]) == sides["answer"]["text"]


# Keys


def test_no_key_is_ever_in_the_file(home: Path) -> None:
    odd, google = 'p/w"d-of-the-proxy', "AIza" + "a1B2" * 9
    keys = f"{SECRET}, sk-someone-elses-key-123456 or Bearer abcdefghij0123456789"
    with FakeUpstream(json_reply(completion(f"yours are {keys}"))) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url, headers={"x-api-token": odd})
        mine = f"my keys: {novapi.key}\n{SECRET} {odd} {google} sk-proj-abcdefgh12345678 and risk-averse-investors-say"
        sides = bodies(novapi, novapi.chat(model, messages=[{"role": "user", "content": mine}]))
        secrets = [novapi.key, SECRET, google, "sk-someone", "sk-proj-abc", "abcdefghij0123"]
        masked = "my keys: [key]\n[key] [key] [key] [key] and risk-averse-investors-say"
        assert sides["request"]["json"]["messages"][0]["content"] == masked
        said = sides["given"]["json"]["choices"][0]["message"]["content"]
        assert said == "yours are [key], [key] or Bearer [key]"
        assert found(novapi, "upstream-secret") == found(novapi, "someone") == set()

    with closing(sqlite3.connect(home / "novapi.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        packed = [row[0] for row in database.execute("SELECT packed FROM gateway_capturedtext WHERE base_id IS NULL")]
    texts = b"".join(map(unpacked, packed)) + json.dumps(sides).encode()
    assert b"my keys" in texts
    assert b"of-the-proxy" not in texts
    assert [secret for secret in secrets if secret.encode() in (home / "novapi.db").read_bytes() + texts] == []


def unpacked(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(packed)


def test_key_that_comes_in_two_pieces_is_masked(novapi: Novapi) -> None:
    whole_event = chunk(f"the key is {SECRET}, hide it")
    cut = whole_event.index(b"secret")
    script = event_stream(whole_event[:cut], 0.1, whole_event[cut:], chunk(finish="stop"), USAGE_CHUNK, DONE)
    with FakeUpstream(script) as upstream, novapi.stream(novapi.add_channel(upstream.url)) as answer:
        answer.read()
    sides = bodies(novapi, answer)

    assert "the key is [key], hide it" in sides["given"]["text"]
    assert "".join(text for _, text in sides["given"]["events"]) == sides["given"]["text"]
    assert SECRET not in json.dumps(sides)


# The search


@pytest.fixture(scope="module")
def told(novapi: Novapi) -> dict[str, str]:
    """Some conversations: what was asked → the request id."""
    with FakeUpstream(event_stream(chunk("Quokk"), chunk("as smile"), chunk(finish="stop"), USAGE_CHUNK, DONE)) as up:
        model = novapi.add_channel(up.url)
        asked = {}
        for name, text in {
            "zebra": "Zebras have stripes",
            "cjk": "请翻译成英文。我喜欢吃北京烤鸭",
            "café": "Le CAFÉ noir",
        }.items():
            with novapi.stream(model, messages=[{"role": "user", "content": text}]) as answer:
                answer.read()
            asked[name] = answer.headers["x-novapi-request-id"]
            bodies(novapi, answer)
    return asked


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("zebras", {"zebra"}),
        ("zeb STRIPES", {"zebra"}),  # words in any order, of any case, by their beginning
        ('"have stripes"', {"zebra"}),
        ('"stripes have"', set()),
        ("ebras", set()),
        ("北京", {"cjk"}),
        ("烤鸭", {"cjk"}),
        ("京北", set()),
        ("cafe noi", {"café"}),
        ("quokkas", {"zebra", "cjk", "café"}),  # the answer, which came in pieces of words
        ("zebras quokkas", {"zebra"}),
    ],
)
def test_words_are_found_in_what_was_asked_and_answered(
    novapi: Novapi, told: dict[str, str], text: str, names: set[str]
) -> None:
    assert found(novapi, text) == {told[name] for name in names}


HOSTILE = [
    '"', "'", '""', 'zebra"', '"zebra" OR "x', "zebras OR nothing", "NEAR(zebra stripes)", "words:zebra*x", "-zebra",
    "zebra) OR 1=1 --", "*", "^zebra AND", "'; DROP TABLE gateway_capture; --", "\x00zebra\x00", "()", "%_", "🦓",
    "{zebra}: x", "+" * 200, "zebras " * 25,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_search_takes_any_text_for_words(novapi: Novapi, told: dict[str, str], text: str) -> None:
    assert found(novapi, text) <= set(told.values())
    assert found(novapi, "zebras") == {told["zebra"]}


def test_deleting_a_call_takes_its_words_out_of_the_search(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("ephemeral"))) as upstream:
        answer = novapi.chat(novapi.add_channel(upstream.url))
        bodies(novapi, answer)
    request_id = answer.headers["x-novapi-request-id"]
    assert found(novapi, "ephemeral") == {request_id}

    novapi.api("DELETE", f"/usage/records/{request_id}")

    count = "SELECT count(*) FROM gateway_capture_search WHERE gateway_capture_search MATCH 'ephemeral'"
    assert novapi.rows(count) == [(0,)]
    assert novapi.rows("SELECT count(*) FROM gateway_capture WHERE request_id = ?", request_id) == [(0,)]
    novapi.write("INSERT INTO gateway_capture_search(gateway_capture_search) VALUES ('integrity-check')")


# Time and space


def test_old_captures_are_let_go_of(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        with Novapi(home) as novapi:
            old, new = (novapi.chat(novapi.add_channel(upstream.url)) for _ in range(2))
            bodies(novapi, old), bodies(novapi, new)
            novapi.write(
                "UPDATE gateway_capture SET started_at = '2020-01-01 00:00:00' WHERE request_id = ?",
                old.headers["x-novapi-request-id"],
            )
        with Novapi(home) as novapi:
            assert eventually(lambda: novapi.rows("SELECT count(*) FROM gateway_capture") == [(1,)])
            assert refused(novapi, old)[0] == "gone"
            assert bodies(novapi, new)


def test_file_stays_bounded_however_much_is_written(home: Path) -> None:
    """Texts that hardly pack, twelve times what is allowed; the oldest go, whole, and with their words."""
    chance, most = random.Random(1), 2
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        novapi.api("PATCH", "/preferences", json={"capture_mb": most})
        model, sizes, last = novapi.add_channel(upstream.url), [], None
        for number in range(500):
            text = " ".join(f"{chance.getrandbits(64):x}" for _ in range(2500))
            last = novapi.chat(model, messages=[{"role": "user", "content": f"number{number}end {text}"}])
            if number % 25 == 24:
                assert eventually(lambda: novapi.api("GET", "/status").json()["captures_waiting"] == 0)
                sizes.append((home / "novapi.db").stat().st_size / 2**20)
        status = novapi.api("GET", "/status").json()
        rows = novapi.rows("SELECT count(*), min(id), max(id) FROM gateway_capture")[0]
        texts = novapi.rows("SELECT count(*) FROM gateway_capturedtext")[0][0]
        used = novapi.rows("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%capture%'")[0][0] / 2**20
        novapi.write("INSERT INTO gateway_capture_search(gateway_capture_search) VALUES ('integrity-check')")
        assert last is not None
        assert bodies(novapi, last)
        assert found(novapi, "number499end")
        assert not found(novapi, "number1end")

    assert status["captures_lost"] == 0
    assert most * 0.5 < status["captures_mb"] <= most
    assert used < most * 1.3
    assert max(sizes) < most * 2 + 2  # with everything else, and what the index needs while it is tidied
    assert max(sizes) < max(sizes[:8]) * 1.2  # it has stopped growing long before
    assert rows[0] == rows[2] - rows[1] + 1
    assert texts <= 2 * rows[0] + 1


def test_space_that_is_allowed_no_more_is_given_back(home: Path) -> None:
    chance = random.Random(2)
    with FakeUpstream(json_reply(completion())) as upstream:
        with Novapi(home) as novapi:
            model = novapi.add_channel(upstream.url)
            for _ in range(20):
                noise = chance.randbytes(700_000).hex()
                novapi.chat(model, messages=[{"role": "user", "content": noise}])
            assert eventually(lambda: novapi.api("GET", "/status").json()["captures_waiting"] == 0)
            novapi.api("PATCH", "/preferences", json={"capture_mb": 1})
        before = (home / "novapi.db").stat().st_size
        with Novapi(home) as novapi:
            assert eventually(lambda: (home / "novapi.db").stat().st_size < 12 * 2**20, timeout_s=10)
            assert novapi.api("GET", "/status").json()["captures_mb"] <= 1

    assert before > 13 * 2**20


def test_restart_loses_none(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        with Novapi(home) as novapi:
            model = novapi.add_channel(upstream.url)
            asked = [novapi.chat(model, user=f"u{number}").headers["x-novapi-request-id"] for number in range(60)]
            assert novapi.stop() == 0
        with closing(sqlite3.connect(home / "novapi.db")) as database:
            kept = {row[0] for row in database.execute("SELECT request_id FROM gateway_capture")}

    assert kept == set(asked)


def test_database_that_is_locked_costs_captures_before_calls_or_records(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        bodies(novapi, novapi.chat(model))

        with closing(sqlite3.connect(home / "novapi.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began_at = time.monotonic()
            answers = [novapi.chat(model) for _ in range(5)]
            spent = time.monotonic() - began_at
            assert novapi.api("GET", "/status").json()["captures_waiting"] == 5
            assert eventually(lambda: novapi.api("GET", "/status").json()["captures_lost"] == 5, timeout_s=40)

        after = novapi.chat(model)
        assert {answer.status_code for answer in answers} == {200}
        assert spent < 2
        assert bodies(novapi, after)
        for answer in answers:
            assert novapi.record(answer.headers["x-novapi-request-id"], timeout_s=10)
        assert refused(novapi, answers[0])[0] == "missed"
