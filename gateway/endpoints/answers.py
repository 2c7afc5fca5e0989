"""Answers that Novapi gives by itself."""

from typing import Any

import msgspec

from gateway.call import Answer


def json_answer(body: Any, status: int = 200) -> Answer:
    text = msgspec.json.encode(body)
    return Answer(status, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))], text)
