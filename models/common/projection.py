"""What a workflow is told of a projection that it had saved."""

from models.common.base import Frozen


class Saved(Frozen):
    """`put_away`: as `CaseState.put_away`, what is whole in `case_texts` from now on, so that the workflow need not carry it."""

    put_away: dict[str, int] = {}
