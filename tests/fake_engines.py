"""Servers that answer as engines do when asked who they are, and some that are none: python -m tests.fake_engines

Each listens on a port of its own of 127.0.0.1; one JSON line on standard output tells which. What they answer is from
the engines' sources and documentation; `EXPECTED` says what each is to be taken for. Lines on standard input change
them: "close NAME" stops one from listening, "open NAME" lets it listen on its port again, "add NAME MODEL" gives one
another model.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Route = tuple[int, Any]


def model_list(*models: str, owner: str | None = None, **extra: Any) -> Route:
    owned = {} if owner is None else {"owned_by": owner}
    return 200, {"object": "list", "data": [{"id": name, "object": "model", **owned, **extra} for name in models]}


@dataclass(frozen=True)
class Fake:
    """`routes`: path → status and body, JSON or bytes; `otherwise`: for all others. `server`: the header. `behaves`
    badly: silent, endless, closes, redirects, banner. `engine`: what it is to be taken for; empty: for none."""

    engine: str
    routes: dict[str, Route] = field(default_factory=dict)
    otherwise: Route = (404, b"404 page not found")
    server: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    behaves: str = ""


LM_STUDIO_SAYS_YES: Route = (200, {"error": "Unexpected endpoint or method. (GET /x). Returning 200 anyway"})
UVICORN = {"server": "uvicorn", "otherwise": (404, {"detail": "Not Found"})}
OLLAMA_TAGS: Route = (
    200,
    {
        "models": [
            {
                "name": "qwen3:8b",
                "model": "qwen3:8b",
                "size": 5_200_000_000,
                "details": {"format": "gguf", "quantization_level": "Q4_K_M", "context_length": 40960},
                "capabilities": ["completion", "tools", "thinking"],
            },
            {
                "name": "gpt-oss:120b-cloud",
                "remote_model": "gpt-oss:120b",
                "remote_host": "https://ollama.com:443",
                "size": 384,
                "details": {},
                "capabilities": ["completion"],
            },
        ]
    },
)
OLLAMA: dict[str, Route] = {
    "/": (200, b"Ollama is running"),
    "/v1/models": model_list("qwen3:8b", "gpt-oss:120b-cloud", owner="library"),
    "/api/version": (200, {"version": "0.12.3"}),
    "/api/tags": OLLAMA_TAGS,
    "/api/ps": (200, {"models": [{"name": "qwen3:8b", "context_length": 4096, "size_vram": 1}]}),
}
OLDER_OLLAMA = Fake("ollama", OLLAMA)
LLAMACPP_META = {"n_ctx": 2048, "n_ctx_train": 32768, "size": 4_700_000_000, "ftype": "Q4_K - Medium"}
LLAMACPP = Fake(
    "llamacpp",
    {
        "/v1/models": model_list("qwen.gguf", owner="llamacpp", meta=LLAMACPP_META),
        "/props": (
            200,
            {
                "build_info": "b11549-abc",
                "default_generation_settings": {},
                "modalities": {"vision": True, "audio": False},
                "chat_template_caps": {"supports_tool_calls": True},
            },
        ),
    },
    server="llama.cpp",
)
LOADING: Route = (503, {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}})
LM_STUDIO_MODEL = {
    "type": "llm",
    "key": "qwen/qwen3-8b",
    "architecture": "qwen3",
    "quantization": {"name": "Q4_K_M", "bits_per_weight": 4},
    "size_bytes": 5_000_000_000,
    "loaded_instances": [{"id": "qwen/qwen3-8b", "config": {"context_length": 8192}}],
    "max_context_length": 32768,
    "capabilities": {
        "vision": False,
        "trained_for_tool_use": True,
        "reasoning": {"allowed_options": ["off", "on"], "default": "on"},
    },
}
KOBOLD: Route = (
    200,
    {"result": "KoboldCpp", "version": "1.102", "protected": False, "vision": True, "txt2img": False},
)
TABBY_SERVICE: Route = (200, {"version": "0.1", "software": {"name": "TabbyAPI"}, "api": {}})
TABBY_PARAMETERS = {"max_seq_len": 16384, "cache_mode": "Q8", "use_vision": False}
PAGE: Route = (200, b"<!doctype html><title>My page</title>")

FAKES: dict[str, Fake] = {
    "ollama": Fake("ollama", OLLAMA | {"/api/status": (200, {"cloud": {"disabled": False}})}),
    "ollama of last year": OLDER_OLLAMA,
    "ollama without models": Fake(
        "ollama", OLLAMA | {"/v1/models": (200, {"object": "list", "data": None}), "/api/tags": (200, {"models": []})}
    ),
    "llama.cpp": LLAMACPP,
    "llama.cpp with a key": replace(
        LLAMACPP,
        routes={
            "/v1/models": (401, {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}})
        },
        otherwise=(401, {"error": {"message": "Invalid API Key"}}),
    ),
    "llama.cpp that loads": replace(LLAMACPP, routes={}, otherwise=LOADING),
    "llama.cpp router": Fake(
        "llamacpp-router",
        {
            "/v1/models": model_list("a", owner="llamacpp"),
            "/models": (
                200,
                {
                    "data": [
                        {"id": "a", "status": {"value": "loaded"}, "meta": LLAMACPP_META},
                        {"id": "b", "status": {"value": "unloaded"}},
                    ]
                },
            ),
            "/props": (200, {"role": "router", "max_instances": 4, "models_autoload": True}),
        },
        server="llama.cpp",
    ),
    "llama.cpp behind nginx": Fake("llamacpp", {"/v1/models": model_list("m", owner="llamacpp")}, server="nginx"),
    "lm studio": Fake(
        "lmstudio",
        {
            "/v1/models": model_list("qwen/qwen3-8b", owner="organization_owner"),
            "/api/v1/models": (200, {"models": [LM_STUDIO_MODEL]}),
        },
        otherwise=LM_STUDIO_SAYS_YES,
    ),
    "lm studio without models": Fake(
        "lmstudio",
        {"/v1/models": (200, {"object": "list", "data": []}), "/api/v1/models": (200, {"models": []})},
        otherwise=LM_STUDIO_SAYS_YES,
    ),
    "lm studio of last year": Fake(
        "lmstudio",
        {
            "/v1/models": model_list("old", owner="organization_owner"),
            "/api/v0/models": (
                200,
                {
                    "data": [
                        {
                            "id": "old",
                            "type": "vlm",
                            "arch": "gemma3",
                            "compatibility_type": "gguf",
                            "quantization": "Q4_0",
                            "state": "loaded",
                            "max_context_length": 8192,
                            "loaded_context_length": 4096,
                            "capabilities": ["tool_use"],
                        }
                    ]
                },
            ),
        },
        otherwise=LM_STUDIO_SAYS_YES,
    ),
    "vllm": Fake(
        "vllm",
        {
            "/v1/models": model_list("Qwen/Qwen3-8B", owner="vllm", root="Qwen/Qwen3-8B", max_model_len=32768),
            "/version": (200, {"version": "0.11.0"}),
            "/health": (200, b""),
        },
        **UVICORN,
    ),
    "vllm with a key": Fake(
        "vllm",
        {
            "/v1/models": (401, {"error": "Unauthorized"}),
            "/version": (200, {"version": "0.11.0"}),
            "/health": (200, b""),
        },
        **UVICORN,
    ),
    "sglang": Fake("sglang", {"/v1/models": model_list("m", owner="sglang", root="m", max_model_len=4096)}, **UVICORN),
    "koboldcpp": Fake(
        "koboldcpp",
        {
            "/v1/models": model_list("koboldcpp/model", owner="koboldcpp"),
            "/api/extra/version": KOBOLD,
            "/api/extra/true_max_context_length": (200, {"value": 8192}),
            "/props": (200, {"default_generation_settings": {}, "total_slots": 1, "chat_template": ""}),
            "/": (200, b"Ollama is running"),
            "/api/version": (200, {"version": "0.7.0"}),
            "/api/tags": (200, {"models": [{"name": "koboldcpp"}]}),
        },
        server="ConcedoLlamaForKoboldServer",
    ),
    "koboldcpp with a password": Fake(
        "koboldcpp", {"/v1/models": (401, {"detail": {"msg": "Unauthorized"}}), "/api/extra/version": KOBOLD}
    ),
    "text-generation-webui": Fake(
        "text-generation-webui",
        {
            "/v1/models": model_list("mine", owner="user"),
            "/v1/internal/model/info": (200, {"model_name": "mine", "lora_names": [], "loader": "llama.cpp"}),
            "/v1/internal/health": (200, {"status": "ok"}),
        },
        **UVICORN,
    ),
    "tabby": Fake(
        "tabby",
        {
            "/v1/models": model_list("one", "two", owner="tabbyAPI"),
            "/v1/model": (200, {"id": "one", "owned_by": "tabbyAPI", "parameters": TABBY_PARAMETERS}),
            "/.well-known/serviceinfo": TABBY_SERVICE,
        },
        **UVICORN,
    ),
    "tabby with a key": Fake(
        "tabby",
        {
            "/v1/models": (401, {"detail": "Please provide an API key"}),
            "/.well-known/serviceinfo": TABBY_SERVICE,
        },
        **UVICORN,
    ),
    "localai": Fake(
        "localai",
        {
            "/": (200, b"Ollama is running"),
            "/v1/models": model_list("phi"),
            "/.well-known/localai.json": (200, {"version": "v3.7.0", "endpoints": {}}),
            "/api/version": (200, {"version": "0.9.0"}),
            "/version": (200, {"version": "v3.7.0"}),
            "/readyz": (200, b"OK"),
        },
    ),
    "lemonade": Fake(
        "lemonade",
        {
            "/": (200, b"Ollama is running"),
            "/api/version": (200, {"version": "0.1"}),
            "/v1/models": (
                200,
                {
                    "object": "list",
                    "data": [
                        {
                            "id": "Qwen3-8B-GGUF",
                            "owned_by": "lemonade",
                            "size": 5.25,
                            "labels": ["reasoning", "tool-calling"],
                            "recipe": "llamacpp",
                            "max_context_window": 40960,
                        },
                        {"id": "far-away", "owned_by": "lemonade", "labels": [], "recipe": "cloud"},
                    ],
                },
            ),
            "/v1/health": (
                200,
                {
                    "status": "ok",
                    "version": "9.0.0",
                    "websocket_port": 1,
                    "all_models_loaded": [{"model_name": "Qwen3-8B-GGUF", "pid": 1}],
                },
            ),
        },
    ),
    "lemonade without models": Fake(
        "lemonade",
        {
            "/": (200, b"Ollama is running"),
            "/api/version": (200, {"version": "0.1"}),
            "/v1/models": (200, {"object": "list", "data": []}),
            "/v1/health": (200, {"status": "ok", "version": "9.0.0", "model_loaded": None, "all_models_loaded": []}),
        },
    ),
    "docker model runner": Fake(
        "docker-model-runner",
        {
            "/": (200, b"Docker Model Runner is running"),
            "/v1/models": model_list("ai/smollm2", owner="docker"),
            "/engines/v1/models": model_list(
                "ai/smollm2",
                owner="docker",
                dmr={"context_window": 8192, "quantization": "Q4_K_M", "size": 270_000_000},
            ),
            "/engines/ps": (200, [{"backend_name": "llama.cpp", "model_name": "ai/smollm2", "in_use": False}]),
            "/api/version": (200, {"version": "0.1.0"}),
        },
    ),
    "gpustack": Fake(
        "gpustack",
        {
            "/v1/models": (401, {"code": 401, "reason": "Unauthorized", "message": "Invalid authentication"}),
            "/": (200, b"<!doctype html><html><head><title>GPUStack</title></head></html>"),
            "/version": (200, {"version": "2.0.0", "git_commit": "abc"}),
        },
        **UVICORN,
    ),
    "xinference": Fake("xinference", {"/v1/models": model_list("qwen", owner="xinference")}, **UVICORN),
    "xinference without models": Fake(
        "xinference",
        {
            "/v1/models": (200, {"object": "list", "data": []}),
            "/v1/cluster/version": (200, {"version": "1.9.0", "full-revisionid": "abc", "dirty": False}),
        },
        **UVICORN,
    ),
    "mlx-lm": Fake(
        "mlx-lm",
        {"/v1/models": model_list("mlx-community/q"), "/health": (200, {"status": "ok"})},
        otherwise=(404, b"Not Found"),
        server="BaseHTTP/0.6 Python/3.12.1",
    ),
    "llamafile": Fake(
        "llamafile", {"/v1/models": model_list("m"), "/flagz": (200, {"model": "m.gguf", "ctx_size": 8192})}
    ),
    "llama-swap": Fake(
        "llama-swap",
        {
            "/v1/models": model_list("swapped", owner="llama-swap", status={"value": "unloaded"}),
            "/running": (200, {"running": []}),
        },
    ),
    "llama-swap without models": Fake(
        "llama-swap",
        {"/v1/models": (200, {"object": "list", "data": []}), "/running": (200, {"running": []})},
    ),
    "olla": Fake(
        "olla",
        {
            "/internal/health": (200, {"status": "healthy"}),
            "/olla/openai/v1/models": model_list("through-olla", owner="olla"),
        },
    ),
    "litellm": Fake(
        "litellm",
        {
            "/v1/models": (401, {"error": {"message": "No api key passed in.", "code": "401"}}),
            "/health/liveliness": (200, "I'm alive!"),
        },
        **UVICORN,
    ),
    "lmdeploy": Fake("lmdeploy", {"/v1/models": model_list("internlm", owner="lmdeploy")}, **UVICORN),
    "omlx": Fake("omlx", {"/v1/models": model_list("m", owner="omlx")}, **UVICORN),
    "gpt4all": Fake("gpt4all", {"/v1/models": model_list("Llama 3", owner="humanity")}),
    "foundry local": Fake(
        "foundry-local",
        {"/openai/status": (200, {"endpoints": ["http://127.0.0.1:1"], "modelDirPath": "/m", "pipeName": "p"})},
    ),
    "foundry local with models": Fake(
        "foundry-local",
        {
            "/v1/models": model_list("phi-4", owner="Microsoft"),
            "/openai/status": (200, {"Endpoints": ["http://127.0.0.1:1"], "ModelDirPath": "/m"}),
        },
    ),
    "llama-cpp-python": Fake(
        "llama-cpp-python",
        {
            "/v1/models": model_list("m.gguf", owner="me"),
            "/openapi.json": (200, {"openapi": "3.1.0", "info": {"title": "🦙 llama.cpp Python API"}, "paths": {}}),
        },
        **UVICORN,
    ),
    "somebody's own": Fake("openai-compatible", {"/v1/models": model_list("own", owner="me")}),
    "somebody's own with a key": Fake("openai-compatible", {"/v1/models": (401, {"error": {"message": "no key"}})}),
    # None of these is an engine.
    "web server": Fake("", {"/": PAGE}),
    "page for every path": Fake("", otherwise=PAGE),
    "yes to everything": Fake("", otherwise=(200, {"status": "ok"})),
    "database with a password": Fake("", otherwise=(401, {"error": {"type": "security_exception"}, "status": 401})),
    "page that wants a login": Fake("", otherwise=(401, b"<html>Sign in</html>")),
    "airplay": Fake("", otherwise=(403, b""), server="AirTunes/870.14.1"),
    "another list": Fake("", {"/v1/models": (200, {"data": [{"name": "Model T", "year": 1908}]})}),
    "novapi": Fake("", otherwise=(401, {"error": {"message": "no key"}}), headers={"x-novapi-request-id": "nv1"}),
    "open novapi": Fake("", {"/v1/models": model_list("gpt")}, headers={"x-novapi-request-id": "nv1"}),
    "deep": Fake("", otherwise=(200, b"[" * 100_000)),
    "cut": Fake("", otherwise=(200, b'{"data": [{"id": "x"')),
    "silent": Fake("", behaves="silent"),
    "endless": Fake("", behaves="endless"),
    "trickle": Fake("", behaves="trickle"),
    "closes": Fake("", behaves="closes"),
    "banner": Fake("", behaves="banner"),
    "redirect": Fake("", behaves="redirect"),
}
EXPECTED = {name: fake.engine for name, fake in FAKES.items()}


class Running:
    """One fake that listens."""

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.port = 0
        self._withheld: set[str] = set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    def add(self, model: str) -> None:
        for status, body in self.fake.routes.values():
            if status == 200 and isinstance(body, dict):
                for rows in (body.get("data"), body.get("models")):
                    if rows and isinstance(rows[0], dict):
                        rows.append(rows[0] | named(rows[0], model))

    def withhold(self, path: str) -> None:
        """Nothing is answered there any more."""
        self._withheld.add(path)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.fake.behaves == "banner":
                writer.write(b"SSH-2.0-OpenSSH_9.6\r\n")
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode("latin-1"), writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        method, path, _ = head.split(" ", 2)
        assert method == "GET", "a POST may load a model"
        match self.fake.behaves:
            case "silent" | "banner":
                await asyncio.sleep(3600)
            case _ if path in self._withheld:
                await asyncio.sleep(3600)
            case "closes":
                raise ConnectionError
            case "redirect":
                writer.write(b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n")
            case "endless" | "trickle":
                await self._go_on(writer)
            case _:
                writer.write(self._whole(head, path))

    async def _go_on(self, writer: asyncio.StreamWriter) -> None:
        """A model list that never ends, as fast as it goes or very slowly."""
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"object": "list", "data": [')
        while True:
            quick = self.fake.behaves == "endless"
            writer.write(b'{"id": "x"}, ' * 1000 if quick else b" ")
            await writer.drain()
            await asyncio.sleep(0 if quick else 0.05)

    def _whole(self, head: str, path: str) -> bytes:
        status, body = self.fake.routes.get(path, self.fake.otherwise)
        wrong = self._what_is_wrong(head)
        if wrong:
            status, body = 403, {"error": wrong}
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Length": len(raw), "Server": self.fake.server, **self.fake.headers}
        lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in headers.items() if value != "")]
        return "\r\n".join([*lines, "", ""]).encode() + raw

    def _what_is_wrong(self, head: str) -> str:
        """What Ollama refuses."""
        headers = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in head.split("\r\n")[1:]}
        if headers.get("host") != f"127.0.0.1:{self.port}":
            return "host"
        return "origin" if "origin" in headers else ""


def named(row: dict[str, Any], model: str) -> dict[str, str]:
    return {member: model for member in ("id", "name", "model", "key") if member in row}


async def serve(names: list[str]) -> None:
    running = {name: Running(FAKES[name]) for name in names}
    for fake in running.values():
        await fake.open()
    print(json.dumps({name: fake.port for name, fake in running.items()}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, name, *more = json.loads(line)
        done = getattr(running[name], order)(*more)
        if done:
            await done
        print("done", flush=True)


class Engines:
    """The fakes in a process of their own. `ports`: name → where it listens."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout
        self.ports: dict[str, int] = json.loads(process.stdout.readline())

    def tell(self, *order: str) -> None:
        """`close`, `open`, `add` (a model) or `withhold` (a path), the name of a fake, and what."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


@contextmanager
def engines(*names: str, executable: str = sys.executable) -> Iterator[Engines]:
    """These fakes, or all of them."""
    command = [executable, "-m", "tests.fake_engines", *(names or FAKES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            yield Engines(process)
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
