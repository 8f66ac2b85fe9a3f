"""Words that a person wrote, as they may go out in the platform's name: no link in them can be followed (NTF-3).

`https://evil.example/pay?id=1` becomes `evil[.]example/…`: the reader still sees what was meant. The case itself shows the words as they were.
"""

import re

LONGEST_SMS = 480
"""Letters of an SMS: seven parts in Chinese, four in English. The inbox has the whole message."""

_DOTS = "[.．｡]"
_SCHEMED = re.compile(r"[a-z][a-z0-9+.\-]{0,20}:[/\\]{2,}([^\s/\\?#]*)([/\\?#][!-~]*)?", re.IGNORECASE)
_OTHER_SCHEMES = re.compile(r"\b(?:mailto|tel|sms|smsto|javascript|data|skype|facetime):", re.IGNORECASE)
_NAME = re.compile(rf"(?<=[^\s.]){_DOTS}(?=[^\W\d_]{{2}})")
"""The dot of a host's name without a scheme: mail programs make links of these too."""
_PATH = re.compile(r"(\[\.\][\w-]+(?::\d+)?)[/\\?#][!-~]+")
_UNSEEN = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters but NUL, which `storable` shows, and signs that hide or turn around what stands beside them."""


def without_links(words: str) -> str:
    """The words with every link made harmless. Done twice it changes nothing more."""
    seen = _UNSEEN.sub(lambda sign: " " if sign[0] in "\r\x0b\x0c\x85" else "", words)
    named = _OTHER_SCHEMES.sub("", _SCHEMED.sub(_host, seen))
    return _PATH.sub(r"\1/…", _NAME.sub("[.]", named))


def _host(link: re.Match[str]) -> str:
    return re.sub(r"(?<!\[)[.．｡。](?!\])", "[.]", link[1]) + ("/…" if link[2] else "")


def for_sms(body: str) -> str:
    """A body that fits into an SMS, cut between two words when it is too long."""
    if len(body) <= LONGEST_SMS:
        return body
    kept = body[: LONGEST_SMS - 2]
    at = max(kept.rfind(sign) for sign in " \n，。；")
    return kept[: at if at > LONGEST_SMS // 2 else len(kept)].rstrip() + " …"
