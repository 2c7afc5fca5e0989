"""What models a provider says it has, and what it tells about them: one request, or some where it answers in pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec

from channels_app.table import ChannelRoute, Credential
from gateway import upstream
from gateway.offline import keep_off
from gateway.overrides import overridden
from gateway.upstream import ChannelFailure

MOST_PAGES = 20
MOST_BYTES = 32 * 1024 * 1024  # of a page; the longest lists known have a few thousand models in two megabytes
MOST_TOKENS = 1_000_000_000  # a larger context is a mistake
LM_STUDIO = "/api/v0/models"  # https://lmstudio.ai/docs/developer/rest/endpoints

Body = Mapping[str, Any]


class Listed(msgspec.Struct, frozen=True):
    """A model as its provider calls it. `abilities`: `vision`, `tools`, `context_tokens`, those that are told."""

    name: str
    abilities: dict[str, Any] = msgspec.field(default_factory=dict)


async def list_models(channel: ChannelRoute, position: int = 0) -> list[Listed]:
    """The models that the provider lists for the channel's key at `position`. Raises ChannelFailure."""
    if not channel.provider.models:
        raise ChannelFailure("has no model list; enter the models by name", retryable=False)
    if position >= len(channel.credentials):
        raise ChannelFailure("has no usable key", retryable=False, code="no_key")
    listed: dict[str, Listed] = {}
    async for body in pages(channel, channel.credentials[position]):
        listed |= {model.name: model for model in models_in(body, channel)}
    if channel.provider.id == "lmstudio":
        listed |= await described(channel, channel.credentials[position], set(listed))
    return list(listed.values())


async def described(channel: ChannelRoute, credential: Credential, names: set[str]) -> dict[str, Listed]:
    """The same models out of LM Studio's own list, which tells what they can do; nothing where it has none."""
    try:
        models = models_in(await page(channel, credential, {}, LM_STUDIO), channel)
    except ChannelFailure:
        return {}
    return {model.name: model for model in models if model.name in names}


async def is_open(channel: ChannelRoute) -> bool:
    """Whether the list is shown to anybody: then it says nothing about a key."""
    try:
        models_in(await page(channel, upstream.NOBODY, {}), channel)
    except ChannelFailure:
        return False
    return True


async def pages(channel: ChannelRoute, credential: Credential) -> Any:
    """The list's bodies, one after the other, as long as the provider names a next one."""
    follow, asked = NEXT.get(channel.provider.models_shape, no_next), set[str]()
    params: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        body = await page(channel, credential, params)
        yield body
        params = {name: value for name, value in follow(body).items() if isinstance(value, str) and value}
        mark = "".join(params.values())
        if not mark or mark in asked:  # the last one; or one that leads in a circle
            return
        asked.add(mark)


async def page(channel: ChannelRoute, credential: Credential, params: dict[str, str], path: str = "") -> Any:
    """One JSON body, of the list or of another one at `path`. Raises ChannelFailure."""
    keep_off(channel)
    headers = upstream.outgoing_headers(channel, credential, channel.provider.models_dialect)
    listed_at = channel.url("models", "", channel.provider.models_dialect)
    if path:
        listed_at = urljoin(listed_at, path)
    url = httpx.URL(overridden(listed_at, channel.overrides)).copy_merge_params(params)
    request = httpx.Request("GET", url, headers=headers, extensions={"timeout": upstream.timeouts(channel)})
    response = await upstream.send(request, channel, credential)
    try:
        return msgspec.json.decode(await upstream.read(response, channel, MOST_BYTES))
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise no_list() from problem


def no_list() -> ChannelFailure:
    return ChannelFailure("answered with something that is no model list; check its base URL", 200)


def models_in(body: Any, channel: ChannelRoute) -> list[Listed]:
    """The models of one page. Raises ChannelFailure where it is none."""
    member, name = SHAPES[channel.provider.models_shape]
    try:
        rows = body[member] if member else body
        models = [(row[name], row) for row in rows]
    except (KeyError, TypeError):
        raise no_list() from None
    if not all(isinstance(called, str) and called for called, _ in models) or not isinstance(rows, list):
        raise no_list()
    prefix = "models/" if channel.provider.models_shape == "gemini" else ""
    return [Listed(called.removeprefix(prefix), abilities_in(row)) for called, row in models]


# Shape → the member that holds the rows ("": the body itself), and a row's member that holds the name.
SHAPES = {
    "openai": ("data", "id"),
    "anthropic": ("data", "id"),
    "array": ("", "id"),
    "ollama": ("models", "name"),
    "cohere": ("models", "name"),
    "gemini": ("models", "name"),
}


def no_next(body: Any) -> dict[str, Any]:
    return {}


# Shape → what to ask for the page after this one; nothing after the last.
NEXT: dict[str, Callable[[Any], dict[str, Any]]] = {
    "anthropic": lambda body: {"after_id": body.get("last_id")} if body.get("has_more") else {},
    "gemini": lambda body: {"pageToken": body.get("nextPageToken")},
    "cohere": lambda body: {"page_token": body.get("next_page_token")},
}


# What a row tells about its model. No two vendors have the same members, and what one of them tells, another leaves
# out, so every member that is known is looked for in every row.


def abilities_in(row: Body) -> dict[str, Any]:
    """`vision`, `tools` and `context_tokens`, as far as they are told."""
    told = {"vision": first(VISION, row), "tools": first(TOOLS, row), "context_tokens": context_of(row)}
    return {name: value for name, value in told.items() if value is not None}


def first(readers: tuple[Callable[[Body], Any], ...], row: Body) -> bool | None:
    """What the first reader that finds something finds."""
    found = (reader(row) for reader in readers)
    return next((value for value in found if isinstance(value, bool)), None)


def inside(row: Any, *path: str) -> Any:
    for member in path:
        row = row.get(member) if isinstance(row, dict) else None
    return row


def listing(word: str, *path: str) -> Callable[[Body], bool | None]:
    """A reader of a list of words at `path`: whether `word` is among them, None where there is no list."""

    def read(row: Body) -> bool | None:
        words = inside(row, *path)
        return word in words if isinstance(words, list) else None

    return read


def saying(*path: str) -> Callable[[Body], Any]:
    """A reader of a yes or no at `path`."""
    return lambda row: inside(row, *path)


def kind_of(row: Body) -> bool | None:
    """LM Studio: "vlm" sees, "llm" does not."""
    return {"vlm": True, "llm": False}.get(str(row.get("type")))


VISION = (
    listing("image", "architecture", "input_modalities"),  # OpenRouter
    listing("image", "supported_input_modalities"),  # GitHub Models
    saying("capabilities", "vision"),  # Mistral; LM Studio's newer list
    saying("supports_image_input"),  # Fireworks
    saying("supports_vision"),  # Cohere
    kind_of,
)
TOOLS = (
    listing("tools", "supported_parameters"),  # OpenRouter
    saying("capabilities", "function_calling"),  # Mistral
    saying("capabilities", "trained_for_tool_use"),  # LM Studio's newer list
    saying("supports_tools"),  # Fireworks
    listing("tool_use", "capabilities"),  # LM Studio
    listing("tool-calling", "capabilities"),  # GitHub Models
    listing("tools", "features"),  # Cohere
)
CONTEXTS = (
    ("meta", "n_ctx"),  # llama.cpp: what it was started with, where it tells
    ("meta", "n_ctx_train"),  # and what the model was trained for
    ("loaded_context_length",),  # LM Studio
    ("max_context_length",),  # LM Studio, Mistral
    ("context_length",),  # OpenRouter, Together, Fireworks, Cohere
    ("max_model_len",),  # vLLM, SGLang
    ("context_window",),  # Groq
    ("inputTokenLimit",),  # Gemini
    ("limits", "max_input_tokens"),  # GitHub Models
)


def context_of(row: Body) -> int | None:
    numbers = (inside(row, *path) for path in CONTEXTS)
    return next((n for n in numbers if type(n) is int and 0 < n <= MOST_TOKENS), None)


# What a channel offers and the provider no longer lists


def gone(models: Mapping[str, str], listed: list[Listed]) -> Iterator[str]:
    """The public names whose models are gone. `models`: public name → upstream name. Wildcards never are."""
    names = {model.name for model in listed}
    for name, sent in models.items():
        if not ("*" in name or "*" in sent or is_listed(sent, names)):
            yield name


def is_listed(sent: str, names: set[str]) -> bool:
    """Names that work without being listed: Ollama's without ":latest", Gemini's with "models/", OpenRouter's variants
    (":online"), and the aliases of Anthropic that end in "-latest"."""
    bare = sent.removeprefix("models/")
    variants = {bare, f"{bare}:latest", bare.rpartition(":")[0]}
    return not variants.isdisjoint(names) or bare.endswith("-latest")
