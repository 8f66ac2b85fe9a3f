"""E-mail over a real SMTP connection."""

from collections.abc import AsyncIterator, Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from adapters.connect import Partners
from adapters.partners.protocols import Notification
from models.common.partners import OutgoingMessage
from models.common.vocabulary import ErrorType
from settings import Settings
from tests.support.processes.ports import free_port
from tests.support.refusals import partner_error

MAIL = OutgoingMessage(
    key="m-17",
    channel="email",
    to="li.hua@mail.example",
    locale="zh",
    subject="您的退款已受理",
    body="您好，\n\n退款 ¥129.00 将原路退回。\n.\nRedress",
)


class Server:
    """Keeps what it is given; refuses addresses by their name, as mail servers do."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, server: object, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        refusals = {"nobody": "550 no such mailbox", "full": "452 mailbox full", "later": "451 greylisted, come back"}
        refusal = refusals.get(address.partition("@")[0])
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def only_redress(*said: Any) -> AuthResult:
    data = said[-1]
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"redress", b"secret")
    return AuthResult(success=right, handled=False)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def running(server: Server) -> Iterator[Controller]:
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port, authenticator=only_redress, auth_require_tls=False)
    controller.start()
    yield controller
    controller.stop()


Connect = Callable[..., Notification]


@pytest.fixture
async def email(running: Controller) -> AsyncIterator[Connect]:
    """Makes the client that the settings name."""
    made: list[Partners] = []

    def connect(**change: object) -> Notification:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": running.port, "mail_from": "service@redress.example", **change}
        partners = Partners.connect(Settings.model_validate(settings))
        made.append(partners)
        assert partners.email is not None
        return partners.email

    yield connect
    for partners in made:
        await partners.aclose()


def test_without_smtp_the_notification_provider_sends_email() -> None:
    assert Partners.connect(Settings(smtp_host=None)).email is None


async def test_a_mail_arrives_as_it_was_written(email: Connect, server: Server) -> None:
    await email().send(MAIL)
    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (MAIL.to, "service@redress.example", MAIL.subject)
    assert mail.get_content().replace("\r\n", "\n").strip() == MAIL.body
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "zh"


async def test_the_same_message_twice_has_one_id(email: Connect, server: Server) -> None:
    client = email()
    await client.send(MAIL)
    await client.send(MAIL)
    await client.send(MAIL.model_copy(update={"key": "m-18"}))
    assert [mail["Message-ID"] for mail in server.mails] == [
        "<m-17@redress.example>",
        "<m-17@redress.example>",
        "<m-18@redress.example>",
    ]


async def test_a_subject_cannot_write_headers(email: Connect, server: Server) -> None:
    await email().send(MAIL.model_copy(update={"subject": "Hello\r\nBcc: all@mail.example"}))
    assert server.mails[0]["Subject"] == "Hello Bcc: all@mail.example"
    assert server.mails[0]["Bcc"] is None


@pytest.mark.parametrize("address", ["a@mail.example\r\nBcc: all@mail.example", "", "  ", "no address", "a@b@c", "<>", ","])
async def test_what_is_no_address_gets_no_mail_and_no_second_try(email: Connect, server: Server, address: str) -> None:
    error = await partner_error(email().send(MAIL.model_copy(update={"to": address})))
    assert error.permanent
    assert server.mails == []


async def test_a_mailbox_that_does_not_exist_is_a_final_no(email: Connect) -> None:
    error = await partner_error(email().send(MAIL.model_copy(update={"to": "nobody@mail.example"})))
    assert error.type is ErrorType.PARTNER_REFUSED
    assert "no such mailbox" in str(error)


@pytest.mark.parametrize("name", ["full", "later"])
async def test_a_mailbox_in_trouble_is_tried_again(email: Connect, name: str) -> None:
    error = await partner_error(email().send(MAIL.model_copy(update={"to": f"{name}@mail.example"})))
    assert error.type is ErrorType.PARTNER_UNAVAILABLE


async def test_a_server_that_is_away_is_tried_again(email: Connect) -> None:
    error = await partner_error(email(smtp_port=9).send(MAIL))
    assert error.type is ErrorType.PARTNER_UNAVAILABLE


async def test_name_and_password_are_given_when_set(email: Connect, server: Server) -> None:
    await email(smtp_user="redress", smtp_password="secret").send(MAIL)
    assert len(server.mails) == 1


async def test_a_wrong_password_loses_no_mail(email: Connect) -> None:
    error = await partner_error(email(smtp_user="redress", smtp_password="wrong").send(MAIL))
    assert not error.permanent
    assert "REDRESS_SMTP_PASSWORD" in str(error)


async def test_no_mail_goes_out_in_the_clear_where_tls_was_asked_for(email: Connect, server: Server) -> None:
    error = await partner_error(email(smtp_tls=True).send(MAIL))
    assert not error.permanent
    assert server.mails == []
