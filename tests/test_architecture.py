"""Imports point down only, and the inner modules know nothing of the web framework or the network."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("novapi_site", "dashboard", "gateway", "channels_app")  # each may import those after it
FRAMEWORKS = frozenset({"django", "httpx", "ninja"})

# The gateway's storeys from the top; a module imports from its own and from lower ones. Folders count whole.
STOREYS = (
    ("repeats",),
    ("urls", "asgi"),
    ("api",),
    ("realtime",),
    ("endpoints",),
    ("anew", "lookout", "recovery", "rounds", "trial_costs"),
    ("trials",),
    ("questions",),
    ("small_calls",),
    ("model_lists", "native", "reaching"),
    ("relay",),
    ("belated",),
    ("call_log", "exchange", "failures", "metrics", "used_up", "verdicts"),
    ("faults", "waking"),
    ("endings", "headers", "offline", "realtime_ends", "upstream"),
    ("admission", "body", "captures", "issued", "keys", "needs", "recorder", "response", "translate", "transport"),
    ("chat_translation", "embeddings", "multipart", "overrides"),
    ("capture_making", "retention"),
    ("capture_store", "flights", "followed", "history", "records"),
    ("masking", "readable", "rollups"),
    ("decoding", "memory", "mending", "quirks", "route", "routing", "runaway", "spending"),
    ("echo",),
    ("offers", "pricing", "stickiness", "tool_names", "usage"),
    ("fixes",),
    ("dialects",),
    ("sse", "splice"),
    ("call", "errors", "health", "limits", "paths", "pause", "queues", "rates", "seen", "tls", "visits"),
    ("apps", "chat", "events", "families", "models"),
)
PURE = tuple(
    "call chat chat_translation decoding dialects embeddings errors events families fixes flights health limits "
    "memory masking mending multipart needs offers overrides paths pause pricing queues quirks rates readable routing "
    "seen splice spending sse tool_names usage".split()
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def sources() -> dict[str, str]:
    """Every module of the four rooms, migrations excepted, with its source."""
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    wanted = [path for path in paths if not {"migrations", "node_modules"} & set(path.parts)]
    return {module_name(path): path.read_text(encoding="utf-8") for path in wanted}


def imports_in(source: str, module: str) -> Iterator[str]:
    """What a module imports, wherever in it the import stands; `from a import b` gives both `a` and `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(module.split(".")[: -node.level]) if node.level else ""
            base = ".".join(filter(None, [package, node.module]))
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


@cache
def imports_of(module: str) -> frozenset[str]:
    return frozenset(imports_in(sources()[module], module))


def reached_from(module: str) -> set[str]:
    """The modules of ours that are loaded with this one, itself among them."""
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [other for other in imports_of(name) if other in sources()]
    return reached


def member_of_gateway(module: str) -> str:
    """`gateway.dialects.openai` → `dialects`."""
    return module.split(".")[1]


def gateway_modules() -> list[str]:
    return [name for name in sources() if name.startswith("gateway.")]


def storey(name: str) -> int:
    return next(number for number, names in enumerate(STOREYS) if name in names)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_downwards_only(room: str) -> None:
    above = ROOMS[: ROOMS.index(room)]

    upward = {
        (module, name)
        for module in sources()
        if module.split(".")[0] == room
        for name in imports_of(module)
        if name.split(".")[0] in above
    }

    assert upward == set()


def test_every_gateway_module_has_its_storey() -> None:
    placed = [name for names in STOREYS for name in names]

    assert sorted(placed) == sorted({member_of_gateway(name) for name in gateway_modules()})


def test_gateway_modules_import_downwards_only() -> None:
    upward = {
        (module, name)
        for module in gateway_modules()
        for name in imports_of(module)
        if name.startswith("gateway.") and storey(member_of_gateway(name)) < storey(member_of_gateway(module))
    }

    assert upward == set()


def test_gateway_modules_do_not_import_each_other_in_a_circle() -> None:
    for module in gateway_modules():
        for name in imports_of(module):
            if name in sources() and name != "gateway":
                assert module not in reached_from(name), f"{module} imports {name}, which leads back to it"


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_reach_neither_framework_nor_network(name: str) -> None:
    modules = [module for module in gateway_modules() if member_of_gateway(module) == name]

    reached = {other for module in modules for other in reached_from(module)}
    foreign = {(other, used) for other in reached for used in imports_of(other) if used.split(".")[0] in FRAMEWORKS}

    assert modules
    assert foreign == set()


def test_only_the_edge_talks_http() -> None:
    callers = {module for module in gateway_modules() if {"aiohttp", "httpx"} & imports_of(module)}

    edge = ("transport", "upstream", "headers", "exchange", "model_lists", "realtime", "realtime_ends", "echo", "tls")
    assert callers == {f"gateway.{name}" for name in edge}


def test_channels_app_stays_away_from_http_clients_and_ninja() -> None:
    used = {
        name.split(".")[0] for module in sources() if module.startswith("channels_app") for name in imports_of(module)
    }

    assert not used & {"ninja", "aiohttp", "uvicorn"}


def test_imports_are_found_wherever_they_stand() -> None:
    lines = [
        "import django.conf as c",
        "from . import relay",
        "from ..dashboard import owner",
        "def f():",
        " import httpx",
    ]

    found = set(imports_in("\n".join(lines), "gateway.sse"))

    assert found == {"django.conf", "gateway", "gateway.relay", "dashboard", "dashboard.owner", "httpx"}
