"""What every value shares (models/common/base.py)."""

from models.common.base import MOST_FIELDS_SETS, Bilingual, Frozen, Money


def test_values_of_which_the_same_fields_were_given_keep_one_set_of_their_names() -> None:
    one, other = Money.model_validate_json('{"minor": 1}'), Money(minor=2)
    assert one.__pydantic_fields_set__ is other.__pydantic_fields_set__
    assert (
        one.model_copy(update={"currency": "EUR"}).__pydantic_fields_set__
        is Money(minor=3, currency="EUR").__pydantic_fields_set__
    )


def test_a_changed_copy_leaves_the_others_as_they_were() -> None:
    first, second = Money(minor=1), Money(minor=2)
    changed = first.model_copy(update={"currency": "EUR"})
    assert changed.model_dump(exclude_unset=True) == {"minor": 1, "currency": "EUR"}
    assert first.model_dump(exclude_unset=True) == {"minor": 1}
    assert second.model_fields_set == {"minor"}


def test_a_caller_who_leaves_out_other_fields_each_time_does_not_fill_the_memory() -> None:
    class Many(Frozen):
        a: int = 0
        b: int = 0

    before = Bilingual(zh="是", en="yes")
    for number in range(MOST_FIELDS_SETS + 1):
        Many.model_construct({f"field{number}"})
    assert Bilingual(zh="否", en="no").model_fields_set == before.model_fields_set
