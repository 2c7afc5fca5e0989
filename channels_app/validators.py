"""What the owner may enter, in the words he is answered with."""

import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from channels_app.providers import PROVIDERS

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: a token
_BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~!$&'()*+,;=:@%-]+)+", re.ASCII)
MAX_PATH_STEPS, MAX_PATH_LENGTH = 20, 500
DIALECTS = ("openai-chat", "openai-responses", "anthropic", "gemini", "ollama")


def validate_provider(value: str) -> None:
    if value not in PROVIDERS:
        raise ValidationError(f"Unknown provider '{value}'. GET /api/providers lists them; 'custom' fits any other.")


def validate_header_map(value: object) -> None:
    """A JSON object of strings that can stand in HTTP headers."""
    if not isinstance(value, dict):
        raise ValidationError('Headers are a JSON object, like {"X-Title": "Novapi"}.')
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name) or not isinstance(text, str) or any(c in text for c in "\r\n\0"):
            raise ValidationError(f"Header {name!r} needs a name without blanks or colons, and a text in one line.")


def validate_api_key(api_key: str) -> None:
    """What can stand in a header; anything else was not copied whole, or something else was copied."""
    if not (api_key.isascii() and api_key.isprintable() and " " not in api_key):
        raise ValidationError({"api_keys": "A key is one word of ASCII characters; this one was not copied right."})


def validate_proxy(value: str) -> None:
    address = urlsplit(value)
    if address.scheme not in ("http", "https", "socks5") or not address.hostname:
        raise ValidationError("A proxy is http://, https:// or socks5:// and host:port.")


def validate_dialects(value: object) -> None:
    if not isinstance(value, list) or any(name not in DIALECTS for name in value):
        raise ValidationError(f"Dialects are a list out of: {', '.join(DIALECTS)}.")


def validate_overrides(value: object) -> None:
    """What `gateway.overrides` understands: known members of the right types, paths that can lead somewhere."""
    if not isinstance(value, dict):
        raise ValidationError('Overrides are a JSON object, like {"set": {"temperature": 0.2}}.')
    if unknown := sorted(map(str, value.keys() - OVERRIDES.keys())):
        raise ValidationError(f"There is no override {unknown[0][:60]!r}. There are: {', '.join(OVERRIDES)}.")
    problems = [f"'{name}' {problem}" for name, given in value.items() if (problem := OVERRIDES[name](given))]
    if problems:
        raise ValidationError(" ".join(problems))
    if not is_plain_json(value):
        raise ValidationError("Overrides hold a number or half a character that JSON can't send, or nest too deeply.")


def is_plain_json(value: object) -> bool:
    """Whether it can be sent: Python also reads NaN, Infinity and surrogates that stand alone."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def problem_of_query(value: object) -> str:
    if isinstance(value, dict) and all(name and isinstance(text, str) for name, text in value.items()):
        return ""
    return "is an object of texts by name."


def problem_of_members(value: object) -> str:
    if not isinstance(value, dict):
        return "is an object of values by path."
    return next(filter(None, map(problem_of_path, value)), "")


def problem_of_removals(value: object) -> str:
    if not isinstance(value, list):
        return "is a list of paths."
    return next(filter(None, map(problem_of_path, value)), "")


def problem_of_path(path: object) -> str:
    """Empty for a path like "stream_options.include_usage" or "messages.0.content"."""
    steps = path.split(".") if isinstance(path, str) and len(path) <= MAX_PATH_LENGTH else []
    if 1 <= len(steps) <= MAX_PATH_STEPS and all(steps):
        return ""
    return f"has the path {str(path)[:60]!r}; a path is 1 to {MAX_PATH_STEPS} names with dots between."


def problem_of_system(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else "is a text that is not blank."


def problem_of_base_path(value: object) -> str:
    """It is put into an address: nothing that could end the path, or climb out of it."""
    if isinstance(value, str) and len(value) <= MAX_PATH_LENGTH and _BASE_PATH.fullmatch(value):
        return ""
    return "begins with a slash, ends without one, and has neither blanks nor '?', '#' or '..' in it, like '/v2'."


OVERRIDES: dict[str, Callable[[object], str]] = {
    "query": problem_of_query,
    "remove": problem_of_removals,
    "default": problem_of_members,
    "set": problem_of_members,
    "system": problem_of_system,
    "base_path": problem_of_base_path,
}


def validate_model_names(value: object) -> None:
    if not isinstance(value, list) or not value or any(not isinstance(n, str) or not n.strip() for n in value):
        raise ValidationError("An alias needs an ordered list of at least one model name.")
