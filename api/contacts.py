"""A customer's own e-mail address and telephone number: whether they are confirmed, and the code that confirms them (NTF-3)."""

from datetime import UTC, datetime
from typing import Annotated, TypeAlias, TypeVar

from fastapi import APIRouter, Depends
from pydantic import StringConstraints
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.database.contacts import CodeResult, address_of, is_confirmed, make_code, try_code, write_to
from api.http.auth import Caller
from api.http.bodies import check_body
from api.http.dependencies import CallerOf, PartsOf, only_for
from api.http.problems import ProblemError, problem
from api.http.responses import OWN, READING, problems
from api.http.routes import SeenRoute
from models.common.base import Frozen, Instant
from models.common.events import Event
from models.common.readers import Reader, seen_by
from models.common.vocabulary import ErrorType, MessageChannel, Role
from models.policy.contacts import ContactPolicy
from models.tables.case import ContactRow
from rules.notifications.texts import contact_letter, texts

router = APIRouter(prefix="/v1/me/contacts", tags=["inbox"], route_class=SeenRoute)

T = TypeVar("T")
Own: TypeAlias = Annotated[T, seen_by(Reader.CUSTOMER)]


class Contacts(Frozen):
    """Where news goes besides the inbox; to an address that is not confirmed goes a code alone."""

    email: Own[str | None]
    email_confirmed: Own[bool]
    phone: Own[str | None]
    phone_confirmed: Own[bool]


class WhichAddress(Frozen):
    """`email`: the e-mail address; `sms`: the telephone number."""

    channel: MessageChannel


class ConfirmContact(WhichAddress):
    """The code that was sent there."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6}$")]


class CodeSent(Frozen):
    valid_until: Own[Instant]


@router.get("", summary="Your addresses · 联系方式", responses=READING)
async def contacts(parts: PartsOf, caller: CallerOf) -> Contacts:
    """A customer's e-mail address and telephone number, and whether they are confirmed."""
    _customers_only(caller)
    async with parts.database.reading() as session:
        return _view(await session.get(ContactRow, caller.actor.id))


@router.post(
    "/code",
    status_code=202,
    summary="Send me a code · 获取确认码",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def send_code(parts: PartsOf, caller: CallerOf, body: WhichAddress) -> CodeSent:
    """Send a code to your unconfirmed address; the one before no longer counts. One address gets a few a day."""
    _customers_only(caller)
    policy, now = parts.policy, datetime.now(UTC)
    async with parts.database.writing() as session:
        contact = await _unconfirmed(session, caller, body.channel)
        made = await make_code(session, contact, body.channel, policy.contacts, now)
        if made is None:
            raise problem(
                ErrorType.BUSY,
                f"This address has had its {policy.contacts.codes_a_day} codes of the day. Come back tomorrow.",
                f"该联系方式今日的 {policy.contacts.codes_a_day} 次确认码已用完，请明天再试。",
                rule="NTF-3",
                retry_after=24 * 3600,
            )
        code, until = made
        letter = contact_letter(
            texts(policy.zone), contact.locale, contact.zone, Event.CONTACT_CODE, code=code, until=until.isoformat()
        )
        to = str(address_of(contact, body.channel))
        await write_to(session, contact, body.channel, to, event=Event.CONTACT_CODE, letter=letter, now=now)
    return CodeSent(valid_until=until)


@router.post(
    "/confirm",
    summary="Confirm an address · 确认联系方式",
    responses={**OWN, **problems(409)},
    dependencies=[Depends(check_body)],
)
async def confirm_contact(parts: PartsOf, caller: CallerOf, body: ConfirmContact) -> Contacts:
    """Confirm your address by the code that was sent there. What was withheld of late is sent now."""
    _customers_only(caller)
    now = datetime.now(UTC)
    async with parts.database.writing() as session:
        contact = await _unconfirmed(session, caller, body.channel)
        result = await try_code(session, contact, body.channel, body.code, policy=parts.policy.contacts, now=now)
        view = _view(contact)
    if result is not CodeResult.CONFIRMED:
        raise _refused(result, parts.policy.contacts)
    return view


async def _unconfirmed(session: AsyncSession, caller: Caller, channel: MessageChannel) -> ContactRow:
    """The caller's contact, held; a problem when there is nothing to confirm."""
    if channel not in {MessageChannel.EMAIL, MessageChannel.SMS}:
        raise problem(
            ErrorType.INVALID, "channel: name email or sms.", "channel：请填写 email 或 sms。", field="channel", rule="NTF-3"
        )
    contact = await session.get(ContactRow, caller.actor.id, with_for_update=True)
    if contact is None or address_of(contact, channel) is None:
        raise problem(
            ErrorType.NOT_ALLOWED_NOW,
            "We have no such address of yours; give it when you open a case.",
            "没有您的该联系方式，请在提交申请时填写。",
            field="channel",
            rule="NTF-3",
        )
    if is_confirmed(contact, channel):
        raise problem(ErrorType.NOT_ALLOWED_NOW, "It is confirmed already.", "该联系方式已确认。", field="channel", rule="NTF-3")
    return contact


def _refused(result: CodeResult, policy: ContactPolicy) -> ProblemError:
    if result is CodeResult.WRONG:
        return problem(
            ErrorType.INVALID,
            f"code: that is another one. After {policy.code_tries} wrong ones you need a new code.",
            f"code：确认码不正确；输错 {policy.code_tries} 次后需重新获取。",
            field="code",
            rule="NTF-3",
        )
    return problem(
        ErrorType.NOT_ALLOWED_NOW,
        "No code counts for this address any more. Ask for one: POST /v1/me/contacts/code.",
        "该联系方式没有有效的确认码，请重新获取：POST /v1/me/contacts/code。",
        field="code",
        rule="NTF-3",
        allowed=("POST /v1/me/contacts/code",),
    )


def _view(contact: ContactRow | None) -> Contacts:
    if contact is None:
        return Contacts(email=None, email_confirmed=False, phone=None, phone_confirmed=False)
    return Contacts(
        email=contact.email,
        email_confirmed=is_confirmed(contact, MessageChannel.EMAIL),
        phone=contact.phone,
        phone_confirmed=is_confirmed(contact, MessageChannel.SMS),
    )


def _customers_only(caller: Caller) -> None:
    only_for(caller, frozenset({Role.CUSTOMER}))
