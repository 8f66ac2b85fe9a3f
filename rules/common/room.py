"""How much a workflow holds, so that no sequence of requests ever leaves one that cannot go on (docs/cases.md, Limits).

A state has to fit in 2 MiB with its policy, or the workflow can never begin a fresh history. Whoever would go beyond a bound is refused before
anything changes. What parties and agents may fill leaves room for supervisors, who can always decide; and what all may fill, for partners.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue

from models.case.actions import Act
from models.common.base import Bilingual, Body
from models.common.errors import Fault
from models.common.vocabulary import ErrorType, Role

KIB, MIB = 1024, 1024 * 1024

STATE = MIB
"""Bytes of a whole state that parties, agents and the words of anybody may fill."""
STATE_OF_SUPERVISORS = MIB + MIB // 2
ACTION = 96 * KIB
"""Bytes of one action, or of one partner's notice: twelve pages in any script, or every remedy of a ruling in words."""
STANDS = 3
"""How often what is said may stand in the state until it is saved: a question in two languages, an answer with its request, news of it."""
HISTORY = 32 * MIB
"""Bytes of the history at which it waits for a fresh one; the server ends a workflow at 50 MiB."""
HISTORY_OF_SUPERVISORS = 42 * MIB


@dataclass(frozen=True)
class Full:
    """A bound that is reached: of what, how many, and what to do next."""

    what: Bilingual
    most: int
    then: Bilingual

    @property
    def fault(self) -> Fault:
        return Fault(
            type=ErrorType.NOT_ALLOWED_NOW,
            detail=f"As many {self.what.en} as can be held ({self.most}) are there; {self.then.en}.",
            detail_zh=f"{self.what.zh}已达上限（{self.most}）；{self.then.zh}。",
            rule="size",
        )


def size_of(value: BaseModel) -> int:
    """Bytes in JSON."""
    return len(value.model_dump_json().encode())


def full_state(state: BaseModel, act: Act[Body], then: Bilingual) -> Full | None:
    """The state as a whole; None: this still fits."""
    most = STATE_OF_SUPERVISORS if act.actor.role is Role.SUPERVISOR else STATE
    fits = size_of(state) + STANDS * size_of(act.body) <= most
    return None if fits else Full(Bilingual(zh="内容（KiB）", en="KiB of content"), most // KIB, then)


def too_long(act: Act[Body]) -> Fault | None:
    """What no case, return, replacement or claim takes in at once."""
    if size_of(act.body) <= ACTION:
        return None
    most = ACTION // KIB
    return _too_big(
        "body",
        f"This is longer than one action may be ({most} KiB); shorten its words and reasons, or hand in a document as evidence.",
        f"内容超过单次操作的上限（{most} KiB）；请精简文字与理由，或以文件形式作为凭证提交。",
    )


def long_notice(payload: Mapping[str, JsonValue]) -> Fault | None:
    """What no workflow takes in of a partner at once."""
    if len(json.dumps(payload)) <= ACTION:
        return None
    most = ACTION // KIB
    return _too_big(
        "payload",
        f"This is longer than a notice may be ({most} KiB): it has more than the contract asks for.",
        f"内容超过单次通知的上限（{most} KiB），超出接口约定。",
    )


def _too_big(field: str, en: str, zh: str) -> Fault:
    return Fault(type=ErrorType.INVALID, detail=en, detail_zh=zh, field=field, rule="size")


def long_history(act: Act[Body], history: int) -> Fault | None:
    """`history`: its bytes, while something that is under way keeps the workflow from beginning a fresh one."""
    if history <= (HISTORY_OF_SUPERVISORS if act.actor.role is Role.SUPERVISOR else HISTORY):
        return None
    return Fault(
        type=ErrorType.NOT_ALLOWED_NOW,
        detail="So much has happened here that it has to be tidied first, which waits for a partner's answer; try again in an hour.",
        detail_zh="近期操作过多，系统须先整理，正在等待合作方答复；请一小时后重试。",
        rule="size",
    )
