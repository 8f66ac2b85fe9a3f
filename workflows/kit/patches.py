"""Whether a workflow follows a change of its code: by the generation that it was begun with, else by a marker in its history."""

from temporalio import workflow

from models.common.generation import MEMO


def patched(change: str, generation: int = 1) -> bool:
    """`generation`: the first that has the change. A marker costs two events and a row in the server's lists, a generation nothing."""
    return generation_of_this() >= generation or workflow.patched(change)


def generation_of_this() -> int:
    """What this workflow was begun with; 0: before there were generations."""
    return workflow.memo_value(MEMO, 0, type_hint=int)
