"""`redress forget`: requests of customers to be forgotten, and what is held for a legal reason (docs/forgetting.md)."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.cases.show import clock
from commands.kit.client import ApiOption, AsOption, Caller, TokenOption
from commands.kit.failure import CommandError
from commands.kit.language import saying

SENTENCES: dict[str, tuple[str, str]] = {
    "request": ("申请 {request_id}（{customer_id}）：{state}", "Request {request_id} of {customer_id}: {state}"),
    "requested": (
        "待两位主管同意：redress forget approve {request_id} --as supervisor:姓名",
        "Two supervisors have to agree: redress forget approve {request_id} --as supervisor:NAME",
    ),
    "agreed": ("已同意：{who}", "Agreed by {who}"),
    "waits": ("等待工单结束：{cases}", "It waits for cases that are not over: {cases}"),
    "held": ("因法律原因保留，暂不删除。", "A legal hold stands against it."),
    "approved": ("将由工作进程执行；可重复查看进度。", "A worker carries it out; look again to see how far it is."),
    "done": ("已删除 {cases} 个工单中的个人信息。", "{cases} cases were forgotten."),
    "refused": ("已拒绝：{reason}", "Refused: {reason}"),
    "goes": ("将删除的内容", "What goes"),
    "store": ("存储", "store"),
    "items": ("条数", "items"),
    "left": ("保留非个人部分", "figures stay"),
    "none": ("没有记录。", "There is none."),
    "hold": ("{hold_id}  {at}  {what}  {by}：{reason}", "{hold_id}  {at}  {what}  {by}: {reason}"),
    "lifted": ("已解除保留 {hold_id}。", "Hold {hold_id} is lifted."),
    "one": ("请填写 --case 或 --customer 之一。", "Name either --case or --customer."),
}
REQUESTS, HOLDS = "/v1/erasure-requests", "/v1/legal-holds"
SUPERVISOR = "supervisor:console"

say = saying(SENTENCES)
app = typer.Typer(help="Requests to be forgotten, and legal holds.", no_args_is_help=True)
RequestId = Annotated[str, typer.Argument(metavar="REQUEST")]


@app.command("ask")
def ask(
    as_: Annotated[
        str, typer.Option("--as", metavar="customer:ID", help="Whose data; a token is made by the data folder's secret.")
    ] = "",
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Ask for everything of a customer to be forgotten: with the customer's own token, or for them."""
    _show(_asked(Caller.of(api, token, as_), "POST", REQUESTS))


@app.command("list")
def list_(as_: AsOption = SUPERVISOR, api: ApiOption = None, token: TokenOption = None) -> None:
    """The newest requests."""
    found = _asked(Caller.of(api, token, as_), "GET", REQUESTS)
    for request in found:
        typer.echo(say("request", **request))
    _none_of(found)


@app.command("show")
def show(request: RequestId, as_: AsOption = SUPERVISOR, api: ApiOption = None, token: TokenOption = None) -> None:
    """One request: how much goes from each store, and what it waits for."""
    _show(_asked(Caller.of(api, token, as_), "GET", f"{REQUESTS}/{request}"))


@app.command("approve")
def approve(request: RequestId, as_: AsOption = SUPERVISOR, api: ApiOption = None, token: TokenOption = None) -> None:
    """Agree to a request; two different supervisors have to."""
    _show(_asked(Caller.of(api, token, as_), "POST", f"{REQUESTS}/{request}/approve"))


@app.command("refuse")
def refuse(
    request: RequestId,
    reason: Annotated[str, typer.Option(help="The customer reads it.")],
    as_: AsOption = SUPERVISOR,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Refuse a request, while nothing of it is carried out."""
    _show(_asked(Caller.of(api, token, as_), "POST", f"{REQUESTS}/{request}/refuse", {"reason": reason}))


@app.command("hold")
def hold(
    *,
    reason: Annotated[str, typer.Option(help="Why it has to be kept.")],
    case_id: Annotated[str | None, typer.Option("--case", help="A case.")] = None,
    customer_id: Annotated[str | None, typer.Option("--customer", help="All of a customer.")] = None,
    as_: AsOption = SUPERVISOR,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Keep something for a legal reason, until the hold is lifted."""
    if (case_id is None) is (customer_id is None):
        raise CommandError(say("one"), code=2)
    body = {"case_id": case_id, "customer_id": customer_id, "reason": reason}
    _show_hold(_asked(Caller.of(api, token, as_), "POST", HOLDS, body))


@app.command("holds")
def holds(as_: AsOption = SUPERVISOR, api: ApiOption = None, token: TokenOption = None) -> None:
    """What is held."""
    found = _asked(Caller.of(api, token, as_), "GET", HOLDS)
    for one in found:
        _show_hold(one)
    _none_of(found)


@app.command("lift")
def lift(
    hold_id: Annotated[str, typer.Argument(metavar="HOLD")],
    as_: AsOption = SUPERVISOR,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Lift a hold."""
    _asked(Caller.of(api, token, as_), "DELETE", f"{HOLDS}/{hold_id}")
    typer.echo(say("lifted", hold_id=hold_id))


def _asked(caller: Caller, method: str, path: str, body: object = None) -> Any:  # JSON
    async def asked() -> Any:
        async with caller.connect() as http:
            answer = await caller.ask(http, method, path, **({} if body is None else {"json": body}))
            return answer.json() if answer.content else None

    return asyncio.run(asked())


def _show(request: dict[str, Any]) -> None:
    typer.echo(say("request", **request))
    if request["approvals"]:
        typer.echo(say("agreed", who=", ".join(one["by"] for one in request["approvals"])))
    if request["state"] in {"requested", "approved", "done", "refused"}:
        typer.echo(say(request["state"], **request))
    if request["waits_for"]:
        typer.echo(say("waits", cases=", ".join(request["waits_for"])))
    if request["held"]:
        typer.echo(say("held"))
    if request.get("goes"):
        table = Table(say("store"), say("items"), say("left"), title=say("goes"), title_justify="left")
        for one in request["goes"]:
            table.add_row(one["store"], str(one["items"]), "✓" if one["left"] else "")
        Console().print(table)


def _show_hold(one: dict[str, Any]) -> None:
    typer.echo(say("hold", **{**one, "at": clock(one["at"]), "what": one["case_id"] or one["customer_id"]}))


def _none_of(found: Iterable[object]) -> None:
    if not found:
        typer.echo(say("none"))
