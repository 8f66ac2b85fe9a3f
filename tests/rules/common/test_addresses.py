"""Addresses say their country, and those from before there was one still load (RES-1, RES-6)."""

from typing import Any

import pytest

from models.returns.partner import PickupAddress, ReturnAddress

OLD: dict[str, Any] = {"name": "Warehouse", "street": "8 Dock Road", "city": "Anywhere", "postcode": "1000"}


@pytest.mark.parametrize(
    ("told", "country", "region"),
    [
        ({}, "CN", "CN"),
        ({"region": "CN-33"}, "CN", "CN-ZJ"),
        ({"region": "DE"}, "DE", "DE"),
        ({"region": "us-ca", "country": None}, "US", "US-CA"),
        ({"country": "nl"}, "NL", "NL"),
        ({"country": "CN", "region": "浙江"}, "CN", "浙江"),
        ({"region": "Zhejiang"}, "CN", "ZHEJIANG"),
    ],
)
def test_where_a_merchant_has_its_goods_sent(told: dict[str, Any], country: str, region: str) -> None:
    address = ReturnAddress.model_validate({**OLD, **told})
    assert (address.country, address.region) == (country, region)
    assert ReturnAddress.model_validate_json(address.model_dump_json()) == address


def test_people_read_the_second_line_and_a_foreign_country() -> None:
    home = ReturnAddress.model_validate({**OLD, "street2": "Gate 3"})
    assert home.in_one_line == "Warehouse, 8 Dock Road, Gate 3, Anywhere, 1000"
    abroad = ReturnAddress.model_validate({**OLD, "country": "DE"})
    assert abroad.in_one_line == "Warehouse, 8 Dock Road, Anywhere, 1000, DE"


def test_a_pickup_of_before_has_its_one_line_alone() -> None:
    known = PickupAddress.model_validate({"name": "王伟", "address": "漕溪北路 1 号, 上海"})
    assert (known.address, known.street2, known.country) == ("漕溪北路 1 号, 上海", None, "CN")
