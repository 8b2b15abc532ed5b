"""When two e-mail addresses are the same one, what an address is, and how it is named to who need not have it."""

from reviews.rules.name_keys import folded


def email_key(address: str) -> str:
    """What must be unique: the address in NFKC, case folded, without surrounding space."""
    return folded(address)


def is_address(text: str) -> bool:
    """Whether mail could be sent there."""
    # Its tables take a while, and a server that is only starting needs none of them.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        # Whether mail arrives there is not ours to ask: companies have domains that only they can see.
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def half_hidden(address: str) -> str:
    """Enough of an address to know it again, and too little to write to it: "a…@e…"."""
    local, _, domain = address.rpartition("@")
    return "@".join(f"{part[:1]}…" for part in (local, domain))
