"""Which paths are the gateway's, and what the many ways to write a base URL mean."""

import re
from functools import lru_cache

# Endpoints that also answer where the app left out `/v1`.
BARE = re.compile(
    r"/(chat/completions|completions|responses(/.*)?|embeddings|moderations|rerank"
    r"|images/(generations|edits|variations)|audio/(speech|transcriptions|translations))"
)
DOCS = frozenset({"/v1/docs", "/v1/openapi.json"})  # pages for the owner, behind the dashboard's session
OPEN = frozenset({"/healthz"})


@lru_cache(maxsize=1024)
def canonical(path: str) -> str | None:
    """The endpoint's own path, or None where the path is not the gateway's.

    `/v1/v1/x`, `/openai/v1/x`, `/x` and a trailing slash all mean `/v1/x`.
    """
    path = re.sub(r"/{2,}", "/", path).rstrip("/") or "/"
    if path in OPEN:
        return path
    bare = re.sub(r"^(?:/openai|/anthropic)?(?:/v1)+(?=/|$)", "", path)
    if bare != path:
        return None if f"/v1{bare}" in DOCS else f"/v1{bare}"
    without_vendor = path.removeprefix("/openai")
    return f"/v1{without_vendor}" if BARE.fullmatch(without_vendor) else None
