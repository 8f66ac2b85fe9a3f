"""What a message provider must do by docs/partners/notification.yaml: one message goes to an address of the engineer's own."""

from commands.partner.system import WORDS, Rule, System, expect, needs_token, rule
from models.common.partners import OutgoingMessage
from models.common.vocabulary import MessageChannel


async def message(system: System) -> None:
    expect(bool(system.to), "name a number or address of your own with --to")
    channel = MessageChannel.EMAIL if "@" in system.to else MessageChannel.SMS
    asked = OutgoingMessage(key=system.key(channel), channel=channel, to=system.to, locale="en", subject=WORDS, body=WORDS)
    await system.partners.notification.send(asked)
    await system.partners.notification.send(asked)


RULES: tuple[Rule, ...] = (
    rule("POST /messages", "没有令牌的请求得到 401", "a call without the token is answered 401", needs_token("/messages", "POST")),
    rule("POST /messages", "同一个键再次发送也被接受，只发一条", "the same key is taken again, and you get one message", message),
)  # fmt: skip
