"""What a call asks of a model, found out only as far as somebody wants to know it."""

import re
from collections.abc import Iterable
from functools import cached_property

from gateway.call import Call
from gateway.chat import Image, Part, Request, ToolResult
from gateway.chat_translation import CLIENTS, parse
from gateway.errors import GatewayError
from gateway.usage import estimate_tokens

# A body without these names asks for no such thing, and need not be read again.
IMAGES = re.compile(rb'"(?:image_url|input_image|image|images|inline_data|inlineData|file_data|fileData)"')
TOOLS = re.compile(rb'"(?:tools|functions)"')


class CallNeeds:
    """Of a chat. A request that can't be read asks for nothing: whoever gets it will say what is wrong with it."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @cached_property
    def vision(self) -> bool:
        if not IMAGES.search(self._call.body) or not self._request:
            return False
        return any(show_images(message.parts) for message in self._request.messages)

    @cached_property
    def tools(self) -> bool:
        return bool(TOOLS.search(self._call.body) and self._request and self._request.tools)

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self._call.body)

    @cached_property
    def tokens(self) -> int:
        """An estimate of what goes in."""
        return estimate_tokens(self._call.body)

    @cached_property
    def _request(self) -> Request | None:
        try:
            return parse(self._call, CLIENTS[self._call.dialect, self._call.form])
        except GatewayError:
            return None


def show_images(parts: Iterable[Part]) -> bool:
    return any(isinstance(part, Image) or (isinstance(part, ToolResult) and show_images(part.parts)) for part in parts)


def needs_of(call: Call) -> CallNeeds | None:
    """None where nothing is known of what such a call could need."""
    return CallNeeds(call) if call.task == "chat" else None
