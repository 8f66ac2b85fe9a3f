"""What each issue of CLS-1 means to the marketplace; what an issue does not write in the file, it has from its group."""

from collections.abc import Iterator, Mapping
from typing import Annotated, cast

from pydantic import BeforeValidator, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from models.common.base import Bilingual, Frozen
from models.common.vocabulary import Issue, IssueGroup, Party, RemedyKind, Tier


class IssuePolicy(Frozen):
    """What one issue means, with all that it has from its group."""

    name: Bilingual
    tier: Tier = Tier.MERCHANT
    """Who is asked first (DSP-1)."""
    evidence: bool = False
    """Whether the customer's evidence is needed to decide."""
    ask: tuple[Party, ...] = ()
    """Who is asked for a statement when the facts do not decide."""
    facts: tuple[str, ...] = ()
    """What matters to it (INV-1), by the names of `rules/facts/registry.py`. A record that is missing is asked of who can supply it (INV-2)."""
    remedies: tuple[RemedyKind, ...]
    """What may be proposed, the usual one first."""
    sensitive: bool = False
    """Never answered by a machine (REC-6)."""


class IssueGroupPolicy(Frozen):
    """What the issues of a group have, each unless it writes that field itself."""

    tier: Tier = Tier.MERCHANT
    evidence: bool = False
    ask: tuple[Party, ...] = ()
    facts: tuple[str, ...] = ()
    remedies: tuple[RemedyKind, ...] = ()
    sensitive: bool = False


class IssueRow(IssuePolicy):
    """One issue as the file writes it."""

    remedies: tuple[RemedyKind, ...] = ()
    """Instead of the group's."""
    remedies_first: tuple[RemedyKind, ...] = ()
    """Before the group's: those that the group has move to the front, others are added."""
    remedies_without: tuple[RemedyKind, ...] = ()
    """Those of the group that the issue does not have."""


_ROWS = TypeAdapter(dict[Issue, IssueRow])
_NOT_INHERITED = {"remedies_first", "remedies_without"}


def _inherited(written: object, info: ValidationInfo) -> dict[Issue, dict[str, object]]:
    """Every issue with what it has from its group, which the policy's `issue_groups` say."""
    rows, title = _ROWS.validate_python(written), "issues"
    groups = cast("dict[IssueGroup, IssueGroupPolicy] | None", info.data.get("issue_groups"))
    if groups is not None and (faults := [fault for issue, row in rows.items() for fault in _faults(issue, row, groups)]):
        raise ValidationError.from_exception_data(title, faults)
    return {issue: _whole(row, (groups or {}).get(issue.group, IssueGroupPolicy())) for issue, row in rows.items()}


def _whole(row: IssueRow, group: IssueGroupPolicy) -> dict[str, object]:
    own = {name: getattr(row, name) for name in row.model_fields_set - _NOT_INHERITED}
    of_group = {name: getattr(group, name) for name in group.model_fields_set}
    others = [kind for kind in group.remedies if kind not in {*row.remedies_first, *row.remedies_without}]
    return of_group | {"remedies": (*row.remedies_first, *others)} | own


def _faults(issue: Issue, row: IssueRow, groups: Mapping[IssueGroup, IssueGroupPolicy]) -> Iterator[InitErrorDetails]:
    group = groups.get(issue.group, IssueGroupPolicy())
    if "remedies" in row.model_fields_set:
        for field in sorted(row.model_fields_set & _NOT_INHERITED):
            detail = "changes the list of the group, but the issue writes `remedies` of its own; keep one of the two"
            yield _fault((issue, field), detail)
        return
    for index, kind in enumerate(row.remedies_without):
        if kind not in group.remedies:
            detail = f"{kind} is no remedy of issue_groups.{issue.group}; remove it"
            yield _fault((issue, "remedies_without", index), detail)
        elif kind in row.remedies_first:
            yield _fault((issue, "remedies_without", index), f"{kind} is in `remedies_first` too; keep one of the two")


def _fault(loc: tuple[int | str, ...], detail: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("inheritance", "{detail}", {"detail": detail}), loc=loc, input=None)


IssuePolicies = Annotated[dict[Issue, IssuePolicy], BeforeValidator(_inherited, json_schema_input_type=dict[Issue, IssueRow])]
"""The file's `issues`, with what each has from its group."""


def _single(written: object) -> object:
    """A group stands for all its issues. What is no name of one is left to the list's own check."""
    if not isinstance(written, list):
        return written
    names = cast("list[object]", written)
    groups = {group.value: [issue for issue in Issue if issue.group is group] for group in IssueGroup}
    return [issue for name in names for issue in (groups.get(name, [name]) if isinstance(name, str) else [name])]


Issues = Annotated[tuple[Issue, ...], BeforeValidator(_single)]
"""Issues that a row of the policy is about; it may name a whole group."""
