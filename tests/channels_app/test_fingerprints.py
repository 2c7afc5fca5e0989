"""What an engine is, told from its answers alone: no sockets in here."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app.local import fingerprints
from channels_app.local.answers import LIST, LM_STUDIO, LM_STUDIO_BEFORE_0_4, Answer, parse_answer
from channels_app.local.engine_models import FoundModel, models_of
from channels_app.local.fingerprints import EXCLUSIVE, verdict
from channels_app.local.questions import QUESTIONS, questions
from channels_app.local.runtimes import BY_PROCESS, KNOWN_PORTS, ROWS, RUNTIMES, Runtime
from channels_app.providers import PROVIDERS, normalise_base_url
from tests.fake_engines import FAKES, Fake, model_list

PLAIN = {name: fake for name, fake in FAKES.items() if not fake.behaves}


def answer_of(fake: Fake, path: str) -> Answer:
    status, body = fake.routes.get(path, fake.otherwise)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_answer(status, {"server": fake.server, **fake.headers}, raw)


def asked(fake: Fake, likely: str = "") -> dict[str, Answer]:
    """A whole conversation, in its order."""
    answers: dict[str, Answer] = {}
    for path in questions(answers, likely):
        answers[path] = answer_of(fake, path)
    return answers


def engine_of(fake: Fake, process: str = "") -> str:
    found = verdict(asked(fake), process)
    return found.runtime.id if found else ""


@pytest.mark.parametrize("name", PLAIN)
def test_engine_is_told_by_its_answers(name: str) -> None:
    assert engine_of(PLAIN[name]) == PLAIN[name].engine


@pytest.mark.parametrize("name", [name for name, fake in PLAIN.items() if fake.engine])
def test_engine_is_told_the_same_where_lm_studio_was_expected(name: str) -> None:
    found = verdict(asked(PLAIN[name], "lmstudio"))

    assert found
    assert found.runtime.id == PLAIN[name].engine


@pytest.mark.parametrize("name", PLAIN)
def test_few_questions_are_enough(name: str) -> None:
    assert len(asked(PLAIN[name])) <= 18


def test_lm_studio_is_asked_nothing_else_on_its_own_port() -> None:
    assert list(asked(FAKES["lm studio"], "lmstudio")) == [LM_STUDIO]
    assert list(asked(FAKES["lm studio of last year"], "lmstudio")) == [LM_STUDIO, LM_STUDIO_BEFORE_0_4]


def test_lm_studio_elsewhere_is_asked_for_what_it_has() -> None:
    assert list(asked(FAKES["lm studio"])) == [LIST, LM_STUDIO]


def test_what_only_one_engine_has_is_asked_for_before_owners_count() -> None:
    fake = Fake(
        "", {"/v1/models": model_list("m", owner="vllm"), "/api/extra/version": (200, {"result": "KoboldCpp"})}
    )

    assert engine_of(fake) == "koboldcpp"
    assert list(asked(FAKES["vllm"])) == [LIST, *EXCLUSIVE]


@pytest.mark.parametrize("name", ["silent", "closes"])
def test_port_that_says_nothing_is_asked_once(name: str) -> None:
    answers: dict[str, Answer] = {}
    for path in questions(answers):
        answers[path] = Answer()

    assert list(answers) == [LIST]
    assert verdict(answers) is None


def test_answers_that_came_too_late_leave_what_is_known() -> None:
    only_the_list = {LIST: answer_of(FAKES["vllm"], LIST)}

    found = verdict(only_the_list)

    assert found
    assert found.runtime.id == "vllm"


@pytest.mark.parametrize(
    ("name", "is_locked", "is_loading"),
    [
        ("ollama", False, False),
        ("llama.cpp with a key", True, False),
        ("vllm with a key", True, False),
        ("koboldcpp with a password", True, False),
        ("tabby with a key", True, False),
        ("gpustack", True, False),
        ("litellm", True, False),
        ("somebody's own with a key", True, False),
        ("llama.cpp that loads", False, True),
    ],
)
def test_engine_that_wants_a_key_or_still_loads_is_found(name: str, is_locked: bool, is_loading: bool) -> None:
    found = verdict(asked(FAKES[name]))

    assert found
    assert (found.is_locked, found.is_loading) == (is_locked, is_loading)


@pytest.mark.parametrize(
    ("process", "engine"),
    [("jan", "jan"), ("gpt4all", "gpt4all"), ("lm studio", "lmstudio"), ("nginx", "")],
)
def test_refusal_without_a_word_is_an_engine_only_if_its_process_is_one(process: str, engine: str) -> None:
    refusing = Fake("", otherwise=(401, b"Invalid or missing authorization token"))

    assert engine_of(refusing, process) == engine


def test_jan_goes_by_its_process_for_it_signs_like_the_engine_inside() -> None:
    assert engine_of(FAKES["llama.cpp behind nginx"], "jan") == "jan"


def test_process_of_an_engine_that_serves_something_else_is_none() -> None:
    assert engine_of(FAKES["web server"], "ollama") == ""


# The models


def models(name: str) -> list[FoundModel]:
    answers, runtime = asked(FAKES[name]), RUNTIMES[FAKES[name].engine]
    for path in (runtime.model_list, *runtime.details):
        answers[path] = answer_of(FAKES[name], path)
    return list(models_of(runtime, answers))


QWEN = FoundModel("qwen3:8b", 40960, 4096, "Q4_K_M", 5_200_000_000, True, False, True, True, False)
MODELS = {
    "ollama": [
        QWEN,
        FoundModel("gpt-oss:120b-cloud", None, None, "", 384, False, False, False, False, False, is_local=False),
    ],
    "ollama without models": [],
    "llama.cpp": [FoundModel("qwen.gguf", 32768, 2048, "Q4_K - Medium", 4_700_000_000, True, True, True)],
    "llama.cpp router": [
        FoundModel("a", 32768, 2048, "Q4_K - Medium", 4_700_000_000, True),
        FoundModel("b", is_loaded=False),
    ],
    "lm studio": [FoundModel("qwen/qwen3-8b", 32768, 8192, "Q4_K_M", 5_000_000_000, True, False, True, True, False)],
    "lm studio of last year": [FoundModel("old", 8192, 4096, "Q4_0", None, True, True, True, None, False)],
    "vllm": [FoundModel("Qwen/Qwen3-8B", context_loaded=32768, is_loaded=True)],
    "koboldcpp": [FoundModel("koboldcpp/model", context_loaded=8192, is_loaded=True, vision=True)],
    "tabby": [
        FoundModel("one", context_loaded=16384, is_loaded=True, vision=False),
        FoundModel("two", is_loaded=False),
    ],
    "lemonade": [
        FoundModel("Qwen3-8B-GGUF", 40960, None, "", 5_250_000_000, True, False, True, True, False),
        FoundModel("far-away", None, None, "", None, False, False, False, False, False, is_local=False),
    ],
    "docker model runner": [FoundModel("ai/smollm2", 8192, None, "Q4_K_M", 270_000_000, True)],
    "olla": [FoundModel("through-olla")],
    "llama-swap": [FoundModel("swapped", is_loaded=False)],
    "vllm with a key": [],
}


@pytest.mark.parametrize("name", MODELS)
def test_models_are_described_as_far_as_the_engine_tells(name: str) -> None:
    assert models(name) == MODELS[name]


def test_channel_gets_the_context_that_is_loaded_rather_than_the_largest() -> None:
    assert QWEN.abilities == {"vision": False, "tools": True, "context_tokens": 4096}
    assert FoundModel("m", context_max=8192).abilities == {"context_tokens": 8192}


@pytest.mark.parametrize("name", ["", " padded", "x" * 201, "line\nbreak", "\ud800", None, 7, ["a"]])
def test_model_with_a_name_that_is_none_is_left_out(name: Any) -> None:
    answers = {LIST: Answer(200, body={"data": [{"id": name}, {"id": "good"}]})}

    assert [model.name for model in models_of(RUNTIMES["vllm"], answers)] == ["good"]


# Whatever comes

PATHS = sorted({path for path, _ in QUESTIONS} | {path for row in ROWS for path in (row.model_list, *row.details)})
MEMBERS = sorted(
    {
        "data", "models", "id", "name", "key", "owned_by", "object", "meta", "n_ctx", "size", "status", "value",
        "loaded_instances", "config", "context_length", "capabilities", "details", "version", "result", "software",
        "state", "arch", "running", "all_models_loaded", "model_name", "labels", "recipe", "quantization",
        "parameters", "architecture", "input_modalities", "modalities", "role", "loader", "endpoints", "dmr", "error",
    }
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["list", "KoboldCpp"])
)
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4)),
    max_leaves=12,
)
ANSWERS = st.builds(
    Answer,
    status=st.sampled_from([0, 200, 200, 200, 301, 401, 403, 404, 503]),
    server=st.sampled_from(["", "llama.cpp", "uvicorn", "BaseHTTP/0.6 Python/3.12.1"]),
    body=BODIES,
    text=st.sampled_from(["", "Ollama is running", "llama.cpp Python API", "Docker Model Runner is running", "�"]),
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(PATHS), ANSWERS), st.sampled_from(["", *BY_PROCESS]))
def test_random_answers_are_judged_without_an_error(given_: dict[str, Answer], process: str) -> None:
    answers: dict[str, Answer] = {}
    for path in questions(answers, "lmstudio" if process == "lmstudio" else ""):
        answers[path] = given_.get(path, Answer())

    verdict(answers, process)
    for runtime in ROWS:
        for model in models_of(runtime, given_):
            assert model.name
            json.dumps(model.abilities, allow_nan=False)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_parsed_without_an_error(raw: bytes) -> None:
    assert parse_answer(200, {}, raw).status == 200


# The rows


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_makes_a_channel_of_its_provider(row: Runtime) -> None:
    provider = PROVIDERS[row.provider]

    assert normalise_base_url(provider, f"http://127.0.0.1:7777{row.base}") == f"http://127.0.0.1:7777{row.base}"
    assert provider.local or provider.id == "custom"
    assert row.checked.startswith("20")
    assert all(name == name.lower().removesuffix(".exe") for name in row.processes)


def test_every_proof_names_a_row() -> None:
    assert {engine for engine, _ in fingerprints.PROOFS} <= set(RUNTIMES)
    assert len(RUNTIMES) == len(ROWS)
    assert {11434, 8080, 1234, 8000, 30000, 5001, 5000, 1337, 13305, 12434} <= KNOWN_PORTS


def test_every_engine_is_told_by_a_proof_or_its_process() -> None:
    proved = {engine for engine, _ in fingerprints.PROOFS} | {row.id for row in ROWS if row.processes}

    assert set(RUNTIMES) - proved == {"openai-compatible"}
