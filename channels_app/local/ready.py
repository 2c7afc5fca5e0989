"""Whether an engine has come up, asked without loading anything: one GET, over a connection of its own."""

import asyncio
import contextlib

PATIENCE_SECONDS = 1.0
HEALTH, MODELS = "/health", "/v1/models"
NO_SUCH_PATH = (404, 405, 501)
LOADING = 503
LOCKED = (401, 403)  # it answers, and wants a key


async def answers(port: int, path: str) -> bool | None:
    """Whether it is ready, by the owner's path, which must give success; without one by what engines have in common.
    None: it does not answer yet, or says that it is loading."""
    status = await status_of(port, path or HEALTH)
    if not path and status in (*NO_SUCH_PATH, *LOCKED):
        status = await status_of(port, MODELS)
    if status in (0, LOADING):
        return None
    return 200 <= status < 300 or (not path and status in LOCKED)


async def status_of(port: int, path: str) -> int:
    """The HTTP status; 0: nobody answered, or not in HTTP."""
    with contextlib.suppress(
        OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
    ):
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asked(port, path)
    return 0


async def asked(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readuntil(b"\r\n")
        version, status = line.split()[:2]
        return int(status) if version.startswith(b"HTTP/") else 0
    finally:
        writer.close()
