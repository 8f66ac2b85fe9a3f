"""What callers see: models of their own, never the state that a workflow keeps. Each field names its readers (models/common/readers.py)."""

from functools import cache
from typing import Any, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import SerializerFunctionWrapHandler


def renamed(name: str, formerly: str) -> Any:  # noqa: ANN401  # pydantic's own annotation
    """The name of a view's field in JSON, and the one it had before: for one release both are written, and either is read."""
    return Field(validation_alias=AliasChoices(name, formerly), serialization_alias=name)


class View(BaseModel):
    """What leaves the process. Fields of a later release are left out, so that worker and API may be of different ones."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    @classmethod
    def from_state(cls, state: BaseModel) -> Self:
        """What this view shows of a state: the attributes of the same names."""
        return cls.model_validate(state, from_attributes=True)

    @classmethod
    @cache
    def former_names(cls) -> dict[str, str]:
        """Name today → name before, of the fields that were renamed."""
        return {
            str(field.serialization_alias): str(field.validation_alias.choices[-1])
            for field in cls.model_fields.values()
            if isinstance(field.validation_alias, AliasChoices)
        }

    @model_serializer(mode="wrap")
    def _under_both_names(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = write(self)
        return values | {former: values[name] for name, former in self.former_names().items() if name in values}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of the fields, to which the serializer adds the former names: there they are deprecated."""
        fields: Any = {**core_schema, "serialization": None}
        schema = handler(fields)
        described = handler.resolve_ref_schema(schema)
        for name, former in cls.former_names().items() if handler.mode == "serialization" else ():
            note = f"The former name of `{name}`; the next release leaves it out."
            described["properties"][former] = {**described["properties"][name], "description": note, "deprecated": True}
        return schema
