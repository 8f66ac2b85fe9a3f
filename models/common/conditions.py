"""Conditions of the policy's tables over facts (INV-4, RES-1)."""

from pydantic import ConfigDict, Field, JsonValue

from models.common.base import Frozen


class Condition(Frozen):
    """A test of one fact. A fact that is not known fits no condition but `known: false`."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    fact: str
    is_: JsonValue = Field(default=None, alias="is")
    at_least: float | None = None
    below: float | None = None
    within: str | None = None
    """Instead of `below`: no more days than the eligibility row of this id gives. Replaced by the figure when the policy is loaded."""
    after: str | None = None
    """Instead of `at_least`: more days than that row gives."""
    known: bool | None = None
