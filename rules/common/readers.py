"""What one reader gets of a value (TRU-5): the same value without what its fields do not name them for (models/common/readers.py).

What is hidden is null, an empty list, or `—` where the field always has words, or where only who said something is hidden: that it was
said is a figure. A field that names no readers cannot be read at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, JsonValue

from models.common.actors import Actor
from models.common.base import Bilingual
from models.common.readers import PARTICIPANTS, Reader, Readers, Related, readers_of

MASK = "—"

ValueT = TypeVar("ValueT")


def as_seen(value: ValueT, reader: Actor) -> ValueT:
    """A model, or several, as the reader gets it. Raises TypeError for an answer that is something else, which names no readers."""
    if not _of_models(value):
        fault = f"{type(value).__name__} is no model, nor several, so that nothing says who reads it (models/common/readers.py)"
        raise TypeError(fault)
    return cast("ValueT", _seen(value, reader, Reader.of(reader.role)))


def sees(model: type[BaseModel], field: str, reader: Actor, value: BaseModel | None = None) -> bool:
    """Whether the reader gets the field's value, or this piece of it."""
    readers = readers_of(model)[field] or frozenset()
    return bool(readers & (Reader.of(reader.role) | _grounds(value, reader)))


def _of_models(value: object) -> bool:
    return (
        all(_of_models(one) for one in cast("Sequence[object]", value))
        if isinstance(value, tuple | list)
        else isinstance(value, BaseModel)
    )


@dataclass(frozen=True)
class _Field:
    """A field that may have to change for readers of a role. `readers`: who sees it beside the role; None: the role does."""

    name: str
    readers: Readers | None
    hidden: Any


def _seen(value: Any, reader: Actor, role: Readers) -> Any:  # noqa: ANN401  # whatever a field may hold
    if isinstance(value, tuple | list):
        seen = [_seen(item, reader, role) for item in cast("Sequence[Any]", value)]
        return tuple(seen) if isinstance(value, tuple) else seen
    if isinstance(value, dict):
        return {name: _seen(item, reader, role) for name, item in cast("dict[Any, Any]", value).items()}
    if not isinstance(value, BaseModel) or not (fields := _to_look_at(type(value), role)):
        return value
    own = _grounds(value, reader)
    changes = {field.name: _field(getattr(value, field.name), field, own, reader, role) for field in fields}
    return value.model_copy(update=changes)


def _field(value: Any, field: _Field, own: Readers, reader: Actor, role: Readers) -> Any:  # noqa: ANN401
    """Relations count to the thing itself: each piece of a list, or else what the field belongs to."""
    if value is None:
        return None
    readers = field.readers
    if readers is None:
        return _seen(value, reader, role)
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        return tuple(_seen(item, reader, role) for item in items if readers & (own | _grounds(item, reader)))
    return _seen(value, reader, role) if readers & (own | _grounds(value, reader)) else field.hidden


def _grounds(value: Any, reader: Actor) -> Readers:  # noqa: ANN401
    return value.grounds(reader) if isinstance(value, BaseModel) and isinstance(value, Related) else frozenset()


@cache
def _to_look_at(model: type[BaseModel], role: Readers) -> tuple[_Field, ...]:
    """The fields that are hidden from some reader of the role, or hold something that is."""
    found: list[_Field] = []
    for name, readers in readers_of(model).items():
        if readers is None:
            fault = f"{model.__name__}.{name} names no readers (models/common/readers.py)"
            raise LookupError(fault)
        annotation = model.model_fields[name].annotation
        if not readers & role:
            told = (
                MASK if readers >= PARTICIPANTS and annotation == str | None else hidden(annotation, f"{model.__name__}.{name}")
            )
            found.append(_Field(name, readers, told))
        elif any(_hides(held, role) for held in models_in(annotation)):
            found.append(_Field(name, None, None))
    return tuple(found)


def _hides(model: type[BaseModel], role: Readers) -> bool:
    """Whether the model, or one that it holds, hides a field from some reader of the role."""
    return any(not (readers or frozenset()) & role for held in reachable(model) for readers in readers_of(held).values())


def hidden(annotation: Any, name: str) -> Any:  # noqa: ANN401
    """What stands for a value that is not the reader's. Raises LookupError where nothing can."""
    if get_origin(annotation) in {Union, UnionType} and type(None) in get_args(annotation):
        return None
    if annotation is str or annotation is JsonValue:
        return MASK
    if get_origin(annotation) is tuple:
        return ()
    if annotation is Bilingual:
        return Bilingual(zh=MASK, en=MASK)
    fault = f"{name}: nothing can stand for a hidden {annotation}; let it be null, or name the role among its readers"
    raise LookupError(fault)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401
    """The models that a type names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


@cache
def reachable(model: type[BaseModel]) -> frozenset[type[BaseModel]]:
    """The model and all that it holds."""
    found = {model}
    waiting = [model]
    while waiting:
        for field in waiting.pop().model_fields.values():
            for held in models_in(field.annotation):
                if held not in found:
                    found.add(held)
                    waiting.append(held)
    return frozenset(found)
