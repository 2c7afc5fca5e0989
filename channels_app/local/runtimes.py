"""Every engine that Novapi looks for on this machine, one frozen row each. How it is told apart from the others is in
`fingerprints`, what its vendor's row says (dialects, header of a key) in `providers`.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

CHECKED = "2026-08-23"


class Runtime(msgspec.Struct, frozen=True):
    """One engine.

    `ports` are where it listens unless it is told otherwise; they prove nothing. `base` is the path of its
    OpenAI-compatible API. `details` are asked for what the model list leaves out. `processes` are what the process
    that listens is called, in lower case and without ".exe". `has_children`: it starts engines on ports of their own,
    which nobody else should call. `checked`: when the row was compared with the engine's source or documentation.
    """

    id: str
    name: str
    provider: str
    ports: tuple[int, ...] = ()
    base: str = "/v1"
    details: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    has_children: bool = False
    checked: str = CHECKED

    @property
    def model_list(self) -> str:
        return f"{self.base}/models"


# fmt: off
ROWS: tuple[Runtime, ...] = (
    Runtime(
        "ollama", "Ollama", "ollama", (11434,), details=("/api/tags", "/api/ps"), processes=("ollama",),
        has_children=True,
    ),
    Runtime(
        "llamacpp", "llama.cpp", "llamacpp", (8080,), details=("/props",), processes=("llama-server",),
        has_children=True,
    ),
    Runtime("llamacpp-router", "llama.cpp router", "llamacpp", (8080,), details=("/models",), has_children=True),
    Runtime(
        "lmstudio", "LM Studio", "lmstudio", (1234,), details=("/api/v1/models", "/api/v0/models"),
        processes=("lm studio", "lmstudio", "lm-studio", "llmster"), checked="2026-04-29",
    ),
    Runtime("vllm", "vLLM", "vllm", (8000,), processes=("vllm",)),
    Runtime("sglang", "SGLang", "sglang", (30000,)),
    Runtime(
        "koboldcpp", "KoboldCpp", "koboldcpp", (5001,), details=("/api/extra/true_max_context_length",),
        processes=("koboldcpp",),
    ),
    Runtime(
        "text-generation-webui", "text-generation-webui", "text-generation-webui", (5000,), checked="2026-05-03",
    ),
    Runtime("tabby", "TabbyAPI", "tabby", (5000,), details=("/v1/model",)),
    Runtime(
        "localai", "LocalAI", "localai", (8080,), processes=("local-ai", "localai"), has_children=True,
    ),
    Runtime("jan", "Jan", "jan", (1337,), processes=("jan",), has_children=True),
    Runtime(
        "lemonade", "Lemonade", "lemonade", (13305, 8000), details=("/v1/health",),
        processes=("lemond", "lemonade-server", "lemonade"), has_children=True,
    ),
    Runtime(
        "docker-model-runner", "Docker Model Runner", "docker-model-runner", (12434,), base="/engines/v1",
        details=("/engines/ps",), processes=("model-runner",), has_children=True, checked="2026-07-22",
    ),
    Runtime("gpustack", "GPUStack", "gpustack", (80, 30080), processes=("gpustack",), has_children=True),
    Runtime(
        "xinference", "Xinference", "xinference", (9997,), processes=("xinference", "xinference-local"),
        has_children=True,
    ),
    Runtime("mlx-lm", "MLX LM", "mlx-lm", (8080,), processes=("mlx_lm.server",)),
    Runtime("llamafile", "llamafile", "llamafile", (8080,), processes=("llamafile",), checked="2025-06-30"),
    Runtime("llama-swap", "llama-swap", "llama-swap", (8080,), processes=("llama-swap",), has_children=True),
    Runtime("olla", "Olla", "olla", (40114,), base="/olla/openai/v1", processes=("olla",), checked="2026-08-08"),
    # A gateway to whatever it was told of, mostly the cloud: no engine of this machine as far as money goes.
    Runtime("litellm", "LiteLLM", "custom", (4000,), processes=("litellm",)),
    Runtime("lmdeploy", "LMDeploy", "lmdeploy", (23333,), processes=("lmdeploy",), checked="2026-08-08"),
    Runtime("omlx", "oMLX", "omlx", (8000,), processes=("omlx",), checked="2026-08-08"),
    Runtime("gpt4all", "GPT4All", "gpt4all", (4891,), processes=("gpt4all",), checked="2025-02-18"),
    Runtime("foundry-local", "Foundry Local", "foundry-local", checked="2026-07-02"),
    Runtime("llama-cpp-python", "llama-cpp-python", "llama-cpp-python", (8000,), checked="2026-11-26"),
    # Msty brings other engines along, which are found as what they are; it listens on no port that is known.
    Runtime("msty", "Msty", "msty", processes=("msty", "mstystudio", "msty studio")),
    # Whatever else lists models as OpenAI does.
    Runtime("openai-compatible", "Local engine", "local"),
)
# fmt: on

RUNTIMES: Mapping[str, Runtime] = MappingProxyType({row.id: row for row in ROWS})
BY_PROCESS: Mapping[str, Runtime] = MappingProxyType({name: row for row in ROWS for name in row.processes})
KNOWN_PORTS: frozenset[int] = frozenset(port for row in ROWS for port in row.ports)
