"""Whether a return may travel in another's box (RES-6), and what a box is like. Pure."""

from models.common.base import Bilingual
from models.returns.box import BoxParcel, NoRoom
from models.returns.partner import ReturnAddress
from models.returns.state import ReturnStage, ReturnState

SAID: dict[NoRoom, Bilingual] = {
    NoRoom.ITSELF: Bilingual(zh="不能与自身同箱", en="a return does not travel with itself"),
    NoRoom.NOT_WAITING: Bilingual(zh="该退货已寄出或已结束", en="that return was sent already, or is over"),
    NoRoom.TRAVELS: Bilingual(zh="该退货已并入其他退货", en="that return travels with another one itself"),
    NoRoom.FULL: Bilingual(zh="同箱退货数量已达上限", en="there are as many returns in that box as may be"),
    NoRoom.OTHER_MERCHANT: Bilingual(zh="该退货寄往其他商家", en="that return goes to another merchant"),
    NoRoom.OTHER_ADDRESS: Bilingual(zh="该退货寄往其他地址", en="that return goes to another address"),
}


def no_room(leading: ReturnState, address: ReturnAddress | None, most: int) -> NoRoom | None:
    """Why goods that go to this address cannot travel with that return; None: they can. `most`: returns in one box, that one too."""
    if leading.stage is not ReturnStage.AWAITING:
        return NoRoom.NOT_WAITING
    if leading.travels_with is not None:
        return NoRoom.TRAVELS
    if leading.address != address:
        return NoRoom.OTHER_ADDRESS
    return NoRoom.FULL if len(leading.companions) + 1 >= most else None


def parcel_of(state: ReturnState) -> BoxParcel | None:
    """The box on its way."""
    if state.parcel is None or state.way is None:
        return None
    return BoxParcel(way=state.way, tracking=state.parcel.tracking, carrier_id=state.parcel.carrier_id)


def told_of_box(state: ReturnState) -> tuple[object, ...]:
    """What those that travel with it are told of, when it changes."""
    return state.label, state.deadline, parcel_of(state), state.received_at
