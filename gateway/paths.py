"""Which paths are the gateway's, and what the many ways to write a base URL mean."""

import re
from collections.abc import Mapping
from functools import lru_cache

# Endpoints that also answer where the app left out `/v1`.
BARE = re.compile(
    r"/(chat/completions|completions|responses(/.*)?|embeddings|moderations|rerank|realtime"
    r"|images/(generations|edits|variations)|audio/(speech|transcriptions|translations)|messages(/count_tokens)?"
    r"|models/.+:(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents))"
)
VENDORS = "(?:/openai|/anthropic|/gemini)?"  # what people put in front of a base URL
DOCS = frozenset({"/v1/docs", "/v1/openapi.json"})  # pages for the owner, behind the dashboard's session
PLAIN = frozenset({"/healthz", "/metrics"})  # of no API


@lru_cache(maxsize=1024)
def canonical(path: str) -> str | None:
    """The endpoint's own path, or None where the path is not the gateway's.

    `/v1/v1/x`, `/openai/v1/x`, `/x` and a trailing slash all mean `/v1/x`.
    """
    path = re.sub(r"/{2,}", "/", path).rstrip("/") or "/"
    if path in PLAIN:
        return path
    if path == "/ollama" or path.startswith("/ollama/"):
        return path
    if beta := re.match(
        rf"{VENDORS}(?:/v1beta)+(/openai(?=/))?(?=/|$)", path
    ):  # Google has OpenAI's API below its own
        return f"{'/v1' if beta[1] else '/v1beta'}{path[beta.end() :]}"
    if versioned := re.match(rf"{VENDORS}(?:/v1)+(?=/|$)", path):
        endpoint = f"/v1{path[versioned.end() :]}"
        return None if endpoint in DOCS else endpoint
    without_vendor = re.sub(f"^{VENDORS}", "", path)
    return f"/v1{without_vendor}" if BARE.fullmatch(without_vendor) else None


def dialect_of(path: str, headers: Mapping[bytes, bytes], query: bytes) -> str:
    """The dialect a caller speaks, for lists and errors, by its canonical path; where three share one, its headers."""
    return dialect_of_path(path) or dialect_of_list(path, headers, query)


@lru_cache(maxsize=1024)
def dialect_of_path(path: str) -> str:
    """Empty where the path is not enough to tell."""
    if path.startswith("/v1/models"):
        return ""
    for start, dialect in (("/v1/messages", "anthropic"), ("/v1beta/", "gemini"), ("/ollama", "ollama")):
        if path.startswith(start):
            return dialect
    return "openai-chat"


def dialect_of_list(path: str, headers: Mapping[bytes, bytes], query: bytes) -> str:
    is_gemini = b"x-goog-api-key" in headers or b"x-goog-api-client" in headers or b"key=" in query
    if is_gemini or (re.search(r":\w+$", path) is not None and re.search("(Content|Contents|Tokens)$", path)):
        return "gemini"
    return "anthropic" if b"anthropic-version" in headers else "openai-chat"
