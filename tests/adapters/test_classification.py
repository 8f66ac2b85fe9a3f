import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.classification import ClassifierEndpoint
from models.common.vocabulary import Issue
from rules.classification.classify import classify

Reply = Callable[[dict[str, Any]], Awaitable[tuple[int, str]]]
TEXT = "包裹里少了一本书"


@asynccontextmanager
async def served(reply: Reply) -> AsyncGenerator[str]:
    """A small real HTTP server that answers every request with `reply`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")]
        request = {"head": head, **json.loads(await reader.readexactly(lengths[0]))}
        try:
            status, body = await reply(request)
            writer.write(
                f"HTTP/1.1 {status} X\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n{body}".encode()
            )
            await writer.drain()
        except (asyncio.CancelledError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


def completion(content: object) -> str:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]})


@asynccontextmanager
async def asking(reply: Reply, timeout: float = 5.0) -> AsyncGenerator[ClassifierEndpoint]:
    async with served(reply) as url:
        endpoint = ClassifierEndpoint(url, "small", fallback=classify, key=SecretStr("k-1"), timeout=timeout)
        try:
            yield endpoint
        finally:
            await endpoint.aclose()


async def test_a_good_answer_is_taken_with_its_source() -> None:
    seen: list[dict[str, Any]] = []

    async def reply(request: dict[str, Any]) -> tuple[int, str]:
        seen.append(request)
        said = '```json\n{"issue": "logistics.lost", "confidence": 1, "alternatives": ["logistics.lost", "logistics.delay"], "why": "x"}\n```'
        return 200, completion(said)

    async with asking(reply) as endpoint:
        answer = await endpoint.classify(TEXT)
    assert (answer.issue, answer.by, answer.alternatives) == (Issue.LOST, "endpoint:small", (Issue.DELAY,))
    assert answer.confidence < 1
    assert "POST /v1/chat/completions" in seen[0]["head"]
    assert "Bearer k-1" in seen[0]["head"]
    assert seen[0]["messages"][-1] == {"role": "user", "content": TEXT}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "oops"),
        (429, "{}"),
        (200, "<html>login</html>"),
        (200, "{}"),
        (200, '{"choices": []}'),
        (200, "[1]"),
        (200, completion(None)),
        (200, completion("I think it is a missing item.")),
        (200, completion('{"issue": "made.up", "confidence": 0.9}')),
        (200, completion('{"issue": "logistics.lost", "confidence": 7}')),
        (200, completion('{"issue": ')),
    ],
)
async def test_an_invalid_response_is_answered_by_the_local_model(status: int, body: str) -> None:
    async def reply(_: dict[str, Any]) -> tuple[int, str]:
        return status, body

    async with asking(reply) as endpoint:
        assert await endpoint.classify(TEXT) == classify(TEXT)


async def test_silence_is_answered_by_the_local_model() -> None:
    released = asyncio.Event()

    async def reply(_: dict[str, Any]) -> tuple[int, str]:
        await released.wait()
        return 200, ""

    async with asking(reply, timeout=0.2) as endpoint:
        answer = await endpoint.classify(TEXT)
        released.set()
    assert answer == classify(TEXT)


async def test_an_endpoint_that_is_not_there_is_answered_by_the_local_model() -> None:
    async def reply(_: dict[str, Any]) -> tuple[int, str]:
        return 200, ""

    async with served(reply) as url:
        pass
    endpoint = ClassifierEndpoint(url, "small", fallback=classify)
    assert await endpoint.classify(TEXT) == classify(TEXT)
    await endpoint.aclose()
