"""A recorded call as it can be asked again: its request as it was captured, or why there is none, and what to do."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404
from ninja.errors import HttpError

from dashboard.api.captures import why_not
from gateway import capture_store
from gateway.capture_store import Body
from gateway.endpoints.calls import Target
from gateway.endpoints.entrances import target_of
from gateway.models import UsageRecord
from gateway.seen import MOST_BYTES

GIVE_BODY = "A replay takes a `body` instead."
ADVICE = f"Preferences (capture: all) keep the requests of calls to come. {GIVE_BODY}"
LONGEST = f"it was longer than the {MOST_BYTES // 2**20} MiB that are kept"
MISSING = {
    "request": "The request of this call could not be read, so it is not kept. Have its app send it again.",
    "sent": "Nothing was sent to a provider: the call was turned away before. Ask for code to Novapi instead.",
}


@dataclass(frozen=True, slots=True)
class Captured:
    """One side's text. `masked`: keys in it were replaced by "[key]", so it is not quite what it was."""

    body: bytes
    masked: bool


@dataclass(frozen=True, slots=True)
class Original:
    """A recorded call, what it was for, and the query its path had."""

    record: UsageRecord
    target: Target
    query: str
    sides: dict[str, Body] | None

    def side(self, name: str) -> Captured:
        """What is kept of its "request", or of what was "sent". Raises HttpError (409) where that is not the whole."""
        if self.sides is None:
            raise HttpError(409, f"The bodies of this call are not there. {why_not(self.record)} {ADVICE}")
        found = self.sides.get(name)
        if found is None:
            raise HttpError(409, MISSING[name])
        if found.truncated:
            raise HttpError(409, f"This call can't be repeated from what is kept: {LONGEST}. {GIVE_BODY}")
        if found.body is None:
            raise HttpError(422, f"This call was no text ({found.type or 'binary'}), and is only described.")
        return Captured(found.body, masked=len(found.body) < found.size)  # a mask is shorter than any key


def original(request_id: str) -> Original:
    """Raises Http404 where there is no such record, HttpError (422) where its endpoint's calls can't be repeated."""
    record = get_object_or_404(UsageRecord, request_id=request_id)
    target = target_of(record.dialect, record.endpoint, record.model_asked)
    if target is None:
        raise HttpError(
            422, f"Calls to {record.endpoint} can't be repeated: they are forms, or about what is kept elsewhere."
        )
    sides = capture_store.bodies(request_id)
    return Original(record, target, query_of(record, sides), sides)


def query_of(record: UsageRecord, sides: dict[str, Body] | None) -> str:
    """Gemini's streams are events or one JSON array, which only the query told: the answer shows which."""
    if record.endpoint != "streamGenerateContent":
        return ""
    answer = (sides or {}).get("answer")
    return "" if answer and (answer.body or b"").startswith(b"[") else "alt=sse"
