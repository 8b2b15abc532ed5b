"""When two e-mail addresses are the same one, what an address is, and how it is named to who need not have it."""

import re

from reviews.rules.name_keys import folded

#: The addresses that nearly everybody has. Whatever else may be one is looked at by the rules of the standards.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9]+(?:[._+'-][a-z0-9]+)*@(?:(?!..--)[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\.)+[a-z]{2,12}",
    re.IGNORECASE,
)


def email_key(address: str) -> str:
    """What must be unique: the address in NFKC, case folded, without surrounding space."""
    return folded(address)


def is_address(text: str) -> bool:
    """Whether mail could be sent there. Whether it arrives is not ours to ask.

    Companies have domains that only they can see: .local, .internal, .test and the like are addresses too.
    """
    if _PLAIN_ADDRESS.fullmatch(text):
        return True
    # Its tables take a while, and a server that is only starting needs none of them.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    # A machine's own name is mostly an address of which the end was forgotten.
    return "." in text.rpartition("@")[2]


def half_hidden(address: str) -> str:
    """Enough of an address to know it again, and too little to write to it: "a…@e…". Nothing of none."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    return "@".join(f"{part[:1]}…" for part in (local, domain))
