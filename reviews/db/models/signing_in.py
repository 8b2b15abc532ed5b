"""What somebody proves with, beside a password, that it is them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ladders.orm import Base
from reviews.db.models.people import Person


class AuthenticatorApp(Base):
    """The app of a person that shows a new code every half minute. One for each person."""

    __tablename__ = "authenticator_app"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: What the codes are made from, encrypted: whoever reads the database can make none.
    secret: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime]
    #: The half minute of the newest code that was taken: it, and any before it, is taken no more.
    last_step: Mapped[int]


class RecoveryCode(Base):
    """A code for whoever has lost the app or the passkey. Each is good once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """The public half of a key that a device keeps for a person."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: What the device calls the key: base64url of SHA-256, because devices choose names of up to 1023 bytes.
    handle: Mapped[str] = mapped_column(String(43), unique=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str] = mapped_column(String(80))
    #: How often the device says that it has used the key; 0 for one that does not count.
    use_count: Mapped[int] = mapped_column(BigInteger)
    #: When the question was asked that was answered last: an answer to it, or to an older one, is taken no more.
    last_asked_at: Mapped[datetime]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CompanyAccount(Base):
    """The account at the company's provider with which a person signs in. The provider's word for it is what counts.

    An address is looked at only once, before there is this row: whoever gets the address later is somebody else.
    """

    __tablename__ = "company_account"
    __table_args__ = (UniqueConstraint("provider", "subject"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    #: The issuer, and our name there: with another one of either, the words for people may be others.
    provider: Mapped[str] = mapped_column(String(511))
    #: The provider's word for the account, which it never gives to another one.
    subject: Mapped[str] = mapped_column(String(255))
    added_at: Mapped[datetime]
    #: When the way to the provider began that ended here last: nobody comes back twice from one, or from an older one.
    last_asked_at: Mapped[datetime]


class KeptText(Base):
    """What somebody had typed when they went to the provider to sign in. They get it back, and the row goes."""

    __tablename__ = "kept_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of what the browser brings back.
    handle_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Encrypted.
    text: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(index=True)


class FactorReset(Base):
    """Somebody else took off by what a person signs in; the person is told until they say that they have read it."""

    __tablename__ = "factor_reset"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    #: Who did it; None for whoever runs the server.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    #: It was the company's account, and no second factor.
    is_of_company: Mapped[bool] = mapped_column(default=False)
    acknowledged_at: Mapped[datetime | None]

    by: Mapped["Person | None"] = relationship(foreign_keys=[by_id], lazy="raise_on_sql")


class PasswordRequest(Base):
    """Somebody has typed an address on the page for a forgotten password. Answered, and deleted, by the worker.

    The row is written for every address alike; whose it is is looked up where nobody waits for the answer.
    """

    __tablename__ = "password_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: The address, encrypted: whoever reads the database learns of nobody who is a stranger to it.
    address: Mapped[str] = mapped_column(Text)
