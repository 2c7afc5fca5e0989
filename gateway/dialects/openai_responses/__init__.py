"""The OpenAI Responses API."""

from gateway.dialects.format import Format
from gateway.dialects.openai import error_object
from gateway.dialects.openai_responses.reader import ResponsesReader
from gateway.dialects.openai_responses.request_building import build_request
from gateway.dialects.openai_responses.request_parsing import parse_request
from gateway.dialects.openai_responses.responses import build_response, parse_error, parse_response
from gateway.dialects.openai_responses.sealing import DIALECT
from gateway.dialects.openai_responses.writer import ResponsesWriter

FORMAT = Format(
    name=DIALECT,
    parse_request=parse_request,
    build_request=build_request,
    parse_response=parse_response,
    build_response=build_response,
    reader=ResponsesReader,
    writer=ResponsesWriter,
    parse_error=parse_error,
    build_error=lambda error: {"error": error_object(error)},
)
