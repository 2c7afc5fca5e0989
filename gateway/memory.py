"""What a provider wants back with a tool call and its client can't carry: signatures and thoughts, by the call's id.

In memory only, bounded, and never needed for a first turn: after a restart a provider is told that there is none.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from gateway.chat import Message, Part, Reasoning, Request, ToolCall
from gateway.dialects.telling import Thoughts

MOST_CALLS = 20_000
MOST_CHARACTERS = 50_000_000  # thoughts can be long


class Remembered(NamedTuple):
    """What went with a tool call: its own signature, the thoughts before it, and the channel that made both."""

    signature: str = ""
    thoughts: tuple[Reasoning, ...] = ()
    channel_id: int = 0

    @property
    def size(self) -> int:
        return len(self.signature) + sum(len(thought.text) + len(thought.signature) for thought in self.thoughts)

    def told_to(self, channel_id: int) -> "Remembered":
        """As a channel may hear it: signatures are good only where they were made, what was thought is anywhere."""
        if channel_id == self.channel_id:
            return self
        texts = tuple(Reasoning(thought.text) for thought in self.thoughts if thought.text)
        return Remembered("", texts, channel_id)


NOTHING = Remembered()
Known = Mapping[str, Remembered]  # by the id of the call


class Memory:
    def __init__(self, most: int = MOST_CALLS, most_characters: int = MOST_CHARACTERS) -> None:
        self._most, self._most_characters = most, most_characters
        self._size = 0
        self._calls: OrderedDict[str, Remembered] = OrderedDict()

    def keep(self, call_id: str, signature: str, thoughts: tuple[Reasoning, ...] = (), channel_id: int = 0) -> None:
        """Remember a call that has something to remember; the oldest is forgotten when there are too many."""
        self._forget(call_id)
        if not signature and not thoughts:
            return
        self._calls[call_id] = Remembered(signature, thoughts, channel_id)
        self._size += self._calls[call_id].size
        while len(self._calls) > self._most or self._size > self._most_characters:
            self._forget(next(iter(self._calls)))

    def _forget(self, call_id: str) -> None:
        self._size -= self._calls.pop(call_id, NOTHING).size

    def keep_parts(self, parts: Iterable[Part], channel_id: int = 0) -> None:
        """Remember the calls of an answer, each with the thoughts that came before it."""
        thoughts = Thoughts()
        for part in parts:
            if isinstance(part, Reasoning):
                thoughts.add(part)
            elif isinstance(part, ToolCall):
                self.keep(part.id, part.signature, thoughts.before_call(), channel_id=channel_id)

    def put_back(self, request: Request, channel_id: int = 0) -> Request:
        """The request with what its client left out, as far as this channel may hear it."""
        if not self._calls:
            return request
        calls = (part.id for message in request.messages for part in message.parts if isinstance(part, ToolCall))
        known = {call_id: self._calls[call_id].told_to(channel_id) for call_id in calls if call_id in self._calls}
        if not known:
            return request
        return replace(request, messages=tuple(completed(message, known) for message in request.messages))


def completed(message: Message, known: Known) -> Message:
    if message.role != "assistant" or not any(remembered(part, known) for part in message.parts):
        return message
    return replace(message, parts=tuple(signed(part, known) for part in with_thoughts(message.parts, known)))


def remembered(part: Part, known: Known) -> Remembered | None:
    return known.get(part.id) if isinstance(part, ToolCall) else None


def signed(part: Part, known: Known) -> Part:
    found = remembered(part, known)
    if not isinstance(part, ToolCall) or part.signature or found is None:
        return part
    return replace(part, signature=found.signature)


def with_thoughts(parts: tuple[Part, ...], known: Known) -> Iterable[Part]:
    """The parts with the thoughts before their calls, the first at the very beginning. A client's own stay, unless it
    is just their signatures that it could not keep."""
    thoughts = list(thoughts_before(parts, known))
    own = [part for part in parts if isinstance(part, Reasoning)]
    if own and not are_signed(own, [thought for _, group in thoughts for thought in group]):
        return parts
    whole: list[Part] = list(thoughts[0][1]) if thoughts else []
    before = {id(call): group for call, group in thoughts[1:]}
    for part in parts:
        if not (thoughts and isinstance(part, Reasoning)):
            whole += [*before.get(id(part), ()), part]
    return whole


def thoughts_before(parts: Iterable[Part], known: Known) -> Iterator[tuple[Part, tuple[Reasoning, ...]]]:
    """The calls that have thoughts before them. Parallel calls have theirs in common, before the first."""
    told: tuple[Reasoning, ...] = ()
    for part in parts:
        found = remembered(part, known)
        if found and found.thoughts and found.thoughts != told:
            told = found.thoughts
            yield part, told


def are_signed(own: list[Reasoning], remembered: list[Reasoning]) -> bool:
    """Whether what is remembered is the client's own thoughts, and with the signatures that the client left out."""
    is_same = "".join(thought.text for thought in own) == "".join(thought.text for thought in remembered)
    return is_same and not any(thought.signature for thought in own)


memory = Memory()
