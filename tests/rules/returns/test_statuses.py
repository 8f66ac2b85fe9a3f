"""What carriers and tracking services say of a parcel, in their own words and numbers, becomes ours; what nobody knows stays unread."""

import pytest

from models.common.partners import ShipmentStatus
from models.returns.partner import ReturnParcel
from rules.policy.load import load_policy
from rules.returns.statuses import plain, status_of
from settings import Settings

POLICY = load_policy(Settings().policy).returns
CREATED, IN_TRANSIT, PICKUP_POINT, DELIVERED, EXCEPTION, LOST, RETURNED = ShipmentStatus


def read(status: str, carrier_id: str = "K-1", codes: str | None = None) -> ShipmentStatus | None:
    return status_of(ReturnParcel(tracking="T-1", carrier_id=carrier_id, status=status, codes=codes), POLICY)


EASYPOST = {
    "unknown": CREATED,
    "pre_transit": CREATED,
    "in_transit": IN_TRANSIT,
    "out_for_delivery": IN_TRANSIT,
    "available_for_pickup": PICKUP_POINT,
    "delivered": DELIVERED,
    "return_to_sender": RETURNED,
    "failure": EXCEPTION,
    "cancelled": EXCEPTION,
    "error": EXCEPTION,
}
AFTERSHIP = {
    "Pending": CREATED,
    "InfoReceived": CREATED,
    "InTransit": IN_TRANSIT,
    "OutForDelivery": IN_TRANSIT,
    "AttemptFail": EXCEPTION,
    "Delivered": DELIVERED,
    "AvailableForPickup": PICKUP_POINT,
    "Exception": EXCEPTION,
    "Expired": EXCEPTION,
    "Exception_011": RETURNED,
}
SEVENTEEN_TRACK = {
    "NotFound": CREATED,
    "InTransit_PickedUp": IN_TRANSIT,
    "InTransit_CustomsProcessing": IN_TRANSIT,
    "DeliveryFailure": EXCEPTION,
    "DeliveryFailure_NoBody": EXCEPTION,
    "Exception_Returning": RETURNED,
    "Exception_Returned": RETURNED,
    "Exception_Lost": LOST,
    "Delivered_Other": DELIVERED,
}
KUAIDI100 = {"在途": IN_TRANSIT, "疑难": EXCEPTION, "签收": DELIVERED, "退签": RETURNED, "派件": IN_TRANSIT, "拒签": RETURNED}
SINCE_LONG = {"Picked_Up": IN_TRANSIT, "OUT-FOR-DELIVERY": IN_TRANSIT, "已签收": DELIVERED, "遗失": LOST}


@pytest.mark.parametrize(("words", "status"), [*(EASYPOST | AFTERSHIP | SEVENTEEN_TRACK | KUAIDI100 | SINCE_LONG).items()])
def test_a_services_word_becomes_ours(words: str, status: ShipmentStatus) -> None:
    assert read(words) is status


@pytest.mark.parametrize(
    ("code", "status"), [("0", IN_TRANSIT), ("3", DELIVERED), ("4", RETURNED), ("6", RETURNED), ("14", RETURNED)]
)
def test_a_bare_number_is_kuaidi100s(code: str, status: ShipmentStatus) -> None:
    assert read(code) is read(code, carrier_id="YTO") is status


@pytest.mark.parametrize(("code", "status"), [("50", IN_TRANSIT), ("80", DELIVERED), ("8000", DELIVERED), ("648", RETURNED)])
def test_a_number_of_sf_is_read_in_its_own_table(code: str, status: ShipmentStatus) -> None:
    assert read(code, carrier_id="SF") is read(code, codes="sf") is status


def test_the_same_number_means_what_its_table_says() -> None:
    assert read("14", carrier_id="SF") is IN_TRANSIT  # cleared by customs
    assert read("14", carrier_id="SF", codes="kuaidi100") is RETURNED  # refused at the door
    assert read("80", codes="kuaidi100") is None
    assert read("80", codes="nobodys") is None


@pytest.mark.parametrize("words", ["", "已清关完毕待放行", "9", "lost and found", "DeliveredToTheMoon", "80 "])
def test_a_word_that_nobody_knows_is_nothing(words: str) -> None:
    assert read(words) is None


def test_every_status_of_ours_is_a_word_and_is_meant_by_one() -> None:
    assert set(POLICY.statuses.values()) == set(ShipmentStatus)
    assert all(read(status.value) is status for status in ShipmentStatus)


def test_camel_case_is_split_and_capitals_are_not() -> None:
    assert plain("AvailableForPickup") == plain("available_for_pickup") == "available for pickup"
    assert plain("DELIVERED") == "delivered"
