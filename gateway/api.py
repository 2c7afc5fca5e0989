"""Every gateway endpoint, its auth and its OpenAPI docs. What an endpoint does is in `endpoints`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path

from channels_app import candidates
from channels_app.table import ClientIdentity
from gateway.body import ClientGone
from gateway.endpoints import openai
from gateway.errors import GatewayError
from gateway.keys import authenticate
from gateway.response import Relayed, error_answer


async def client_key(request: Any) -> ClientIdentity:
    """The app's key, from any of the five places the protocols put it. Async, or ninja would use a thread for it."""
    return authenticate(request.head, request.scope["query_string"], candidates.current())


class GatewayAPI(NinjaAPI):
    """Ninja makes a response in advance that endpoints may decorate; ours return their own, so one serves all."""

    _unused = HttpResponse()

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        return self._unused


api = GatewayAPI(
    title="Novapi gateway",
    version=settings.NOVAPI_VERSION,
    description="OpenAI-compatible API of this machine's gateway. Every call needs your Novapi key.",
    docs_url="/v1/docs",
    openapi_url="/v1/openapi.json",
    auth=client_key,
    openapi_extra={
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    },
    urls_namespace="gateway",
)


@api.exception_handler(GatewayError)
def on_gateway_error(request: HttpRequest, error: GatewayError) -> Relayed:
    return Relayed(error_answer(error))


@api.exception_handler(ClientGone)
@api.exception_handler(Exception)
def on_anything_else(request: HttpRequest, error: Exception) -> Relayed:
    raise error  # the lean handler logs it and answers


def json_body(*required: str) -> dict[str, Any]:
    """The OpenAPI description of a JSON body that is passed through: the members named, and any other."""
    schema = {"type": "object", "properties": {name: {} for name in required}, "required": list(required)}
    schema["properties"] |= {"model": {"type": "string"}}  # type: ignore[operator]
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def form_body(*files: str) -> dict[str, Any]:
    """The OpenAPI description of a multipart form that is passed through."""
    properties: dict[str, Any] = {name: {"type": "string", "format": "binary"} for name in files}
    schema = {"type": "object", "properties": properties | {"model": {"type": "string"}}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@api.post("/v1/chat/completions", tags=["chat"], openapi_extra=json_body("model", "messages"))
async def chat_completions(request: HttpRequest) -> Relayed:
    """Chat Completions, plain or streamed."""
    return Relayed(await openai.answer(request, "chat/completions"))


@api.post("/v1/responses", tags=["chat"], openapi_extra=json_body("model", "input"))
async def responses(request: HttpRequest) -> Relayed:
    """The Responses API, plain or streamed."""
    return Relayed(await openai.answer(request, "responses", "openai-responses"))


@api.post("/v1/completions", tags=["chat"], openapi_extra=json_body("model", "prompt"))
async def completions(request: HttpRequest) -> Relayed:
    """Legacy completions, as editors use them to fill in the middle."""
    return Relayed(await openai.answer(request, "completions"))


@api.post("/v1/embeddings", tags=["embeddings"], openapi_extra=json_body("model", "input"))
async def embeddings(request: HttpRequest) -> Relayed:
    """Embeddings of texts or token lists."""
    return Relayed(await openai.answer(request, "embeddings"))


@api.post("/v1/rerank", tags=["embeddings"], openapi_extra=json_body("model", "query", "documents"))
async def rerank(request: HttpRequest) -> Relayed:
    """Order documents by how well they answer a query (Cohere's and Jina's shape)."""
    return Relayed(await openai.answer(request, "rerank"))


@api.post("/v1/moderations", tags=["moderations"], openapi_extra=json_body("input"))
async def moderations(request: HttpRequest) -> Relayed:
    """Classify texts and images."""
    return Relayed(await openai.answer(request, "moderations"))


@api.post("/v1/images/generations", tags=["images"], openapi_extra=json_body("prompt"))
async def images_generations(request: HttpRequest) -> Relayed:
    """Make images from a text."""
    return Relayed(await openai.answer(request, "images/generations"))


@api.post("/v1/images/edits", tags=["images"], openapi_extra=form_body("image", "mask"))
async def images_edits(request: HttpRequest) -> Relayed:
    """Change images after a text; a form, or JSON."""
    return Relayed(await openai.answer(request, "images/edits"))


@api.post("/v1/images/variations", tags=["images"], openapi_extra=form_body("image"))
async def images_variations(request: HttpRequest) -> Relayed:
    """Variations of an image."""
    return Relayed(await openai.answer(request, "images/variations"))


@api.post("/v1/audio/speech", tags=["audio"], openapi_extra=json_body("model", "input", "voice"))
async def audio_speech(request: HttpRequest) -> Relayed:
    """Text to speech; the sound is streamed as it comes."""
    return Relayed(await openai.answer(request, "audio/speech"))


@api.post("/v1/audio/transcriptions", tags=["audio"], openapi_extra=form_body("file"))
async def audio_transcriptions(request: HttpRequest) -> Relayed:
    """Speech to text, in the language spoken."""
    return Relayed(await openai.answer(request, "audio/transcriptions"))


@api.post("/v1/audio/translations", tags=["audio"], openapi_extra=form_body("file"))
async def audio_translations(request: HttpRequest) -> Relayed:
    """Speech to English text."""
    return Relayed(await openai.answer(request, "audio/translations"))


@api.get("/v1/models", tags=["models"])
async def models(request: HttpRequest) -> Relayed:
    """Every model and alias that can be asked for."""
    return Relayed(openai.model_list(candidates.current()))


@api.get("/v1/models/{path:model}", tags=["models"])
async def model(request: HttpRequest, model: Path[str]) -> Relayed:
    """One model."""
    return Relayed(openai.model_details(model, candidates.current()))


@api.api_operation(["GET", "HEAD"], "/healthz", auth=None, tags=["health"])
async def healthz(request: HttpRequest) -> Relayed:
    """Whether the gateway is up; needs no key."""
    return Relayed(openai.json_answer({"status": "ok", "version": settings.NOVAPI_VERSION}))
