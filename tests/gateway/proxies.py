"""A tiny HTTP and SOCKS5 proxy on a real socket, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    """Takes HTTP requests in absolute form, CONNECT, and SOCKS5; `asked` has the targets that were named."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.head = b""
        self.port = 0

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = self.head.split(b" ", 2)
        self.asked.append(target.decode())
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        host, _, path = target.removeprefix(b"http://").partition(b"/")
        await self._join(host.decode(), self.head.replace(target, b"/" + path, 1), reader, writer)

    async def tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.head = await reader.readuntil(b"\r\n\r\n")
        _, target, _ = self.head.split(b" ", 2)
        self.asked.append(target.decode())
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        await self._join(target.decode(), b"", reader, writer)

    async def socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        *_, kind = await reader.readexactly(4)
        length = 4 if kind == 1 else (await reader.readexactly(1))[0]
        raw = await reader.readexactly(length)
        host = ".".join(map(str, raw)) if kind == 1 else raw.decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await self._join(f"127.0.0.1:{port}", b"", reader, writer)

    async def silent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def _join(
        self, address: str, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = address.rpartition(":")
        target_reader, target_writer = await asyncio.open_connection(host, int(port))
        target_writer.write(first)
        outwards = asyncio.create_task(pour(reader, target_writer))
        await pour(target_reader, writer)
        await outwards


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def proxy(kind: str) -> AsyncIterator[Proxy]:
    """A running proxy: `http` (which refuses CONNECT), `tunnel` (which knows nothing else), `socks`, or `silent`."""
    running = Proxy()
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        conversations.add(task)
        try:
            await getattr(running, kind)(reader, writer)
        except (asyncio.CancelledError, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in conversations:
            task.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
