"""What one caller may ask for, and what is served at once (TRU-4): too much is refused at once, with when to come back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from api.http import backlog, budgets, connections, limits
from api.http.budgets import Admission
from api.http.connections import BoundedHttpProtocol
from api.http.limits import BodyLimit
from models.common.vocabulary import Role
from tests.support.processes.api import Web, running_web
from tests.support.processes.waiting import eventually

OPENING = {"kind": "inquiry", "description": "Where is my parcel?"}
MUCH = "x" * 32 * 1024 * 1024
"""More than connections keep on the way."""
RATES = {"customer": "5/minute", "opening": "2/hour", "unauthenticated": "3/minute"}


@pytest.fixture
async def limited(web: Web) -> AsyncIterator[Web]:
    async with running_web(web.settings.model_copy(update={"rate_limits": RATES}), web.service) as other:
        yield other


async def test_a_caller_is_told_what_is_left_and_then_when_to_come_back(limited: Web) -> None:
    customer, _, _ = limited.customer()
    answers = [await customer.get("/v1/cases") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers[:2]] == ['"customer";r=4', '"customer";r=3']
    assert answers[0].headers["RateLimit-Policy"] == '"customer";q=5;w=60'
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["rule"] == "TRU-4"


async def test_one_callers_budget_is_nobody_elses(limited: Web) -> None:
    customer, _, _ = limited.customer()
    other, _, _ = limited.customer()
    assert [(await customer.get("/v1/cases")).status_code for _ in range(6)][-1] == 429
    assert (await other.get("/v1/cases")).status_code == 200
    assert "RateLimit" not in (await limited.person(Role.AGENT, "alice").get("/v1/cases")).headers


async def test_a_customer_opens_so_many_cases_and_staff_as_many_as_they_take_down(limited: Web) -> None:
    customer, customer_id, _ = limited.customer()
    words = [{**OPENING, "description": f"Question {number}"} for number in range(3)]
    assert [(await customer.post("/v1/cases", body)).status_code for body in words] == [201, 201, 429]
    agent = limited.person(Role.AGENT, "alice")
    for number in range(3):
        body = {**OPENING, "customer": {"id": customer_id}, "description": f"By telephone {number}"}
        assert (await agent.post("/v1/cases", body)).status_code == 201


async def test_tokens_are_not_tried_out_for_long(limited: Web) -> None:
    tries = [await limited.http.get("/v1/cases", headers={"Authorization": f"Bearer guess-{number}"}) for number in range(4)]
    assert [answer.status_code for answer in tries] == [401, 401, 401, 429]


async def test_a_caller_holds_so_many_event_streams_and_gets_the_place_of_one_that_ended(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "STREAMS_EACH", 1)
    customer, _, _ = web.customer()
    path = f"/v1/cases/{await web.open(customer, kind='inquiry')}/events"
    async with web.http.stream("GET", path, headers=customer.headers) as first:
        assert first.status_code == 200
        refused = await web.http.get(path, headers=customer.headers)
        assert (refused.status_code, refused.json()["rule"]) == (429, "TRU-4")
    async with asyncio.timeout(10):
        while True:
            async with web.http.stream("GET", path, headers=customer.headers) as again:
                if again.status_code == 200:
                    return
            await asyncio.sleep(0.05)


async def test_who_comes_on_top_of_what_can_be_served_is_refused_at_once() -> None:
    let_go, served = asyncio.Event(), asyncio.Semaphore(0)

    async def slow(_: Request) -> PlainTextResponse:
        served.release()
        await let_go.wait()
        return PlainTextResponse("done")

    async def healthy(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = Admission(Starlette(routes=[Route("/slow", slow), Route("/healthz", healthy)]), most=2)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http:
        waiting = [asyncio.create_task(http.get("/slow")) for _ in range(2)]
        for _ in waiting:
            await served.acquire()
        refused = await http.get("/slow")
        assert (refused.status_code, (await http.get("/healthz")).status_code) == (503, 200)
        assert int(refused.headers["Retry-After"]) >= 1
        let_go.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]
        assert (await http.get("/slow")).status_code == 200


def scope(**own: object) -> dict[str, object]:
    return {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "state": {}, **own}


async def test_who_sends_a_body_slowly_is_in_nobodys_way_and_is_served_in_turn_when_it_is_there() -> None:
    let_go, working, answers = asyncio.Event(), asyncio.Semaphore(0), list[int]()
    bodies = [asyncio.Queue[Message]() for _ in range(3)]

    async def read(request: Request) -> PlainTextResponse:
        await request.body()
        working.release()
        await let_go.wait()
        return PlainTextResponse("read")

    async def answered(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    routes = [Route("/", read, methods=["POST"])]
    app = Admission(Starlette(routes=routes), most=1)
    sending = [asyncio.create_task(app(scope(), body.get, answered)) for body in bodies]
    await asyncio.sleep(0.01)
    for body in bodies:
        await body.put({"type": "http.request", "body": b"half", "more_body": True})
    await bodies[0].put({"type": "http.request", "body": b"whole"})
    await working.acquire()
    await bodies[1].put({"type": "http.request", "body": b"whole"})
    await sending[1]
    assert answers == [503]
    let_go.set()
    await sending[0]
    await bodies[2].put({"type": "http.request", "body": b"whole"})
    await sending[2]
    assert answers == [503, 200, 200]


async def test_who_does_not_take_an_answer_is_in_nobodys_way() -> None:
    taken = asyncio.Event()

    async def there() -> Message:
        return {"type": "http.request"}

    async def never_taken(_: Message) -> None:
        await taken.wait()

    async def at_once(message: Message) -> None:
        answers.append(message.get("status"))

    answers: list[object] = []
    app = Admission(PlainTextResponse("much"), most=1)
    stalled = asyncio.create_task(app(scope(), there, never_taken))
    await asyncio.sleep(0.01)
    await app(scope(), there, at_once)
    assert answers[0] == 200
    taken.set()
    await stalled


async def test_one_caller_does_not_take_up_all_that_is_served_at_once(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, held = asyncio.Event(), asyncio.Semaphore(0)

    async def away(*_: object) -> tuple[()]:
        held.release()
        await let_go.wait()
        return ()

    settings = web.settings.model_copy(update={"requests_at_once": 8})
    async with running_web(settings, web.service) as other:
        (customer, _, order), (another, _, _) = other.customer(), other.customer()
        path = f"/v1/orders/{order}/variants?line_id=L1"
        monkeypatch.setattr(other.service.world, "variants", away)
        waiting = [asyncio.create_task(customer.get(path)) for _ in range(2)]
        for _ in waiting:
            await held.acquire()
        refused = await customer.get(path)
        assert (refused.status_code, refused.json()["rule"], refused.headers["Retry-After"]) == (429, "TRU-4", "1")
        assert (await another.get("/v1/cases")).status_code == 200
        let_go.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200]
        assert (await customer.get("/v1/cases")).status_code == 200


async def test_openings_are_refused_while_too_many_cases_wait_but_not_while_nobody_works(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody works on the other queue, so that what waits there stays. The same request opens later."""
    alone = web.settings.model_copy(update={"openings_waiting": 1, "task_queue": "nobody"})
    async with running_web(alone, web.service) as other:
        (customer, _, _), (another, _, _) = other.customer(), other.customer()
        assert (await customer.post("/v1/cases", OPENING)).status_code == 201
        refused = await another.post("/v1/cases", OPENING)
        assert (refused.status_code, refused.headers["Retry-After"] in "1234") == (503, True)
        assert (await another.get("/v1/cases")).status_code == 200
        monkeypatch.setattr(backlog, "NOBODY_WORKS_AFTER", 0.0)
        assert (await another.post("/v1/cases", OPENING)).status_code == 201
        monkeypatch.undo()
    async with running_web(web.settings.model_copy(update={"openings_waiting": 1}), web.service) as other:
        (first, _, _), (second, _, _) = other.customer(), other.customer()
        assert (await first.post("/v1/cases", OPENING)).status_code == 201
        answer = await eventually(lambda: second.post("/v1/cases", OPENING), lambda answer: answer.status_code != 503)
        assert answer.status_code == 201


@pytest.fixture
async def listening(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, int]]:
    """A server with our bounds of time, made short."""
    monkeypatch.setattr(connections, "HEADERS_WITHIN", 0.3)
    monkeypatch.setattr(connections, "TAKEN_WITHIN", 0.3)
    monkeypatch.setattr(limits, "SILENCE", 0.3)

    async def much(_: Request) -> PlainTextResponse:
        return PlainTextResponse(MUCH)

    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    routes = [Route("/", read, methods=["POST"]), Route("/much", much)]
    app = BodyLimit(Starlette(routes=routes), most=1000, larger={})
    with socket.create_server(("127.0.0.1", 0)) as port:
        server = uvicorn.Server(uvicorn.Config(app, http=BoundedHttpProtocol, ws="none", log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[port]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield port.getsockname()
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST / HTTP/1.1\r\nHost: localhost\r\n", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half of the headers", "half of the body"],
)
async def test_a_connection_that_says_nothing_or_half_of_a_request_ends(listening: tuple[str, int], sent: bytes) -> None:
    reader, writer = await asyncio.open_connection(*listening)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    assert answer == b"" or b" 408 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "head", [b"GET /" + b"x" * 100_000, b"GET / HTTP/1.1\r\n" + b"X-Long: 1234\r\n" * 10_000], ids=["address", "headers"]
)
async def test_a_request_that_begins_without_end_is_refused(listening: tuple[str, int], head: bytes) -> None:
    reader, writer = await asyncio.open_connection(*listening)
    writer.write(head)
    async with asyncio.timeout(10):
        answer = await reader.readline()
    writer.close()
    assert b" 431 " in answer


async def test_a_connection_whose_answer_is_not_taken_ends(listening: tuple[str, int]) -> None:
    with socket.create_connection(listening) as connection:
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await asyncio.sleep(1)
        connection.settimeout(10)
        taken = 0
        with suppress(ConnectionResetError):
            while piece := await asyncio.to_thread(connection.recv, 1024 * 1024):
                taken += len(piece)
    assert taken < len(MUCH)


async def test_a_whole_request_is_answered_and_another_on_the_same_connection(listening: tuple[str, int]) -> None:
    async with httpx.AsyncClient(base_url=f"http://{listening[0]}:{listening[1]}", trust_env=False) as http:
        for length in (1, 900):
            assert (await http.post("/", content=b"x" * length)).text == str(length)
            await asyncio.sleep(0.4)
