"""E-mail over SMTP (NTF-1). The same key is the same Message-ID, by which mail programs show a message sent twice once."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib

from models.common.errors import PartnerError
from models.common.partners import OutgoingMessage
from models.common.vocabulary import ErrorType
from settings import Settings

SUBMISSIONS = 465
"""The port on which TLS comes first; on others it begins with STARTTLS (RFC 8314)."""
FIRST_PERMANENT = 500


class SmtpEmail:
    """A `Notification` for e-mail."""

    def __init__(self, settings: Settings, host: str) -> None:
        self._sender = settings.mail_from
        self._timeout = settings.partner_timeout
        password = settings.smtp_password
        self._smtp = {
            "hostname": host,
            "port": settings.smtp_port,
            "username": settings.smtp_user,
            "password": password.get_secret_value() if password else None,
            "use_tls": settings.smtp_tls and settings.smtp_port == SUBMISSIONS,
            "start_tls": settings.smtp_tls and settings.smtp_port != SUBMISSIONS,
        }

    async def send(self, message: OutgoingMessage) -> None:
        mail = self._mail(message)
        try:
            await aiosmtplib.send(mail, timeout=self._timeout, **self._smtp)  # pyright: ignore[reportArgumentType]
        except aiosmtplib.SMTPAuthenticationError as error:
            raise _unavailable("refuses our name or password: see REDRESS_SMTP_USER, REDRESS_SMTP_PASSWORD") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _by_code(error.recipients[0].code, error.recipients[0].message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _by_code(error.code, error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise _unavailable(f"cannot be used ({type(error).__name__})") from error

    def _mail(self, message: OutgoingMessage) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["To"] = Address(addr_spec=message.to)
        except (ValueError, IndexError, MessageError) as error:
            raise PartnerError(ErrorType.PARTNER_REFUSED, "this is no e-mail address") from error
        mail["From"] = self._sender
        mail["Subject"] = " ".join(message.subject.split())
        mail["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9.-]', '-', message.key)}@{self._sender.rpartition('@')[2]}>"
        mail["Date"] = formatdate()
        mail["Auto-Submitted"] = "auto-generated"  # nobody's holiday notice answers it (RFC 3834)
        mail.set_content(message.body)
        mail["Content-Language"] = message.locale  # content headers come after the content, which clears them
        return mail


def _by_code(code: int, said: str) -> PartnerError:
    """4xx: later; 5xx: never (RFC 5321, 4.2.1)."""
    if code >= FIRST_PERMANENT:
        return PartnerError(ErrorType.PARTNER_REFUSED, f"the mail server answers {code}: {said}")
    return _unavailable(f"answers {code}: {said}")


def _unavailable(what: str) -> PartnerError:
    return PartnerError(ErrorType.PARTNER_UNAVAILABLE, f"the mail server {what}")
