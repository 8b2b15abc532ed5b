"""When two e-mail addresses are the same one."""

import unicodedata


def email_key(address: str) -> str:
    """What must be unique: the address in NFKC, case folded, without surrounding space."""
    return unicodedata.normalize("NFKC", address.strip()).casefold()
