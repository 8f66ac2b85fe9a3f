"""A load balancer as stands before several APIs: each new connection goes to the next of them that answers."""

import asyncio
import itertools
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress


@contextmanager
def balanced(ports: Sequence[int]) -> Generator[str]:
    """The address before these ports of this machine, which may change meanwhile. A connection whose server dies is closed."""
    turns = itertools.count()
    up = Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]]()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(ports)):
            with suppress(OSError, asyncio.CancelledError):
                behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", ports[next(turns) % len(ports)])
                await asyncio.gather(_pipe(reader, behind_writer), _pipe(behind_reader, writer))
                return
        writer.close()

    async def serve() -> None:
        stop = asyncio.Event()
        server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
        up.set_result((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    port, loop, stop = up.result()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
