"""`redress readers`: who reads which field, as a document made from the code (docs/readers.md)."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.pages.routes import PageRoute
from models.case.news import NEWS
from models.common.events import Event
from models.common.readers import EVERYBODY, Reader, Readers, readers_of
from models.common.timeline import TimelineView
from models.common.vocabulary import Role
from rules.common.readers import models_in, reachable
from settings import Settings

COLUMNS = (Role.CUSTOMER, Role.MERCHANT, Role.CARRIER, Role.AGENT, Role.SUPERVISOR, Role.ANALYST)
PARTIES = frozenset(COLUMNS[:3])
RELATIONS: Mapping[Reader, frozenset[Role]] = {
    Reader.AUTHOR: PARTIES,
    Reader.ASKED: PARTIES,
    Reader.ASKER: frozenset({Role.CUSTOMER, Role.MERCHANT}),
    Reader.NAMED: frozenset({Role.MERCHANT, Role.CARRIER}),
    Reader.PUBLIC: frozenset(COLUMNS),
    Reader.DECIDED: frozenset(COLUMNS),
}
"""Who can be that."""
WITHOUT_MODEL: Mapping[str, str] = {
    "/v1/me/events": "a stream of `CaseNews`, `InboxNews`, `CountNews`, `PresenceNews`, `Ready`, `Reload` and `End`, each about what its reader sees",
    "/v1/cases/{case_id}/events": "a stream of `TimelineView`, each as its reader gets it on the timeline",
    "/v1/cases/{case_id}/evidence/{sha256}": "a file: parties and the platform's people; one that came with private words, who reads them",
    "/v1/cases/{case_id}/evidence/{sha256}/thumbnail": "as the file",
    "/v1/evidence/links/{token}": "a file: whoever has the link, which one of those has made",
    "/v1/evidence/links/{token}/thumbnail": "as the file",
    "/v1/cases/{case_id}/returns/{remedy_id}/label": "a label to print: whoever sees the case",
    "/v1/credit-notes/{note_id}/pdf": "whoever may read the credit note: its customer and merchant, and the platform",
    "/v1/credit-notes/{note_id}/ubl": "whoever may read the credit note: its customer and merchant, and the platform",
    "/v1/credit-notes/{note_id}/red-letter": "whoever may read the credit note: its customer and merchant, and the platform",
    "/v1/credit-notes/links/{token}": "the document: whoever has the link, which its customer was sent",
    "/v1/reviews/links/{token}": "a page: whoever has the link, which one who reads reviews has made, or who got the review by e-mail",
    "/v1/reviews/links/{token}/pdf": "as the page",
    "/v1/agents/{agent_id}": "nothing",
    "/v1/knowledge/{entry_id}": "nothing",
    "/v1/legal-holds/{hold_id}": "nothing",
    "/codec/decode": "what Temporal keeps, decrypted: supervisors, each time on record",
    "/metrics": "figures that name nobody",
}
"""What is answered by something else than a model."""

HEAD = """# Who reads what

Made by `redress readers` from the code; a test holds it to be current. Every field that leaves Redress names its readers where it is defined:
a field of a model by its type (`handler: Platform[str | None]`, `models/common/readers.py`), what a timeline entry carries in the table of
`models/common/events.py`. A field that names nobody is refused by the tests, and by the API when it comes upon one. Which addresses a role may
call at all, and which cases it sees, is decided before (`rules/case/access.py`).

● reads it. Otherwise a reader gets it only as

| word | who that is |
| --- | --- |
| author | who said, made or proposed it |
| asked | the party that the question or warning is for |
| asker | the party that had the question put |
| named | a party that the finding names |
| public | everybody who sees the case, where it is not private: an approved offer, words that answer no question, what a rule or no person said |
| decided | everybody who sees the case, once it is decided what is to be done |

and else null, an empty list, or `—`. Of a list, this holds for each piece by itself.

- **Messages** hold what their recipient reads of the event.
- **The archive** shows a sealed case and its timeline as the running one. Its `record`, sealed as it was written, is the platform's.
- **Commands** (`redress show`, `watch`) print what the API gives to whom they speak for.
"""


def readers() -> None:
    """Print who reads which field, as docs/readers.md has it."""
    typer.echo(document(), nl=False)


def document() -> str:
    from api.app import create_app  # noqa: PLC0415 - the whole API, which no other command needs

    app = create_app(Settings())
    return "\n".join((HEAD, *_models(app), *_events(), *_others()))


def answers(app: FastAPI) -> Mapping[str, frozenset[type[BaseModel]]]:
    """Path → every model in what its endpoints answer; none where they answer with no model."""
    found: dict[str, frozenset[type[BaseModel]]] = {}
    for route in routes(app):
        held = frozenset(model for top in models_in(route.response_model) for model in reachable(top))
        found[route.path] = found.get(route.path, frozenset()) | held
    return {path: models for path, models in found.items() if not path.startswith("/docs")}


def routes(app: FastAPI) -> Iterator[APIRoute]:
    """Every endpoint of the API; routers may be nested. Pages show what these answer."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, APIRoute) and not isinstance(route, PageRoute):
            yield route
        waiting += getattr(getattr(route, "original_router", route), "routes", ())


def _models(app: FastAPI) -> Iterator[str]:
    yield "## Answers\n"
    yield from _header("model")
    models = frozenset[type[BaseModel]]().union(*answers(app).values(), {TimelineView, *NEWS})
    for model in sorted(models, key=lambda model: model.__name__):
        yield from _rows(model.__name__, {name: known or frozenset() for name, known in readers_of(model).items()}, EVERYBODY)
    yield ""


def _events() -> Iterator[str]:
    yield "## Timeline entries and their messages\n"
    yield from _header("event")
    for event in Event:
        yield from _rows(event.value, event.fields or {"": EVERYBODY}, event.readers)
    yield ""


def _others() -> Iterator[str]:
    yield "## Addresses that answer with no model\n"
    yield "| address | what, and who gets it |\n| --- | --- |"
    for path, words in WITHOUT_MODEL.items():
        yield f"| `{path}` | {words} |"
    yield ""


def _header(of: str) -> Iterator[str]:
    yield f"| {of} | fields | {' | '.join(COLUMNS)} |"
    yield f"| --- | --- |{' --- |' * len(COLUMNS)}"


def _rows(name: str, fields: Mapping[str, Readers], within: Readers) -> Iterator[str]:
    """Fields with the same readers share a row. `within`: who reads the whole."""
    groups: dict[Readers, list[str]] = {}
    for field, known in fields.items():
        groups.setdefault(known, []).append(field)
    for known, names in groups.items():
        cells = (_cell(known, within, role) for role in COLUMNS)
        yield f"| `{name}` | {', '.join(f'`{field}`' for field in names if field)} | {' | '.join(cells)} |"


def _cell(known: Readers, within: Readers, role: Role) -> str:
    """What somebody of the role has to be to the field and to what holds it."""
    needed = [_relations(readers, role) for readers in (within, known) if not readers & Reader.of(role)]
    if not all(needed):
        return ""
    return ", ".join(dict.fromkeys(word for words in needed for word in words)) or "●"


def _relations(readers: Readers, role: Role) -> list[str]:
    return [relation.value for relation in RELATIONS if relation in readers and role in RELATIONS[relation]]
