"""The policy: read as tables; and a changed file, checked, compared, and tried on past cases. It is put to use by deployment."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Response

from adapters.database.past_cases import each_past_case
from api.http.dependencies import only_for
from api.http.problems import problem
from api.pages.forms import Form, FormOf
from api.pages.navigation import SUPERVISOR
from api.pages.page import Page, PageOf
from api.pages.routes import PageRoute
from models.common.base import Frozen
from models.common.vocabulary import ErrorType
from models.policy.policy import Policy
from rules.common.policy_fault import PolicyError, PolicyFault
from rules.policy.load import slice_policy
from rules.policy.proposed import Change, changes, proposed
from rules.policy.replay import Replay

router = APIRouter(prefix="/console/supervision/policy", route_class=PageRoute, include_in_schema=False)

PAST_CASES, SECONDS = 1_000, 20.0
"""So many are tried, for so long at most."""
PLAIN = "general"
"""The section of the figures that stand by themselves."""
_at_work = asyncio.Lock()
"""One at a time: it keeps a processor busy."""


class Asked(Frozen):
    """Which part of the policy is shown."""

    section: str = PLAIN


class Trial(NamedTuple):
    """What came of a changed file. `whole`: every past case was looked at before the time was up."""

    name: str
    faults: tuple[PolicyFault, ...] = ()
    changes: tuple[Change, ...] = ()
    version: str = ""
    replay: Replay | None = None
    whole: bool = True


@router.get("")
async def show(page: PageOf) -> Response:
    """One part of the policy in use."""
    only_for(page.caller, SUPERVISOR)
    return _shown(page, None)


@router.post("")
async def check(page: PageOf, form: FormOf) -> Response:
    """A changed file: its faults; or what it changes, and what it would have made of past cases. Nothing is kept."""
    only_for(page.caller, SUPERVISOR)
    if _at_work.locked():
        raise problem(
            ErrorType.BUSY,
            "Another policy is being tried just now; try again in a moment.",
            "正在试算另一份策略，请稍后再试。",
            retry_after=5,
        )
    async with _at_work:
        return _shown(page, await _tried(page, *await _file(form)))


async def _file(form: Form) -> tuple[str, str]:
    """The name and text that were uploaded, or else pasted."""
    for file in form.files.get("file", ()):
        try:
            return file.filename or "policy.yaml", (await file.read()).decode()
        except UnicodeDecodeError as error:
            raise problem(ErrorType.INVALID, "file: it is not UTF-8 text.", "file：不是 UTF-8 文本。", field="file") from error
    pasted = form.text("text")
    if pasted is None:
        raise problem(ErrorType.INVALID, "file: upload or paste a policy.", "file：请上传或粘贴策略文件。", field="file")
    return "policy.yaml", pasted


async def _tried(page: Page, name: str, text: str) -> Trial:
    used, now = page.parts.policy, datetime.now(UTC)
    try:
        changed = await asyncio.to_thread(proposed, text, Path(page.parts.settings.policy).parent)
    except PolicyError as error:
        return Trial(name, faults=error.faults)
    before, after, replay = slice_policy(used, now), slice_policy(changed, now), Replay()
    whole = await each_past_case(page.parts.database, PAST_CASES, SECONDS, lambda case: replay.look_at(case, before, after))
    return Trial(name, (), changes(used, changed), changed.version, replay, whole)


def _shown(page: Page, trial: Trial | None) -> Response:
    policy = page.parts.policy
    asked = page.asked(Asked).section
    section = asked if asked in _sections(policy) else PLAIN
    return page.show(
        "supervision/policy.html",
        status=422 if trial and trial.faults else 200,
        policy=policy,
        sections=_sections(policy),
        section=section,
        content=_content(policy, section),
        trial=trial,
        file=Path(page.parts.settings.policy).name,
    )


def _sections(policy: Policy) -> tuple[str, ...]:
    """The tables of the file, after what stands by itself."""
    written = policy.model_dump()
    return (PLAIN, *(name for name, value in written.items() if isinstance(value, dict | list | tuple) and value))


def _content(policy: Policy, section: str) -> object:
    written = policy.model_dump()
    if section != PLAIN:
        return written[section]
    return {name: value for name, value in written.items() if not isinstance(value, dict | list | tuple)}
