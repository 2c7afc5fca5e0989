"""What a port answers, and what can be read from it. Pure: asking is `probes`, judging `fingerprints`."""

from collections.abc import Mapping
from typing import Any

import msgspec

LIST = "/v1/models"
LM_STUDIO = "/api/v1/models"
LM_STUDIO_BEFORE_0_4 = "/api/v0/models"
SERVICE = "/.well-known/serviceinfo"
LOCKED = frozenset({401, 403})
LONGEST_TEXT = 1000


class Answer(msgspec.Struct, frozen=True):
    """What came back. `status` 0: nothing, or nothing that is HTTP. `body`: its JSON, None where there is none.
    `text`: its beginning. `is_novapi`: it is one of ours."""

    status: int = 0
    server: str = ""
    body: Any = None
    text: str = ""
    is_novapi: bool = False

    @property
    def is_good(self) -> bool:
        return self.status == 200


NO_ANSWER = Answer()
Answers = Mapping[str, Answer]


def parse_answer(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    """An HTTP answer, as far as it is looked at. Header names in lower case; `raw` may have been cut off."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        body = None
    return Answer(
        status=status,
        server=headers.get("server", ""),
        body=body,
        text=raw[:LONGEST_TEXT].decode(errors="replace").strip(),
        is_novapi="x-novapi-request-id" in headers,
    )


def good(answers: Answers, path: str) -> dict[str, Any]:
    """The JSON object that was answered with 200 at `path`, empty if there was none."""
    answer = answers.get(path, NO_ANSWER)
    return answer.body if answer.is_good and isinstance(answer.body, dict) else {}


def rows_of(body: Any, member: str = "data") -> list[dict[str, Any]]:
    """The objects of a list."""
    rows = body.get(member) if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def listed(answers: Answers) -> list[dict[str, Any]]:
    return rows_of(good(answers, LIST))


def lists_models(answers: Answers) -> bool:
    """Whether it answers with a model list in OpenAI's shape, be it an empty one."""
    body = good(answers, LIST)
    rows = listed(answers)
    is_empty = body.get("object") == "list" and body.get("data") in ([], None)
    return is_empty or (bool(rows) and all(isinstance(row.get("id"), str) for row in rows))


def owner(answers: Answers) -> str:
    """Who signs as the owner of the models; empty where nobody does."""
    owners = (row.get("owned_by") for row in listed(answers))
    return next((name for name in owners if isinstance(name, str) and name), "")


def is_locked(answers: Answers) -> bool:
    return any(answers.get(path, NO_ANSWER).status in LOCKED for path in (LIST, LM_STUDIO))


def asks_for_a_key(answers: Answers) -> bool:
    """A refusal in JSON, as APIs give it, and of the models, not of everything. Other programs that let nobody in
    answer with a page, or with nothing, or refuse all paths, as databases do."""
    answer, members = answers.get(LIST, NO_ANSWER), {"error", "detail", "message"}
    is_refusal = answer.status in LOCKED and isinstance(answer.body, dict) and not members.isdisjoint(answer.body)
    return is_refusal and answers.get("/", NO_ANSWER).status not in LOCKED


def says(answers: Answers, path: str, words: str) -> bool:
    answer = answers.get(path, NO_ANSWER)
    return answer.is_good and words in answer.text


def software(answers: Answers) -> str:
    """The name in KoboldAI's service document."""
    described = good(answers, SERVICE).get("software")
    return str(described.get("name")) if isinstance(described, dict) else ""


def speaks_openai(answers: Answers) -> bool:
    return is_locked(answers) or lists_models(answers)
