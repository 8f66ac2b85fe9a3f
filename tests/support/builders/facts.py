"""Facts as a case would hold them, from their names and values."""

from datetime import UTC, datetime

from pydantic import JsonValue

from models.investigation.findings import Fact
from rules.facts.registry import FACTS

AT = datetime(2026, 6, 8, tzinfo=UTC)


def facts(known: dict[str, JsonValue]) -> tuple[Fact, ...]:
    return tuple(Fact(name=name, value=value, source=FACTS[name].source, at=AT) for name, value in known.items())
