"""A request as code that runs as it is: for curl in a shell, for Python with httpx, for JavaScript with fetch.

Pure: values in, text out. Whatever is in the request, a text stays inside its quotes. A secret is a variable of the
environment that the code reads.
"""

import json
import math
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

SHELL_SAFE = re.compile(r"[\w ./:;=,+-]*", re.ASCII)  # the same inside double quotes
SHOWN = "\n\u00a0\u3000"  # a terminal has no other use for them
SAFE_INTEGER = 2**53 - 1  # JavaScript's numbers are exact up to here
DEEPEST = 50  # Python takes some more brackets inside each other, but not all that JSON does
INDENT = "    "
SECONDS = 600


class Variable(NamedTuple):
    """A variable of the environment."""

    name: str


Text = tuple[str | Variable, ...]  # pieces that stand one after the other


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent by POST. `stream`: its answer comes piece by piece, and is shown as it comes."""

    url: Text
    headers: Mapping[str, Text]
    body: str
    stream: bool


class Unfaithful(ValueError):
    """The JSON would not come out as it went in."""


# The body as a value


def value_of(body: str) -> Any:
    """The JSON object that a reader would rather see than its text. Raises Unfaithful where that would change it: no
    object, members that are there twice, numbers that lose digits."""
    try:
        value = json.loads(
            body, object_pairs_hook=unique, parse_int=exact_int, parse_float=exact_float, parse_constant=refused
        )
    except (ValueError, RecursionError) as problem:
        raise Unfaithful from problem
    if not isinstance(value, dict):
        raise Unfaithful
    check(value, DEEPEST)
    return value


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs) or "__proto__" in found:  # which is no member in JavaScript
        raise Unfaithful
    return found


def exact_int(digits: str) -> int:
    if len(digits) > 17 or abs(number := int(digits)) > SAFE_INTEGER:
        raise Unfaithful
    return number


def exact_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(digits):
        raise Unfaithful
    return number


def refused(name: str) -> Any:
    raise Unfaithful(name)


def check(value: Any, levels: int) -> None:
    if not levels:
        raise Unfaithful
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        check(each, levels - 1)


# curl


def curl(request: Request) -> str:
    """The body goes through a pipe: as an argument it could be too long, as a file's name it could be meant."""
    lines = [f"curl -sSgN {shell(request.url)}"]
    lines += [f"  -H {shell((f'{name}: ', *text))}" for name, text in request.headers.items()]
    return f"{printf(request.body)} |\n" + " \\\n".join([*lines, "  --data-binary @-"]) + "\n"


def shell(text: Text) -> str:
    """As one word."""
    if all(isinstance(piece, Variable) or SHELL_SAFE.fullmatch(piece) for piece in text) and len(text) > 1:
        return '"' + "".join(f"${{{p.name}}}" if isinstance(p, Variable) else p for p in text) + '"'
    return "".join(f'"${piece.name}"' if isinstance(piece, Variable) else shlex.quote(piece) for piece in text)


def printf(body: str) -> str:
    """What writes the body. Characters that would do something in a terminal are told by their numbers."""
    if all(char.isprintable() or char in SHOWN for char in body):
        return f"printf '%s' {shlex.quote(body)}"
    return f"printf '%b' {shlex.quote(''.join(map(octal, body)))}"


def octal(char: str) -> str:
    if char == "\\":
        return r"\\"
    return char if char.isprintable() or char in SHOWN else "".join(f"\\0{byte:03o}" for byte in char.encode())


# Python


def python(request: Request) -> str:
    try:
        imports, body, content = "import json\nimport os", literal(value_of(request.body), 0), "json.dumps(body)"
    except Unfaithful:
        imports, body, content = "import os", word(request.body), "body.encode()"
    headers = "".join(f"{INDENT * 2}{word(name)}: {summed(text)},\n" for name, text in request.headers.items())
    arguments = (
        f'    "POST",\n    {summed(request.url)},\n    headers={{\n{headers}    }},\n'
        f"    content={content},\n    timeout={SECONDS},\n"
    )
    start = f"{imports}\n\nimport httpx\n\nbody = {body}\n\n"
    if request.stream:
        read = '    for text in response.iter_text():\n        print(text, end="", flush=True)\n'
        return f"{start}with httpx.stream(\n{arguments}) as response:\n{read}"
    return f"{start}response = httpx.request(\n{arguments})\nprint(response.text)\n"


def literal(value: Any, depth: int) -> str:
    """A JSON value in Python's words, a member a line."""
    inner, outer = INDENT * (depth + 1), INDENT * depth
    if isinstance(value, dict) and value:
        members = "".join(f"{inner}{word(name)}: {literal(each, depth + 1)},\n" for name, each in value.items())
        return f"{{\n{members}{outer}}}"
    if isinstance(value, list) and any(isinstance(each, dict | list | str) for each in value):
        return "[\n" + "".join(f"{inner}{literal(each, depth + 1)},\n" for each in value) + f"{outer}]"
    return word(value) if isinstance(value, str) else repr(value)


def word(text: str) -> str:
    """In double quotes, where nothing in it needs to be told otherwise."""
    return f'"{text}"' if text.isprintable() and '"' not in text and "\\" not in text else repr(text)


def summed(text: Text) -> str:
    return " + ".join(f'os.environ["{p.name}"]' if isinstance(p, Variable) else word(p) for p in text if p) or '""'


# JavaScript


def javascript(request: Request) -> str:
    """In a function, for not every file may wait at its top."""
    try:
        body, content = script(value_of(request.body), 2), "JSON.stringify(body)"
    except Unfaithful:
        body, content = script(request.body), "body"
    headers = "".join(f"      {script(name)}: {joined(text)},\n" for name, text in request.headers.items())
    return (
        f"const body = {body};\n\n"
        f"async function main() {{\n  const response = await fetch({joined(request.url)}, {{\n"
        f'    method: "POST",\n    headers: {{\n{headers}    }},\n    body: {content},\n  }});\n'
        f"{READ_STREAM if request.stream else READ_WHOLE}}}\n\nmain();\n"
    )


READ_WHOLE = "  console.log(await response.text());\n"
READ_STREAM = """\
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    process.stdout.write(decoder.decode(piece.value, { stream: true }));
  }
"""


def script(value: Any, indent: int | None = None) -> str:
    """JSON, which is JavaScript, also inside a page: without what would end a line or the script there."""
    text = json.dumps(value, indent=indent, ensure_ascii=False).replace("</", "<\\/").replace("<!", "\\u003c!")
    return text if text.isprintable() else "".join(map(escaped, text))


def escaped(char: str) -> str:
    if char.isprintable() or char == "\n":
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def joined(text: Text) -> str:
    return " + ".join(f"process.env.{p.name}" if isinstance(p, Variable) else script(p) for p in text if p) or '""'


LANGUAGES: dict[str, Callable[[Request], str]] = {"curl": curl, "python": python, "javascript": javascript}
