"""What is counted so that whoever tries too often waits: for all processes together, and over a restart.

Who and what is kept as a keyed hash: no address of a person, a mailbox or a network can be read here.
"""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ladders.orm import Base


class FailedSignIn(Base):
    """One attempt that did not let anybody in. Whatever is older than a day is deleted with the next one."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        Index("ix_failed_sign_in_account", "account", "at"),
        Index("ix_failed_sign_in_source", "source", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    #: The address that was typed, whether an account has it or not.
    account: Mapped[str] = mapped_column(String(64))
    #: A browser that the account knows, or else a network.
    source: Mapped[str] = mapped_column(String(64))
    #: The browser's own, until it signs in: what it got wrong is forgiven when it then gets it right.
    browser: Mapped[str] = mapped_column(String(64))


class HitCount(Base):
    """How often somebody has done something in a stretch of time. Deleted with the first of a later one."""

    __tablename__ = "hit_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    count: Mapped[int]
