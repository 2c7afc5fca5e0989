"""A real engine: llama.cpp's server on a model made here, and Novapi with channels to it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.tiny_gguf import write_model
from tests.running import ROOT, Novapi, free_port


@contextmanager
def engine(model: Path, alias: str, *flags: str) -> Iterator[str]:
    """The base URL of a llama.cpp server that is ready."""
    port = free_port()
    command = [sys.executable, "-m", "tests.e2e.engine", str(model), str(port), alias, *flags]
    log = model.with_name(f"{alias}.log")
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, cwd=ROOT) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"The engine was not ready within 60 s: {log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="session")
def chat_model(novapi: Novapi, model_file: Path) -> Iterator[str]:
    """A chat model of a real engine, added through the management API."""
    with engine(model_file, "tiny-chat") as url:
        body = {"name": "llama.cpp", "provider": "llamacpp", "base_url": url, "models": ["tiny-chat"]}
        assert novapi.api("POST", "/channels", json=body).status_code == 201
        yield "tiny-chat"


@pytest.fixture(scope="session")
def embedding_model(novapi: Novapi, model_file: Path) -> Iterator[str]:
    """An embedding model of a real engine; the engine's own name for it is another."""
    with engine(model_file, "tiny-embed", "--embeddings") as url:
        models = [{"name": "text-embedding-tiny", "upstream": "tiny-embed"}]
        body = {"name": "llama.cpp embeddings", "provider": "llamacpp", "base_url": url, "models": models}
        assert novapi.api("POST", "/channels", json=body).status_code == 201
        yield "text-embedding-tiny"
