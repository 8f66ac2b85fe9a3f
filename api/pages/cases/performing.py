"""What a form of the case's page does: its files are stored, its body is read, and the endpoint's function is called."""

import re
from typing import NamedTuple, cast

from fastapi import UploadFile

from api.cases import actions, evidence
from api.cases import endpoints as cases
from api.claims import endpoints as claims
from api.http import addresses, bank_accounts
from api.http.problems import not_found
from api.pages.cases.actions import DOABLE, Doable, Idea
from api.pages.cases.fields import FILES
from api.pages.forms import Form
from api.pages.page import Page
from api.people import list_agents
from api.replacements import endpoints as replacements
from api.returns import endpoints as returns
from models.case.actions import Action
from models.claims.actions import ClaimAction
from models.common.base import Body
from models.replacements.state import ReplacementAction
from models.returns.state import ReturnAction

MENTIONED = re.compile(r"(?<![\w@])@([\w.-]*\w)")
STORED = re.compile(r"^(.*\.|)(address|account)\.")
LINE = re.compile(r"^(.+\.\d+)\.line_id$")
REMEDY = re.compile(r"^((?:options\.\d+\.)?remedies\.\d+)\.")


class Target(NamedTuple):
    """What a form does to which case; `of`: the remedy or claim, when it is not the case itself."""

    case_id: str
    idea: Idea
    action: str
    of: str = ""

    @classmethod
    def at(cls, path: str) -> "Target":
        """`/console/cases/RD-…/returns/m1/extend`. 404 for what is no address of a form."""
        found = re.fullmatch(r"/console/cases/([^/]+)/(?:(returns|replacements|claims)/([^/]+)/)?([a-z_]+)", path)
        if found is None:
            raise not_found()
        return cls(found[1], Idea(found[2] or Idea.CASE), found[4], found[3] or "")

    @property
    def doable(self) -> Doable:
        """404 for an action that there is not."""
        known = DOABLE.get((self.idea, self.action))
        if known is None:
            raise not_found()
        return known


async def perform(page: Page, form: Form, target: Target) -> None:
    """Do what the form says. Raises ProblemError and RequestValidationError as the endpoints do."""
    doable = target.doable
    form = await _with_files(page, form)
    form = await _with_mentions(page, form) if target.action == Action.NOTE else form
    form = await _with_stored(page, _without_empty(form), target)
    body: Body = form.into(doable.shape)
    parts, caller, key = page.parts, page.caller, form.key
    match target.idea:
        case Idea.CASE:
            action = Action(target.action)
            await page.ask(actions.perform(parts, caller, target.case_id, action, body=body, key=key, language=page.locale))
        case Idea.RETURN:
            of_return = ReturnAction(target.action)
            await page.ask(returns.perform(parts, caller, target.case_id, target.of, of_return, body=body, key=key))
        case Idea.REPLACEMENT:
            goods = ReplacementAction(target.action)
            await page.ask(replacements.perform(parts, caller, target.case_id, target.of, goods, body=body, key=key))
        case Idea.CLAIM:
            await page.ask(claims.perform(parts, caller, target.of, ClaimAction(target.action), body=body, key=key))


async def _with_files(page: Page, form: Form) -> Form:
    """Files are uploaded; the form names them by their hashes, also when it is refused afterwards."""
    for name, files in form.files.items():
        if name.rstrip("*").rpartition(".")[2] not in FILES:
            continue
        for file in files:
            stored = await page.ask(evidence.upload(page.parts, page.caller, cast("UploadFile", file)))
            form = form.with_(name, *form.values.get(name, ()), stored.sha256)
            page.request.state.form = form
    return form


async def _with_mentions(page: Page, form: Form) -> Form:
    """Colleagues whose ids stand in the words after an @."""
    named = MENTIONED.findall(form.text("words") or "")
    if not named:
        return form
    people = {one.id for one in await page.ask(list_agents(page.parts, page.caller)) if one.id != page.caller.actor.id}
    return form.with_("mentions*", *(one for one in dict.fromkeys(named) if one in people))


async def _with_stored(page: Page, form: Form, target: Target) -> Form:
    """An address or a bank account that was typed is stored, and named by its id."""
    typed_in = {(found[1], found[2]) for name in form.values if (found := STORED.match(name)) and form.text(name)}
    plain = {name: texts for name, texts in form.values.items() if not STORED.match(name)}
    for prefix, what in typed_in:
        within = f"{prefix}{what}."
        typed = Form(
            {name.removeprefix(within): texts for name, texts in form.values.items() if name.startswith(within)}, form.zone
        )
        plain[f"{prefix}{what}_id"] = (await _id_of_stored(page, what, typed, target, form.key),)
    return Form(plain, form.zone)


async def _id_of_stored(page: Page, what: str, typed: Form, target: Target, key: str | None) -> str:
    whose = (await page.ask(cases.show(page.parts, page.caller, page.locale, target.case_id))).customer_id
    if what == "address":
        address = typed.into(addresses.AddressIn, customer_id=whose)
        return (await page.ask(addresses.store_address(page.parts, page.caller, body=address, key=key))).address_id
    account = typed.into(bank_accounts.BankAccountIn, customer_id=whose)
    return (await page.ask(bank_accounts.store_account(page.parts, page.caller, body=account, key=key))).account_id


def _without_empty(form: Form) -> Form:
    """Remedies of which no kind was chosen are not in it, nor empty lines."""
    empty = [name for name in form.values if (remedy := REMEDY.match(name)) and not form.text(f"{remedy[1]}.kind")]
    return without_empty_lines(form.without(*empty))


def without_empty_lines(form: Form) -> Form:
    """Lines of which no pieces were named are not in it."""
    return form.without(*(name for name in form.values if _is_empty_line(form, name)))


def _is_empty_line(form: Form, name: str) -> bool:
    line = LINE.match(name)
    if line is None:
        return False
    own = f"{line[1]}."
    return not any(form.text(other) for other in form.values if other.startswith(own) and other != name)
