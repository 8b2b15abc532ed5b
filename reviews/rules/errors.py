"""Refusals: a broken rule, with a sentence meant for the person who reads the page."""


class RuleBroken(Exception):  # noqa: N818 - a refusal, not a fault
    """A rule does not allow it. `field` names the form field it belongs to, if it belongs to one."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class IllegalMove(RuleBroken):
    """The thing is not in a state from which this is possible."""


class StaleEdit(RuleBroken):
    """Somebody saved first. `saved` has the saved values by field name, so that the page can show both texts."""

    def __init__(self, sentence: str, *, saved: dict[str, str], version: int) -> None:
        super().__init__(sentence)
        self.saved = saved
        self.version = version


class TooBusy(Exception):  # noqa: N818 - a refusal, not a fault
    """Too much of something expensive is going on just now. Nothing was done."""
