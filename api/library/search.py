"""How cases are found (ARC-2): candidates from the index, ranked by what their readers may read of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import True_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.root_causes import is_any_of
from adapters.library.finders import EVERY, Hit, Sight, finder
from adapters.library.index import frequencies_of, passages_by_case, terms_by_document
from api.http.lookup import in_sight
from api.http.problems import problem
from models.case.state import CaseState
from models.common.actors import Actor
from models.common.vocabulary import ErrorType, Role, Stage
from models.library.passage import readers_named
from models.tables.case import CaseRow
from rules.library.passages import passages_of, readable, traits_of
from rules.library.ranking import NEARLY, SIMILAR_AT_LEAST, Excerpt, excerpts, fit, telling, weights
from rules.library.words import asked_words, terms_of

NEWEST = 500
"""Of more cases with all words the newest are ranked."""
READ = 60
"""So many of the best candidates are read word for word, or as many as are asked for."""
OPERATORS = frozenset({"and", "or", "not", "near"})
"""Of other searches; alone they ask for nothing."""
FEW = 1_500
"""Rows that the rare words of a case may have together, by which similar ones are looked for."""
RARE_WORDS = 12
TRAIT = 2.0
"""What a common trait counts beside a word that is as rare."""


@dataclass(frozen=True)
class Found:
    """A case and how well it fits, 0 to 1. `shared`: the traits that it has in common with another."""

    case_id: str
    score: float
    excerpts: tuple[Excerpt, ...] = ()
    shared: tuple[str, ...] = ()


def words_to_find(text: str) -> tuple[str, ...]:
    """The words of a question. 422 when there is none in it."""
    asked = asked_words(text)
    if not {*asked} - OPERATORS:
        raise problem(
            ErrorType.INVALID,
            "q: there is no word in it to look for. Write words or numbers in Chinese or English; signs and AND, OR, NOT have no meaning here.",
            "q：其中没有可查找的词。请填写中文或英文的词或数字；符号与 AND、OR、NOT 在此没有含义。",
            field="q",
            rule="ARC-2",
        )
    return asked


def looked_for(actor: Actor, conditions: Sequence[Any], team: str | None = None) -> list[Any]:
    """What cases have to fulfil, beside that they have the words; nothing for whoever sees all."""
    seen = in_sight(actor, team)
    return [*conditions] if isinstance(seen, True_) else [seen, *conditions]


async def search(session: AsyncSession, actor: Actor, asked: Sequence[str], conditions: Sequence[Any], limit: int) -> list[Found]:
    """The cases that fit best: those that have all words, and where these are few, those that have most of them."""
    sight = await Sight(readers_named(actor), conditions).narrowed(session)
    frequencies = await frequencies_of(session, asked)
    weight = weights({term: frequencies[term] for term in asked}, frequencies[EVERY])
    hits = (
        await finder(session).having_all(session, asked, frequencies, sight, NEWEST) if all(map(frequencies.get, asked)) else []
    )
    chosen = dict.fromkeys(hit.case_id for hit in hits)
    if len(chosen) < limit:
        chosen |= dict.fromkeys(await _having_most(session, asked, weight, frequencies, sight))
    read = [*chosen][: max(READ, limit)]
    passages = await passages_by_case(session, read)
    own = {case_id: readable(passages.get(case_id, ()), actor) for case_id in read}
    scores = {case_id: fit(asked, weight, own[case_id]) for case_id in read}
    best = sorted(
        filter(scores.get, read), key=lambda case_id: -scores[case_id]
    )  # of two that fit alike, the one whose words are newer
    return [Found(case_id, scores[case_id], excerpts(asked, weight, own[case_id])) for case_id in best[:limit]]


async def _having_most(
    session: AsyncSession, asked: Sequence[str], weight: Mapping[str, float], frequencies: Mapping[str, int], sight: Sight
) -> list[str]:
    """Cases that have the rarest words, and with the others enough of the question's weight; those with most of it first."""
    counted = {term: frequencies[term] for term in asked}
    rare = telling(counted)
    hits = await finder(session).having_any(session, rare, sight)
    if not rare:
        two = sorted((term for term in asked if counted[term]), key=counted.__getitem__)[:2]
        hits = await finder(session).having_all(session, two, frequencies, sight, NEWEST) if two else []
    best = await _weighed(session, hits, asked, weight)
    whole = sum(weight[term] for term in asked)
    return [case_id for case_id, _, share in best if share >= NEARLY * whole]


async def _weighed(
    session: AsyncSession, hits: Sequence[Hit], asked: Sequence[str], weight: Mapping[str, float]
) -> list[tuple[str, frozenset[str], float]]:
    """Case, the words that it shares, and their weight, the heaviest first; of the hits only those that have most of the rare words."""
    rare: dict[int, float] = {}
    case_of = dict[int, str]()
    for hit in hits:
        rare[hit.document] = rare.get(hit.document, 0.0) + (weight[hit.term] if hit.term else 0.0)
        case_of[hit.document] = hit.case_id
    promising = sorted(rare, key=lambda document: (-rare[document], -document))[: NEWEST // 2]
    terms = await terms_by_document(session, promising)
    shared = {document: terms[document] & {*asked} for document in promising}
    weighed = [(case_of[document], had, sum(weight[term] for term in had), document) for document, had in shared.items()]
    return [(case_id, had, share) for case_id, had, share, _ in sorted(weighed, key=lambda one: (-one[2], -one[3]))]


async def similar(session: AsyncSession, actor: Actor, case: CaseState, cause: str | None, limit: int) -> list[Found]:
    """Closed cases with which a case has most in common: issue, goods, words, facts, amount, responsibility. `cause`: only of that root cause."""
    traits = traits_of(case)
    words = terms_of(passage.text for passage in passages_of(case))
    frequencies = await frequencies_of(session, words | traits)
    known = {term: count for term, count in frequencies.items() if count > 1 and term != EVERY}
    weight = {term: value * (TRAIT if term in traits else 1.0) for term, value in weights(known, frequencies[EVERY]).items()}
    closed = [col(CaseRow.stage) == Stage.CLOSED.value, col(CaseRow.case_id) != case.case_id]
    if cause is not None:
        closed.append(is_any_of([cause]))
    sight = Sight(frozenset({Role.SUPERVISOR.value}), looked_for(actor, closed))
    rare = telling(known, least=2, most=FEW)[:RARE_WORDS]
    hits = await finder(session).having_any(session, rare, sight)
    common = [term for term in sorted(traits & known.keys()) if term.startswith(("=issue=", "=sku=", "=category="))][:2]
    if common:
        hits += await finder(session).having_all(session, common, frequencies, sight, NEWEST // 2)
    whole = sum(weight.values()) or 1.0
    found = dict[str, Found]()
    for case_id, had, share in await _weighed(session, hits, [*weight], weight):
        if case_id not in found and (share >= SIMILAR_AT_LEAST * whole or cause is not None):
            shared = sorted(term.split("=")[1] for term in had & traits)
            found[case_id] = Found(case_id, share / whole, shared=tuple(dict.fromkeys(shared)))
    return [*found.values()][:limit]
