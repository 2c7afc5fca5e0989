"""Every gateway endpoint, its auth and its OpenAPI docs. What an endpoint does is in `endpoints`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path

from channels_app import candidates
from channels_app.table import ClientIdentity
from gateway.body import ClientGone
from gateway.endpoints import anthropic, gemini, models, ollama, openai, responses, scraping, stored
from gateway.endpoints.answers import json_answer
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
    description="The gateway of this machine, in the dialects of OpenAI, Anthropic, Gemini and Ollama. "
    "Every call needs your Novapi key.",
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
def on_gateway_error(request: Any, error: GatewayError) -> Relayed:
    return Relayed(error_answer(error, request.dialect))


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
async def responses_create(request: HttpRequest) -> Relayed:
    """The Responses API, plain or streamed."""
    return Relayed(await responses.create(request))


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


@api.post("/v1/responses/input_tokens", tags=["chat"], openapi_extra=json_body("model", "input"))
async def responses_input_tokens(request: HttpRequest) -> Relayed:
    """How many tokens an input is."""
    return Relayed(await openai.count_tokens(request))


@api.post("/v1/responses/compact", tags=["chat"], openapi_extra=json_body("model", "input"))
async def responses_compact(request: HttpRequest) -> Relayed:
    """Shorten a conversation; by channels that have the Responses API only."""
    return Relayed(await openai.answer(request, "responses/compact", "openai-responses"))


@api.get("/v1/responses", include_in_schema=False)
async def responses_socket(request: HttpRequest) -> Relayed:
    """Codex tries a WebSocket first, and goes on with POST as soon as it is told to."""
    text = "Novapi: responses are answered to POST /v1/responses, not over a WebSocket."
    raise GatewayError(text, status=426, kind="invalid_request_error", code="upgrade_not_supported")


@api.api_operation(["GET", "DELETE"], "/v1/responses/{response_id}", tags=["chat"])
async def responses_by_id(request: HttpRequest, response_id: str) -> Relayed:
    """A response that was stored: read it, or delete it."""
    return Relayed(await responses.by_id(request, response_id))


@api.get("/v1/responses/{response_id}/input_items", tags=["chat"])
async def responses_input_items(request: HttpRequest, response_id: str) -> Relayed:
    """What a stored response was asked."""
    return Relayed(await responses.by_id(request, response_id, "/input_items"))


@api.post("/v1/responses/{response_id}/cancel", tags=["chat"])
async def responses_cancel(request: HttpRequest, response_id: str) -> Relayed:
    """Stop a response that runs in the background."""
    return Relayed(await responses.by_id(request, response_id, "/cancel"))


@api.post("/v1/files", tags=["files"], openapi_extra=form_body("file"))
async def files_create(request: HttpRequest) -> Relayed:
    """Upload a file to the channel named in `x-novapi-channel`, else to the first that fits."""
    return Relayed(await stored.create_file(request))


@api.get("/v1/files", tags=["files"])
async def files(request: HttpRequest) -> Relayed:
    """The files of one channel."""
    return Relayed(await stored.listing(request, "files"))


@api.api_operation(["GET", "DELETE"], "/v1/files/{file_id}", tags=["files"])
async def files_by_id(request: HttpRequest, file_id: str) -> Relayed:
    """A file, at the channel that has it."""
    return Relayed(await stored.by_id(request, "files", file_id))


@api.get("/v1/files/{file_id}/content", tags=["files"])
async def files_content(request: HttpRequest, file_id: str) -> Relayed:
    """What is in a file."""
    return Relayed(await stored.by_id(request, "files", file_id, "/content"))


@api.post("/v1/batches", tags=["batches"], openapi_extra=json_body("input_file_id", "endpoint"))
async def batches_create(request: HttpRequest) -> Relayed:
    """Start a batch at the channel that has its file."""
    return Relayed(await stored.create_batch(request))


@api.get("/v1/batches", tags=["batches"])
async def batches(request: HttpRequest) -> Relayed:
    """The batches of one channel."""
    return Relayed(await stored.listing(request, "batches"))


@api.get("/v1/batches/{batch_id}", tags=["batches"])
async def batches_by_id(request: HttpRequest, batch_id: str) -> Relayed:
    """A batch, at the channel that runs it."""
    return Relayed(await stored.by_id(request, "batches", batch_id))


@api.post("/v1/batches/{batch_id}/cancel", tags=["batches"])
async def batches_cancel(request: HttpRequest, batch_id: str) -> Relayed:
    """Stop a batch."""
    return Relayed(await stored.by_id(request, "batches", batch_id, "/cancel"))


@api.post("/v1/messages", tags=["anthropic"], openapi_extra=json_body("model", "max_tokens", "messages"))
async def messages(request: HttpRequest) -> Relayed:
    """Anthropic's Messages, plain or streamed."""
    return Relayed(await anthropic.messages(request))


@api.post("/v1/messages/count_tokens", tags=["anthropic"], openapi_extra=json_body("model", "messages"))
async def messages_count_tokens(request: HttpRequest) -> Relayed:
    """How many tokens a prompt is: counted by a channel that can, else estimated."""
    return Relayed(await anthropic.count_tokens(request))


@api.post("/v1/models/{path:model}", tags=["gemini"], openapi_extra=json_body("contents"))
async def gemini_v1(request: HttpRequest, model: Path[str]) -> Relayed:
    """Gemini's `{model}:generateContent` and its other verbs."""
    return Relayed(await gemini.models(request, model))


@api.post("/v1beta/models/{path:model}", tags=["gemini"], openapi_extra=json_body("contents"))
async def gemini_v1beta(request: HttpRequest, model: Path[str]) -> Relayed:
    """Gemini's `{model}:generateContent` and its other verbs."""
    return Relayed(await gemini.models(request, model))


@api.get("/v1beta/models", tags=["gemini"])
async def gemini_model_list(request: HttpRequest) -> Relayed:
    """Every model and alias, as Gemini's clients expect them."""
    return Relayed(models.model_list(candidates.current(), "gemini"))


@api.get("/v1beta/models/{path:model}", tags=["gemini"])
async def gemini_model(request: HttpRequest, model: Path[str]) -> Relayed:
    """One model."""
    return Relayed(models.model_details(model, candidates.current(), "gemini"))


@api.get("/v1/models", tags=["models"])
async def model_list(request: Any) -> Relayed:
    """Every model and alias that can be asked for, in the shape of the protocol that asks."""
    return Relayed(models.model_list(candidates.current(), request.dialect))


@api.get("/v1/models/{path:model}", tags=["models"])
async def model_details(request: Any, model: Path[str]) -> Relayed:
    """One model."""
    return Relayed(models.model_details(model, candidates.current(), request.dialect))


@api.api_operation(["GET", "HEAD"], "/ollama", auth=None, tags=["ollama"])
async def ollama_root(request: HttpRequest) -> Relayed:
    """What Ollama's clients look for before they begin."""
    return Relayed(ollama.running())


@api.get("/ollama/api/version", tags=["ollama"])
async def ollama_version(request: HttpRequest) -> Relayed:
    """The version of Ollama's API."""
    return Relayed(ollama.version())


@api.get("/ollama/api/tags", tags=["ollama"])
async def ollama_tags(request: HttpRequest) -> Relayed:
    """Every model and alias, as Ollama lists them."""
    return Relayed(ollama.tags(candidates.current()))


@api.get("/ollama/api/ps", tags=["ollama"])
async def ollama_ps(request: HttpRequest) -> Relayed:
    """The models that are loaded: none is Novapi's own."""
    return Relayed(ollama.running_models())


@api.post("/ollama/api/show", tags=["ollama"], openapi_extra=json_body("model"))
async def ollama_show(request: HttpRequest) -> Relayed:
    """What a model can do."""
    return Relayed(await ollama.show(request))


@api.post("/ollama/api/chat", tags=["ollama"], openapi_extra=json_body("model", "messages"))
async def ollama_chat(request: HttpRequest) -> Relayed:
    """Ollama's chat; streamed unless told otherwise."""
    return Relayed(await ollama.chat(request))


@api.post("/ollama/api/generate", tags=["ollama"], openapi_extra=json_body("model", "prompt"))
async def ollama_generate(request: HttpRequest) -> Relayed:
    """Ollama's completion; streamed unless told otherwise."""
    return Relayed(await ollama.generate(request))


@api.post("/ollama/api/embed", tags=["ollama"], openapi_extra=json_body("model", "input"))
async def ollama_embed(request: HttpRequest) -> Relayed:
    """Embeddings of one or several texts."""
    return Relayed(await ollama.embed(request))


@api.post("/ollama/api/embeddings", tags=["ollama"], openapi_extra=json_body("model", "prompt"))
async def ollama_embeddings(request: HttpRequest) -> Relayed:
    """The embedding of one text."""
    return Relayed(await ollama.embeddings(request))


@api.api_operation(["GET", "HEAD"], "/healthz", auth=None, tags=["health"])
async def healthz(request: HttpRequest) -> Relayed:
    """Whether the gateway is up; needs no key."""
    return Relayed(json_answer({"status": "ok", "version": settings.NOVAPI_VERSION}))


@api.get("/metrics", tags=["health"])
async def prometheus_metrics(request: HttpRequest) -> Relayed:
    """What is counted, in Prometheus' text format."""
    return Relayed(await scraping.scrape(candidates.current()))
