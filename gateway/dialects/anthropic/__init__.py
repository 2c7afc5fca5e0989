"""Anthropic Messages."""

from gateway.dialects.anthropic.passing import AnthropicStream
from gateway.dialects.anthropic.reader import AnthropicReader
from gateway.dialects.anthropic.request_building import build_request
from gateway.dialects.anthropic.request_parsing import DIALECT, parse_request
from gateway.dialects.anthropic.responses import build_error, build_response, parse_error, parse_response, usage_of
from gateway.dialects.anthropic.writer import AnthropicWriter
from gateway.dialects.format import Format

__all__ = ["FORMAT", "AnthropicStream", "usage_of"]

FORMAT = Format(
    name=DIALECT,
    parse_request=parse_request,
    build_request=build_request,
    parse_response=parse_response,
    build_response=build_response,
    reader=AnthropicReader,
    writer=AnthropicWriter,
    parse_error=parse_error,
    build_error=build_error,
)
