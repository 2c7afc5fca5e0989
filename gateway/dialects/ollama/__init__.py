"""Ollama's native API, for clients that speak nothing else. There is no Format: nothing is translated into it."""

from gateway.dialects.ollama.embeddings import (
    build_embed,
    build_embed_one,
    build_embed_one_response,
    build_embed_response,
    parse_embed,
    parse_embed_one,
    parse_embed_one_response,
    parse_embed_response,
)
from gateway.dialects.ollama.listing import build_ps, build_show, build_tags, build_version
from gateway.dialects.ollama.passing import OllamaStream, tokens_in
from gateway.dialects.ollama.request_parsing import DIALECT, parse_chat, parse_generate
from gateway.dialects.ollama.responses import (
    build_chat_response,
    build_error,
    build_generate_response,
    build_loaded,
)
from gateway.dialects.ollama.writer import OllamaChatWriter, OllamaGenerateWriter

__all__ = [
    "DIALECT",
    "OllamaChatWriter",
    "OllamaGenerateWriter",
    "OllamaStream",
    "build_chat_response",
    "build_embed",
    "build_embed_one",
    "build_embed_one_response",
    "build_embed_response",
    "build_error",
    "build_generate_response",
    "build_loaded",
    "build_ps",
    "build_show",
    "build_tags",
    "build_version",
    "parse_chat",
    "parse_embed",
    "parse_embed_one",
    "parse_embed_one_response",
    "parse_embed_response",
    "parse_generate",
    "tokens_in",
]
