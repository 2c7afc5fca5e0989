"""What the owner wants changed in every request of a channel, as the last step before it is sent.

    {"query": {name: text}, "remove": [path, …], "default": {path: JSON}, "set": {path: JSON},
     "system": text, "base_path": "/v2"}

A path names a member by its way from the top, "stream_options.include_usage"; in a list a number is a position. Where
something other than an object or a list bars the way, and behind the end of a list, nothing happens. What "default"
and "set" don't find on their way, or find to be null, they make an object.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from gateway.call import BodyKind, Task
from gateway.decoding import decode
from gateway.errors import BadRequest

Overrides = Mapping[str, Any]
Body = dict[str, Any]  # the members that nobody asked for stay `msgspec.Raw`: they are sent as they came

CHANGES = frozenset({"remove", "default", "set", "system"})  # what changes a body
# What only counts tokens refuses sampling settings; what makes vectors has no system prompt.
SUITABLE: dict[Task, frozenset[str]] = {
    "chat": CHANGES,
    "other": CHANGES,
    "count": frozenset({"remove", "system"}),
    "embeddings": CHANGES - {"system"},
}
SYSTEM_ROLES = ("system", "developer")
NOWHERE = 10**9  # a position no list has

_read = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_POSITION = re.compile(r"[0-9]{1,9}")


def suitable(overrides: Overrides, task: Task, dialect: str) -> Overrides:
    """The changes of the body that a request for this task can bear."""
    names = SUITABLE[task]
    if (task, dialect) == ("count", "gemini"):  # countTokens takes the contents alone
        names -= {"system"}
    return {name: value for name, value in overrides.items() if name in names}


def applied(body: bytes, kind: BodyKind, dialect: str, overrides: Overrides) -> bytes:
    """A body in the words of `dialect` after its removals, defaults, settings and system prompt, in this order.

    A form stays as it is. Raises BadRequest for a body that can't be taken apart.
    """
    if kind != "json" or not body or not any(overrides.get(name) for name in CHANGES):
        return body
    try:
        members = read(body)
        change(members, overrides)
        if system := overrides.get("system"):
            LEADS[dialect](members, system)
        return msgspec.json.encode(members)
    except RecursionError:
        raise BadRequest("Novapi: the request is nested too deeply.", code="invalid_json") from None
    except (msgspec.MsgspecError, ValueError) as problem:  # a number beyond all bounds, say
        raise BadRequest(f"Novapi: the request can't be changed: {problem}.", code="invalid_json") from problem


def read(body: bytes) -> Body:
    """The members of an object, unread. Halves of surrogates take the way they take into another dialect."""
    try:
        return dict(_read(body))
    except msgspec.DecodeError:
        return decode(body)


def change(members: Body, overrides: Overrides) -> None:
    for path in overrides.get("remove") or ():
        remove(members, path.split("."))
    for path, value in (overrides.get("default") or {}).items():
        put(members, path.split("."), value, replace=False)
    for path, value in (overrides.get("set") or {}).items():
        put(members, path.split("."), value, replace=True)


# Paths


def remove(members: Body, steps: list[str]) -> None:
    container = container_of(members, steps, make=False)
    last = steps[-1]
    if isinstance(container, dict):
        container.pop(last, None)
    elif isinstance(container, list) and position(last) < len(container):
        del container[position(last)]


def put(members: Body, steps: list[str], value: Any, *, replace: bool) -> None:
    """Set a value, or add it where there is none; the position after the last of a list adds to the list."""
    container = container_of(members, steps, make=True)
    last = steps[-1]
    if isinstance(container, dict):
        if replace or last not in container:
            container[last] = copied(value)
    elif isinstance(container, list):
        if position(last) == len(container):
            container.append(copied(value))
        elif replace and position(last) < len(container):
            container[position(last)] = copied(value)


def container_of(members: Body, steps: list[str], *, make: bool) -> Any:
    """What holds the last step of a path; something that is no container where the path leads nowhere."""
    if len(steps) > 1:
        member(members, steps[0])
    container: Any = members
    for step in steps[:-1]:
        container = inside(container, step, make=make)
    return container


def inside(container: Any, step: str, *, make: bool) -> Any:
    if isinstance(container, list):
        return container[position(step)] if position(step) < len(container) else None
    if not isinstance(container, dict):
        return None
    if make and container.get(step) is None:
        container[step] = {}
    return container.get(step)


def position(step: str) -> int:
    return int(step) if _POSITION.fullmatch(step) else NOWHERE


def member(members: Body, name: str) -> Any:
    """A member's value, read if nobody has yet."""
    value = members.get(name)
    if isinstance(value, msgspec.Raw):
        value = members[name] = msgspec.json.decode(value)
    return value


def copied(value: Any) -> Any:
    """A value of this request's own: the overrides serve the next one too."""
    return msgspec.json.decode(msgspec.json.encode(value))


# The system prompt


def lead_messages(members: Body, text: str) -> None:
    """As the first message, or in front of what the first one says if it is a system message: the templates of many
    models refuse a second. A body without messages has no place for it."""
    messages = member(members, "messages")
    if not isinstance(messages, list):
        return
    first = messages[0] if messages else None
    if isinstance(first, dict) and first.get("role") in SYSTEM_ROLES:
        first["content"] = in_front(text, first.get("content"))
    else:
        messages.insert(0, {"role": "system", "content": text})


def lead_instructions(members: Body, text: str) -> None:
    members["instructions"] = in_front(text, member(members, "instructions"))


def lead_system_blocks(members: Body, text: str) -> None:
    """As a block of its own; an empty block is refused."""
    system = member(members, "system")
    blocks = system if isinstance(system, list) else [text_block(system)] if system else []
    members["system"] = [text_block(text), *blocks]


def lead_system_parts(members: Body, text: str) -> None:
    """As a part of its own, in whichever spelling the body has."""
    name = "system_instruction" if "system_instruction" in members else "systemInstruction"
    content = member(members, name)
    content = content if isinstance(content, dict) else {}
    parts = content.get("parts") or []
    members[name] = content | {"parts": [{"text": text}, *(parts if isinstance(parts, list) else [parts])]}


def lead_ollama(members: Body, text: str) -> None:
    """Chat has messages; `generate` has a prompt, and the system prompt beside it."""
    if "prompt" in members:
        members["system"] = in_front(text, member(members, "system"))
    else:
        lead_messages(members, text)


def in_front(text: str, content: Any) -> Any:
    if isinstance(content, list):
        return [text_block(text), *content]
    return f"{text}\n\n{content}" if isinstance(content, str) and content else text


def text_block(text: Any) -> dict[str, Any]:
    return {"type": "text", "text": text}


LEADS: dict[str, Callable[[Body, str], None]] = {
    "openai-chat": lead_messages,
    "openai-responses": lead_instructions,
    "anthropic": lead_system_blocks,
    "gemini": lead_system_parts,
    "ollama": lead_ollama,
}


# The address


def overridden(url: str, overrides: Overrides) -> str:
    """Where a request to `url` goes after `base_path` and `query`."""
    return with_query(with_base_path(url, overrides), overrides) if overrides else url


def with_query(url: str, overrides: Overrides) -> str:
    """The address with the query's parameters; those of the same name that it had are gone, the others untouched."""
    query = overrides.get("query")
    if not query:
        return url
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair and unquote_plus(pair.partition("=")[0]) not in query]
    return urlunsplit(parts._replace(query="&".join([*kept, urlencode(query)])))


def with_base_path(url: str, overrides: Overrides) -> str:
    """The address with `base_path` between its host and its path: with "/v2", "https://host/v1/chat/completions"
    becomes "https://host/v2/v1/chat/completions"."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=overrides.get("base_path", "") + parts.path))
