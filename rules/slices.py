"""One copy of each policy slice a process: thousands of open cases share it (quality.md, memory per open case)."""

from models.policy import PolicySlice

_known: dict[str, PolicySlice] = {}


def interned(policy: PolicySlice) -> PolicySlice:
    """The process's own copy of a slice with this content."""
    return _known.setdefault(policy.digest, policy)
