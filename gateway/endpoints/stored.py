"""Files and batches: relayed to the channel that keeps them."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from django.http import HttpRequest
from msgspec.structs import replace

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway.call import Answer, Call
from gateway.endpoints import calls
from gateway.endpoints.calls import Target
from gateway.errors import BadRequest, NoSuitableChannel, UnknownId
from gateway.issued import Issuer, attempts_at, issuer_of, note
from gateway.offers import Attempt
from gateway.relay import refuse, relay

DIALECT = "openai-chat"


async def create_file(request: HttpRequest) -> Answer:
    """POST /v1/files: to the channel that `x-novapi-channel` names, else to the first one that OpenAI's API fits."""
    table = candidates.current()
    call = await calls.read_or_refuse(request, Target(DIALECT, "files", model=""), table)
    return await noted(await relay(call, table, home(request, table)))


async def create_batch(request: HttpRequest) -> Answer:
    """POST /v1/batches: to the channel that has the batch's file."""
    table = candidates.current()
    call = await calls.read_or_refuse(request, Target(DIALECT, "batches", model=""), table)
    file_id = msgspec.json.decode(call.body).get("input_file_id")
    if not isinstance(file_id, str):
        error = BadRequest("Novapi: a batch needs the id of its file, 'input_file_id'.", param="input_file_id")
        refuse(call, error)
        raise error
    return await noted(await relay(call, table, await plan_for(file_id, table)))


async def listing(request: Any, endpoint: str) -> Answer:
    """GET /v1/files, /v1/batches: what the home channel has."""
    table = candidates.current()
    target = Target(DIALECT, endpoint, path=endpoint + query_of(request), method="GET")
    return await relay(await calls.read_or_refuse(request, target, table), table, home(request, table))


async def by_id(request: Any, endpoint: str, name: str, rest: str = "") -> Answer:
    """GET, DELETE or POST /v1/{endpoint}/{name}{rest}, at the channel that issued the id."""
    table = candidates.current()
    path = f"{endpoint}/{name}{rest}{query_of(request)}"
    target = Target(DIALECT, f"{endpoint}/{{id}}{rest}", path=path, method=request.method, model="")
    call = await read_bodiless(request, target, table)
    return await relay(call, table, await plan_for(name, table))


async def read_bodiless(request: Any, target: Target, table: RoutingTable) -> Call:
    """The call of an action that needs no body (`/cancel`): an app may post none, without a Content-Type."""
    if request.method == "POST" and request.head.get(b"content-length", b"0") == b"0":
        call = await calls.read_or_refuse(request, replace(target, method="GET"), table)
        return replace(call, method="POST")
    return await calls.read_or_refuse(request, target, table)


def query_of(request: Any) -> str:
    """The client's query, without our key."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"))
    kept = urlencode([(name, value) for name, value in pairs if name != "key"])
    return f"?{kept}" if kept else ""


def home(request: Any, table: RoutingTable) -> list[Attempt]:
    """Where things go that name no model and no id."""
    wanted = request.head.get(b"x-novapi-channel", b"").decode("latin-1")
    for channel in table.channels:
        is_it = channel.name == wanted if wanted else DIALECT in channel.dialects and not channel.provider.local
        if is_it and channel.credentials:
            return attempts_at(Issuer(channel.id, channel.credentials[0].id), table, DIALECT)
    if wanted:
        raise NoSuitableChannel(f"Novapi: there is no enabled channel '{wanted[:100]}' with a usable key.")
    raise NoSuitableChannel("Novapi: no channel keeps files. Name one in the header 'x-novapi-channel'.")


async def plan_for(name: str, table: RoutingTable) -> list[Attempt]:
    """The attempt at the channel that issued the id. Raises UnknownId."""
    issuer = await issuer_of(name)
    attempts = attempts_at(issuer, table, DIALECT) if issuer else []
    if not attempts:
        raise UnknownId(f"Novapi: no channel of yours is known to have issued '{name[:100]}'.")
    return attempts


async def noted(answer: Answer) -> Answer:
    """The answer, once it is known who issued its id."""
    if answer.status < 300 and answer.origin and isinstance(answer.body, bytes):
        name = msgspec.json.decode(answer.body, type=Identified).id
        if name:
            await note(name, Issuer(*answer.origin))
    return answer


class Identified(msgspec.Struct):
    """The one member of an answer that later calls will name."""

    id: str = ""
