"""A request that comes again does nothing again (REC-5), however long ago it was.

A workflow carries the newest ids. Older ones are in the table `requests`, written when the workflow is saved; the API looks there before it passes a
request on. The newest of those are carried all the same for a while, so that none is in neither place when it is asked for.
"""

from collections.abc import Mapping
from itertools import islice

from models.case.actions import Act
from models.common.base import Body
from models.common.errors import Fault
from models.common.vocabulary import ErrorType

REMEMBERED = 200
"""How many ids of requests are in the workflow alone, and how many of notices are kept: state that is carried on must not grow."""
CARRIED = 300
"""How many ids of requests a workflow carries at most once it was saved."""
UNKNOWN = 1
"""The digest of a request that was acted on before digests were kept."""
KEY_REUSED = Fault(
    type=ErrorType.KEY_REUSED,
    detail="This Idempotency-Key was used for the same action with other content. Send what you sent then, or use a new key.",
    detail_zh="该幂等键已用于内容不同的同一操作。请发送相同内容，或换用新的键。",
    field="Idempotency-Key",
    rule="REC-5",
)


def reused(known: int, act: Act[Body]) -> Fault | None:
    """Why a request whose id is known by that digest is no repetition; None: it is one."""
    return None if known in {act.digest, UNKNOWN} else KEY_REUSED


def to_put_away(seen: Mapping[str, int]) -> dict[str, int]:
    """The oldest, which the table has to have from now on."""
    return dict(islice(seen.items(), max(len(seen) - REMEMBERED, 0)))


def carried_on(seen: Mapping[str, int], put_away: int) -> dict[str, int]:
    """What is carried on when the table has so many of the oldest."""
    return dict(islice(seen.items(), min(put_away, max(len(seen) - CARRIED, 0)), None))
