"""Look for engines on this machine: who listens, what it is, and which models it has.

Every port that somebody listens on is asked, and the ports that engines are known by. A process that was recognised is
not asked again who it is, only for its models, as long as it keeps the port.
"""

import asyncio
import itertools
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from channels_app.local.answers import LM_STUDIO, LM_STUDIO_BEFORE_0_4, Answer, Answers
from channels_app.local.engine_models import FoundModel, models_of
from channels_app.local.fingerprints import Verdict, is_lm_studio, verdict, version
from channels_app.local.listeners import IPV4, IPV6, Listener, listeners, started_on
from channels_app.local.probes import CONNECT_SECONDS, DETAIL_SECONDS, NAMED_SECONDS, PORT_SECONDS, Prober
from channels_app.local.questions import questions
from channels_app.local.runtimes import BY_PROCESS, KNOWN_PORTS, RUNTIMES, Runtime

AT_ONCE = 100  # ports
STAGGER_SECONDS = 0.001  # between two ports, so that calls of this process get their turn
LOOKS_AT_THE_SILENT = 3  # an engine may just be starting; after that it is something else
OLLAMA_PORT = 11434
LM_STUDIO_PORT = 1234


class Found(msgspec.Struct, frozen=True):
    """An engine that runs here. `address` is how it is named, `base_url` what a channel to it has."""

    engine: str
    name: str
    provider: str
    port: int
    address: str
    base_url: str
    version: str = ""
    is_locked: bool = False
    is_loading: bool = False
    process: str = ""
    pid: int | None = None
    models: tuple[FoundModel, ...] = ()

    @property
    def state(self) -> str:
        return "locked" if self.is_locked else "loading" if self.is_loading else "ready"

    @property
    def own_models(self) -> tuple[FoundModel, ...]:
        """Those that run on this machine."""
        return tuple(model for model in self.models if model.is_local)


class Look(msgspec.Struct, frozen=True):
    """What was seen at a port, so that it need not be asked again. `found`: nothing, if it is no engine. `is_novapi`:
    it is one of ours. `silences`: how often it said nothing that is HTTP."""

    listener: Listener
    found: Found | None = None
    is_novapi: bool = False
    silences: int = 0

    def still_holds(self, listener: Listener) -> bool:
        """Whether there is nothing to be asked: the same process, of which all is known."""
        is_known = self.found is None and not 0 < self.silences < LOOKS_AT_THE_SILENT
        return is_known and self.listener.identity == listener.identity


@dataclass(frozen=True, slots=True)
class Scan:
    """The engines, by port. `at`: when, a Unix time; `seconds`: how long it took; `looks`: all ports that answered."""

    at: float = 0.0
    seconds: float = 0.0
    found: tuple[Found, ...] = ()
    looks: Mapping[int, Look] = field(default_factory=dict, repr=False)


NOTHING = Scan()


async def scan(before: Scan = NOTHING, own: frozenset[int] | None = None) -> Scan:
    """Look everywhere. What `before` knows is not asked again. `own`: processes that are not looked at, nor what they
    started; this one unless told otherwise."""
    began = time.perf_counter()
    own = frozenset({os.getpid()}) if own is None else own
    heard = await asyncio.to_thread(listeners)
    places = {each.port: each for each in heard}
    for port in KNOWN_PORTS | {ollama_port(os.environ.get("OLLAMA_HOST", ""))}:
        places.setdefault(port, Listener(port, is_heard=False))
    foreign = [each for each in places.values() if own.isdisjoint(each.lineage)]
    looks = await look_at_all(foreign, before)
    found = await asyncio.to_thread(grown_up, looks)
    return Scan(time.time(), time.perf_counter() - began, found, looks)


async def engine_at(port: int, api_key: str = "") -> Found | None:
    """The engine at one port, asked now, and with a key if it wants one; None if there is none."""
    heard = {each.port: each for each in await asyncio.to_thread(listeners)}
    listener = heard.get(port, Listener(port, is_heard=False))
    if os.getpid() in listener.lineage:
        return None
    async with Prober() as prober:
        look = await look_at(prober, listener, api_key)
    return look.found if look else None


async def look_at_all(places: list[Listener], before: Scan) -> dict[int, Look]:
    """What is at each port; those where nobody answers the phone are left out."""
    turn = asyncio.Semaphore(AT_ONCE)
    async with Prober() as prober:

        async def in_turn(number: int, listener: Listener) -> Look | None:
            await asyncio.sleep(number * STAGGER_SECONDS)
            async with turn:
                return await look_again(prober, listener, before.looks.get(listener.port))

        looks = await asyncio.gather(*itertools.starmap(in_turn, enumerate(places)))
    return {each.listener.port: each for each in looks if each}


async def look_again(prober: Prober, listener: Listener, before: Look | None) -> Look | None:
    """What is at a port that was looked at before, or was not."""
    if before is None or before.listener.identity != listener.identity:
        return await look_at(prober, listener)
    if before.still_holds(listener):
        return before
    if before.found and (found := await refreshed(prober, before.found)):
        return Look(listener, found)
    look = await look_at(prober, listener)
    return replace(look, silences=before.silences + look.silences) if look else None


async def look_at(prober: Prober, listener: Listener, api_key: str = "") -> Look | None:
    """Ask a port who it is, at 127.0.0.1 first, then at ::1; None if nobody listens there, or nobody is known to."""
    named = BY_PROCESS.get(listener.process)
    likely = named.id if named else "lmstudio" if listener.port == LM_STUDIO_PORT else ""
    seconds = NAMED_SECONDS if named else PORT_SECONDS
    connect_seconds = None if listener.is_heard and len(listener.hosts) == 1 else CONNECT_SECONDS
    until = time.monotonic() + seconds
    for host in listener.hosts:
        answers: dict[str, Answer] = {}
        asking = questions(answers, likely)
        left = until - time.monotonic()
        first = itertools.islice(asking, 1)
        await prober.ask_each(host, listener.port, first, answers, api_key, left, connect_seconds)
        if any(answer.status for answer in answers.values()):
            async with prober.turn:
                await prober.ask_each(host, listener.port, asking, answers, api_key, seconds)
                return await judged(prober, listener, host, answers, api_key)
    return Look(listener, silences=1) if listener.is_heard else None


async def judged(prober: Prober, listener: Listener, host: str, answers: dict[str, Answer], api_key: str = "") -> Look:
    """The verdict on a port, with the models if it is an engine."""
    known = verdict(answers, listener.process)
    if known is None:
        return Look(listener, is_novapi=any(answer.is_novapi for answer in answers.values()))
    found = described(known, listener, host)
    paths = [path for path in lists_of(known.runtime, answers) if path not in answers]
    await prober.ask_each(host, listener.port, paths, answers, api_key, DETAIL_SECONDS)
    return Look(listener, replace(found, models=models_of(known.runtime, answers), version=version(answers)))


def described(known: Verdict, listener: Listener, host: str) -> Found:
    address = f"http://{f'[{host}]' if host == IPV6 else host}:{listener.port}"
    return Found(
        engine=known.runtime.id,
        name=known.runtime.name,
        provider=known.runtime.provider,
        port=listener.port,
        address=address,
        base_url=address + known.runtime.base,
        is_locked=known.is_locked,
        is_loading=known.is_loading,
        process=listener.process,
        pid=listener.pid,
    )


async def refreshed(prober: Prober, found: Found) -> Found | None:
    """The same engine with the models that it has now; None if it does not answer as it did. One that is too busy to
    tell more than their names keeps what it told of them before."""
    if found.is_locked or found.is_loading:
        return None
    runtime, answers = RUNTIMES[found.engine], dict[str, Answer]()
    paths = lists_of(runtime, answers)
    await prober.ask_each(host_in(found.address), found.port, paths, answers, "", PORT_SECONDS)
    if not answers or not next(iter(answers.values())).is_good:
        return None
    is_whole = all(answer.status for answer in answers.values())
    known = {} if is_whole else {model.name: model for model in found.models}
    models = tuple(known.get(model.name, model) for model in models_of(runtime, answers))
    return replace(found, models=models)


def lists_of(runtime: Runtime, answers: Answers) -> Iterator[str]:
    """Where an engine tells of its models; LM Studio logs an error for every path that it does not know."""
    if runtime.id != "lmstudio":
        yield from (runtime.model_list, *runtime.details)
        return
    yield LM_STUDIO
    if not is_lm_studio(answers):
        yield LM_STUDIO_BEFORE_0_4


def host_in(address: str) -> str:
    return urlsplit(address).hostname or IPV4


def grown_up(looks: Mapping[int, Look]) -> tuple[Found, ...]:
    """The engines that nobody else started for itself: other engines' children answer to them alone."""
    whole = [complete(look) for look in looks.values()]
    parents = {each.listener.pid for each in whole if each.found or each.is_novapi} - {None}
    names = {name for row in RUNTIMES.values() if row.has_children for name in row.processes}
    return tuple(
        look.found
        for look in sorted(whole, key=lambda each: each.listener.port)
        if look.found and not is_child(look.listener, parents, names)
    )


def complete(look: Look) -> Look:
    """An engine whose process the system does not tell may be found by its command."""
    if look.found and look.listener.pid is None and (known := started_on(look.listener.port)):
        return replace(look, listener=replace(known, hosts=look.listener.hosts))
    return look


def is_child(listener: Listener, parents: set[int | None], names: set[str]) -> bool:
    return any(pid in parents or name in names for pid, name in listener.parents)


def ollama_port(host: str) -> int:
    """Where `OLLAMA_HOST` says that Ollama listens: "127.0.0.1:11500", ":11500", "http://…"; its own port if it says
    something else, or means another machine."""
    try:
        parts = urlsplit(host if "://" in host else f"http://{host}")
        is_here = (parts.hostname or IPV4) in ("localhost", "0.0.0.0", "::", IPV4, IPV6)
        return parts.port or OLLAMA_PORT if is_here else OLLAMA_PORT
    except ValueError:
        return OLLAMA_PORT
