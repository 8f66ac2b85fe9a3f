"""Numbers of parcels, regions and telephone numbers, as people and systems write them, have one form each."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.http.schemas import Contact
from models.common.identifiers import RENAMED_REGIONS, Region, TrackingNumber, phone_number
from models.common.partners import Order
from models.remedies.order_change import Address
from models.returns.partner import ReturnParcel
from models.returns.state import Ship
from tests.support.builders.orders import order

NUMBER = TypeAdapter(TrackingNumber)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("SF1234567890123 ", "SF1234567890123"),
        ("\tsf1234567890123\r\n", "SF1234567890123"),
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("1z999aa10123456784", "1Z999AA10123456784"),
        ("ＳＦ１２３４５６", "SF123456"),
        ("\ufeffSF\u200b123456", "SF123456"),
        ("SF\u00a0123\u3000456", "SF123456"),
        ("JD0001-1-1-", "JD0001-1-1-"),
    ],
)
def test_a_tracking_number_as_it_was_pasted(written: str, stored: str) -> None:
    assert NUMBER.validate_python(written) == stored
    assert Ship(carrier_id="SF", tracking=written).tracking == stored
    assert ReturnParcel(tracking=written, carrier_id="SF", status="in_transit").tracking == stored


@pytest.mark.parametrize("written", ["", "   ", "单号", "SF/123", "-1"])
def test_what_is_no_tracking_number_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        NUMBER.validate_python(written)


@pytest.mark.parametrize("written", ["CN-31", "CN-SH", "cn-sh", " CN-31 ", "ＣＮ－３１"])
def test_shanghais_code_of_before_2017_and_of_today_are_stored_as_one(written: str) -> None:
    assert TypeAdapter(Region).validate_python(written) == "CN-SH"
    address = Address(name="王伟", region=written, phone="13800000000", city="上海", street="漕溪北路 1 号")
    assert address.region == "CN-SH"
    assert Order.model_validate(order().model_dump() | {"region": written}).region == "CN-SH"


def test_every_province_has_its_code_of_today_and_other_countries_keep_theirs() -> None:
    assert len(RENAMED_REGIONS) == len(set(RENAMED_REGIONS.values())) == 34
    assert TypeAdapter(Region).validate_python("DE-BY") == "DE-BY"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("18412345678转4321", "+86 184 1234 5678 ext. 4321"),
        ("18412345678 分机 4321", "+86 184 1234 5678 ext. 4321"),
        ("18412345678-4321", "+86 184 1234 5678 ext. 4321"),
        ("0755-88881234-801", "+86 755 8888 1234 ext. 801"),
        ("010-12345678转801", "+86 10 1234 5678 ext. 801"),
        ("(0755) 88881234", "+86 755 8888 1234"),
        ("（0755）88881234", "+86 755 8888 1234"),
        ("１３８ ００００ ００００", "+86 138 0000 0000"),
        ("400-812-3123", "400 812 3123"),
        ("9501234567", "950 1234567"),
        ("95588", "95588"),
        ("+49 30 1234567", "+49 30 1234567"),
        ("0571-0000", "0571-0000"),
    ],
)
def test_a_telephone_number_in_china_as_people_write_it(written: str, stored: str) -> None:
    assert Address(name="王伟", region="CN-31", phone=written, city="上海", street="漕溪北路 1 号").phone == stored
    assert phone_number(stored, "CN") == stored
    assert Contact(phone=written).phone is not None


def test_without_a_country_a_number_is_never_given_one() -> None:
    assert Contact(phone="020 7946 0958").phone == "020 7946 0958"
    assert Contact(phone="(0755) 88881234转 8").phone == "(0755) 88881234 ext. 8"


@pytest.mark.parametrize("written", ["call me", "123", "+", "1" * 40, "12345转"])
def test_what_is_no_telephone_number_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Contact(phone=written)
