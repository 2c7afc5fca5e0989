"""Gemini's generateContent, as the Gemini API and Vertex speak it."""

from gateway.dialects.format import Format
from gateway.dialects.gemini.part_parsing import DIALECT
from gateway.dialects.gemini.reader import GeminiReader
from gateway.dialects.gemini.request_building import build_request
from gateway.dialects.gemini.request_parsing import parse_request
from gateway.dialects.gemini.responses import build_error, build_response, parse_error, parse_response
from gateway.dialects.gemini.writer import GeminiWriter

FORMAT = Format(
    name=DIALECT,
    parse_request=parse_request,
    build_request=build_request,
    parse_response=parse_response,
    build_response=build_response,
    reader=GeminiReader,
    writer=GeminiWriter,
    parse_error=parse_error,
    build_error=build_error,
)
