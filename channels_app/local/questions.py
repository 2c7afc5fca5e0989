"""What to ask a port, in which order, until it is clear who answers. Pure; asking is `probes`."""

from collections.abc import Callable, Iterator

from channels_app.local.answers import (
    LIST,
    LM_STUDIO,
    LM_STUDIO_BEFORE_0_4,
    Answers,
    good,
    is_locked,
    lists_models,
    owner,
    says,
    speaks_openai,
)
from channels_app.local.fingerprints import EXCLUSIVE, LEMONADE, TEXT_GENERATION, is_llamacpps, recognised

LM_STUDIO_OWNER = "organization_owner"


def always(answers: Answers) -> bool:
    return True


def may_be_lm_studio(answers: Answers) -> bool:
    """Its owner signs, or nobody can: it logs an error for every path that it does not have, so others come later."""
    return owner(answers) == LM_STUDIO_OWNER or is_unsigned(answers)


def is_unsigned(answers: Answers) -> bool:
    """No model is shown whose owner would tell."""
    return is_locked(answers) or (lists_models(answers) and not owner(answers))


def speaks_something_else(answers: Answers) -> bool:
    return not speaks_openai(answers)


def greets_like_ollama(answers: Answers) -> bool:
    return says(answers, "/", "Ollama is running")


def is_healthy_inside(answers: Answers) -> bool:
    return bool(good(answers, "/internal/health").get("status"))


Question = tuple[str, Callable[[Answers], bool]]
LM_STUDIO_FIRST: tuple[Question, ...] = ((LM_STUDIO, always), (LM_STUDIO_BEFORE_0_4, lambda a: not is_locked(a)))
QUESTIONS: tuple[Question, ...] = (
    (LIST, always),
    (LM_STUDIO, lambda answers: owner(answers) == LM_STUDIO_OWNER),
    (LM_STUDIO_BEFORE_0_4, lambda answers: owner(answers) == LM_STUDIO_OWNER),
    *((path, always) for path in EXCLUSIVE),
    ("/props", is_llamacpps),
    (LM_STUDIO, may_be_lm_studio),
    ("/", always),
    (LEMONADE, lambda answers: is_unsigned(answers) or greets_like_ollama(answers)),
    ("/api/version", greets_like_ollama),
    ("/api/status", greets_like_ollama),
    ("/running", is_unsigned),
    ("/openapi.json", speaks_openai),
    ("/health/liveliness", speaks_openai),
    (TEXT_GENERATION, speaks_openai),
    ("/flagz", speaks_openai),
    ("/v1/cluster/version", is_unsigned),
    ("/health", is_unsigned),
    ("/version", is_locked),
    ("/internal/health", speaks_something_else),
    ("/olla/openai/v1/models", is_healthy_inside),
    ("/openai/status", always),
)


def questions(answers: Answers, likely: str = "") -> Iterator[str]:
    """What to ask, one path after the other, until it is clear who answers; the caller puts each answer into `answers`
    before it takes the next. `likely`: the engine that the port or the process suggests; only LM Studio is asked
    otherwise for it."""
    for path, is_worth_it in (*LM_STUDIO_FIRST, *QUESTIONS) if likely == "lmstudio" else QUESTIONS:
        if path in answers or not is_worth_it(answers):
            continue
        yield path
        if not answers[path].status and path in (LIST, LM_STUDIO):  # it is silent, or no HTTP
            return
        if answers[path].is_novapi or recognised(answers):
            return
