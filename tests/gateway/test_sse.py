"""Bytes become server-sent events however they are cut, and events become bytes."""

import pytest

from gateway import sse
from gateway.sse import Decoder, Event, EventTooLarge, encode


def decode(*chunks: bytes) -> list[Event]:
    decoder = Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.flush()


def datas(stream: bytes) -> list[bytes]:
    return [event.data for event in decode(stream)]


MIXED = (
    b": comment\n\n"
    b"data: one\n\n"
    b"event: kind\r\ndata: two\r\ndata: lines\r\n\r\n"
    b"data:three\r\revent: ping\r\r"
    b"id: 7\nretry: 100\ndata: four\xe2\x80\xa8\xc2\x85\xf0\x9f\x98\x80\n\n"
    b"\n\n\r\n"
    b'data: {"a":\ndata:  1}\n\n'
    b"data\n\n"
    b"data: last"
)
MIXED_EVENTS = [
    Event(b"", b"one"),
    Event(b"kind", b"two\nlines"),
    Event(b"", b"three"),
    Event(b"", "four\u2028\u0085😀".encode()),
    Event(b"", b'{"a":\n 1}'),
    Event(b"", b"last"),
]


def test_stream_in_one_piece_gives_its_events() -> None:
    assert decode(MIXED) == MIXED_EVENTS


@pytest.mark.parametrize("at", range(1, len(MIXED)))
def test_cut_anywhere_gives_the_same_events(at: int) -> None:
    assert decode(MIXED[:at], MIXED[at:]) == MIXED_EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pieces_of_any_size_give_the_same_events(size: int) -> None:
    pieces = [MIXED[at : at + size] for at in range(0, len(MIXED), size)]

    assert decode(*pieces) == MIXED_EVENTS


def test_empty_chunks_change_nothing() -> None:
    assert decode(b"", b"data: a\r", b"", b"\n\r\n", b"", b"data: b\n\n") == [Event(b"", b"a"), Event(b"", b"b")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_all_three_line_ends_are_understood(end: bytes) -> None:
    stream = end.join([b"data: a", b"data: b", b"", b"data: c", b"", b""])

    assert datas(stream) == [b"a\nb", b"c"]


def test_byte_order_mark_does_not_cost_the_first_event() -> None:
    assert datas(b"\xef\xbb\xbfdata: a\n\n") == [b"a"]


@pytest.mark.parametrize("at", [1, 2])
def test_byte_order_mark_may_be_cut(at: int) -> None:
    stream = b"\xef\xbb\xbfdata: a\n\n"

    assert decode(stream[:at], stream[at:]) == [Event(b"", b"a")]


def test_byte_order_mark_inside_the_stream_is_kept() -> None:
    assert datas(b"data: \xef\xbb\xbfa\n\n") == [b"\xef\xbb\xbfa"]


def test_comments_are_swallowed() -> None:
    assert datas(b": OPENROUTER PROCESSING\n\n:\n\ndata: a\n: in the middle\ndata: b\n\n") == [b"a\nb"]


def test_one_blank_after_the_colon_is_taken_off() -> None:
    assert datas(b"data:a\n\ndata: b\n\ndata:  c\n\ndata:\td\n\n") == [b"a", b"b", b" c", b"\td"]


def test_line_separators_of_unicode_do_not_end_a_line() -> None:
    data = "a\u2028b\u2029c\u0085d\x0be\x0cf".encode()

    assert datas(b"data: " + data + b"\n\n") == [data]


def test_unterminated_last_event_counts() -> None:
    assert datas(b"data: a\n\ndata: b") == [b"a", b"b"]
    assert datas(b"data: a\n\ndata: b\n") == [b"a", b"b"]


def test_flush_gives_the_last_event_once() -> None:
    decoder = Decoder()
    decoder.feed(b"event: x\ndata: a")

    assert decoder.flush() == [Event(b"x", b"a")]
    assert decoder.flush() == []


@pytest.mark.parametrize(
    "heartbeat", [b"event: ping\n\n", b"event: ping\ndata:\n\n", b"data: \n\n", b"\n", b"data\n\n"]
)
def test_heartbeats_without_data_are_swallowed(heartbeat: bytes) -> None:
    assert decode(heartbeat + b"data: a\n\n") == [Event(b"", b"a")]


def test_type_of_a_heartbeat_does_not_stick_to_the_next_event() -> None:
    assert decode(b"event: ping\n\ndata: a\n\n", b"data: b\n\n") == [Event(b"", b"a"), Event(b"", b"b")]


def test_id_and_retry_are_dropped() -> None:
    events = decode(b"id: 5\nretry: 1\nfoo: bar\nevent: e\ndata: a\n\n")

    assert [encode(event) for event in events] == [b"event: e\ndata: a\n\n"]


@pytest.mark.parametrize("size", [64 * 1024 + 1, 3 * 1024 * 1024])
def test_long_lines_come_through_whole(size: int) -> None:
    line = b"x" * size
    stream = b"data: " + line + b"\n\ndata: a\n\n"

    events = decode(*(stream[at : at + 65_536] for at in range(0, len(stream), 65_536)))

    assert events == [Event(b"", line), Event(b"", b"a")]


def test_event_of_many_small_pieces_takes_linear_time() -> None:
    pieces = [b"data: "] + [b"0123456789"] * 200_000 + [b"\n\n"]

    assert decode(*pieces) == [Event(b"", b"0123456789" * 200_000)]


def feed_without_end(piece: bytes) -> None:
    """More of it than one event may have."""
    decoder = Decoder()
    for _ in range(sse.MAX_EVENT_BYTES // len(piece) + 2):
        decoder.feed(piece)


def test_endless_line_is_refused() -> None:
    with pytest.raises(EventTooLarge):
        feed_without_end(b"x" * 2**20)


def test_endless_event_of_many_lines_is_refused() -> None:
    with pytest.raises(EventTooLarge):
        feed_without_end(b"data: " + b"x" * 2**20 + b"\n")


def test_endless_event_of_empty_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 10_000)

    with pytest.raises(EventTooLarge):
        feed_without_end(b"data:\n" * 100)


def test_many_events_beyond_the_limit_of_one_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "MAX_EVENT_BYTES", 1000)

    events = decode(*[b"data: " + b"x" * 500 + b"\n\n"] * 10)

    assert len(events) == 10


def test_decoder_is_idle_between_events_only() -> None:
    decoder = Decoder()
    states = []

    for piece in (b"", b"data", b": a\n", b"\n", b"event: x\n", b"data: b\n\n", b"data: c\r\n\r", b"\n"):
        decoder.feed(piece)
        states.append(decoder.is_idle)

    assert states == [True, False, False, True, False, True, False, True]


def test_encoded_event_decodes_to_itself() -> None:
    events = [Event(b"", b"a"), Event(b"kind", b"a\nb\n\nc"), Event(b"", "é\u2028".encode()), Event(b"", b" a")]

    assert decode(*map(encode, events)) == events


def test_event_is_written_with_a_blank_after_the_colon() -> None:
    assert encode(Event(b"", b"{}")) == b"data: {}\n\n"
    assert encode(Event(b"ping", b"a\nb")) == b"event: ping\ndata: a\ndata: b\n\n"
