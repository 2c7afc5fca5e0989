"""A model that real engines load in no time."""

from pathlib import Path

import pytest

from tests.e2e.tiny_gguf import write_model


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")
