"""The calls in flight: what they are, how far they have come, and how their owner stops one."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from gateway.call import Call, Outcome
from gateway.events import hub
from gateway.visits import STOPPED_BY_OWNER, visits

Body = dict[str, Any]
Flight = tuple[Call, Outcome, "asyncio.Task[Any] | None"]


class Flights:
    """Belongs to the serving loop: it is read and written there only, its length excepted.

    Whose task a call is, is asked when it is stopped: asyncio needs 0.2 µs to tell, each time.
    """

    def __init__(self) -> None:
        self._flights: dict[str, Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def enter(self, call: Call, outcome: Outcome, task: "asyncio.Task[Any] | None" = None) -> None:
        """A call is worked on from here on; by `task`, where it is no visit."""
        self._flights[call.id] = (call, outcome, task)
        if hub.watchers:
            hub.tell("call.started", introduced(call))

    def has_begun(self, call: Call, ms: float) -> None:
        """The first event of its stream is there, `ms` after the call came."""
        if hub.watchers and (flight := self._flights.get(call.id)):
            hub.tell("call.first_token", {"id": call.id, "ms": round(ms, 1), "channel": flight[1].channel})

    def leave(self, call: Call, outcome: Outcome) -> None:
        """It has ended. One that was turned away at the door is told of as well, both its ends at once."""
        flight = self._flights.pop(call.id, None)
        if hub.watchers:
            if flight is None:
                hub.tell("call.started", introduced(call))
            hub.tell("call.finished", finished(call, outcome))

    def stop(self, call_id: str) -> bool:
        """Cancel a call, for its owner wants it so. False if it is not in flight."""
        flight = self._flights.get(call_id)
        if flight is None:
            return False
        _, outcome, own_task = flight
        task = own_task or visits.task_of(call_id)
        if task and not outcome.is_stopped:
            outcome.is_stopped = True
            task.cancel(STOPPED_BY_OWNER)
        return True

    def told(self) -> Iterator[Body]:
        """Every call as it stands, the oldest first."""
        for call, outcome, _ in self._flights.values():
            first = outcome.first_token_ms
            yield introduced(call) | {
                "channel": outcome.channel,
                "attempts": outcome.attempts,
                "ms": passed_ms(call),
                "first_token_ms": None if first is None else round(first, 1),
            }


def introduced(call: Call) -> Body:
    """What is known of a call when it comes; `at` is a Unix time."""
    return {
        "id": call.id,
        "app": call.app,
        "key": call.key.name,
        "model": call.model[:200],
        "dialect": call.dialect,
        "endpoint": call.endpoint,
        "stream": call.stream,
        "at": round(time.time() - (time.perf_counter() - call.started), 3),
    }


def finished(call: Call, outcome: Outcome) -> Body:
    """How it ended; tokens as the provider counted them, null where it did not."""
    tokens = outcome.tokens
    return {
        "id": call.id,
        "status": outcome.status,
        "channel": outcome.channel,
        "model": (outcome.model_answered or outcome.model_sent)[:200],
        "attempts": outcome.attempts,
        "ms": passed_ms(call),
        "input_tokens": tokens.input if tokens else None,
        "output_tokens": tokens.output if tokens else None,
        "error": outcome.error[:500],
    }


def passed_ms(call: Call) -> float:
    return round((time.perf_counter() - call.started) * 1000, 1)


flights = Flights()
