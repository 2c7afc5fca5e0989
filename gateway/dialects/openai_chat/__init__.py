"""OpenAI Chat Completions, and the endpoints that share its wire habits."""

from gateway.dialects.format import Format
from gateway.dialects.openai import error_object
from gateway.dialects.openai_chat.passing import ChatStream
from gateway.dialects.openai_chat.reader import ChatReader
from gateway.dialects.openai_chat.request_building import build_request
from gateway.dialects.openai_chat.request_parsing import DIALECT, parse_request
from gateway.dialects.openai_chat.responses import build_response, parse_error, parse_response
from gateway.dialects.openai_chat.writer import ChatWriter

__all__ = ["FORMAT", "ChatStream"]

FORMAT = Format(
    name=DIALECT,
    parse_request=parse_request,
    build_request=build_request,
    parse_response=parse_response,
    build_response=build_response,
    reader=ChatReader,
    writer=ChatWriter,
    parse_error=parse_error,
    build_error=lambda error: {"error": error_object(error)},
)
