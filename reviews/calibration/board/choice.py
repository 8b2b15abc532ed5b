"""What can be asked of the board, as plain values."""

from dataclasses import dataclass

from reviews.rules.name_keys import search_words


@dataclass(frozen=True, slots=True)
class BoardChoice:
    """How the board is asked for. An empty filter lets everything pass."""

    level: str = ""
    manager: str = ""
    flag: str = ""
    stage: str = ""
    text: str = ""
    group: str = "level"
    sort: str = "agenda"
    page: int = 1

    @property
    def filters(self) -> frozenset[str]:
        """Which of the filters are set."""
        values = {
            "level": self.level,
            "manager": self.manager,
            "flag": self.flag,
            "stage": self.stage,
            "text": self.text,
        }
        return frozenset(name for name, value in values.items() if value)

    @property
    def words(self) -> tuple[str, ...]:
        """What the candidate's name must contain."""
        return search_words(self.text)

    @property
    def is_by_agenda(self) -> bool:
        """Whether a level's candidates are asked for as the agenda has them: all of them, in its order."""
        return (self.group, self.sort) == ("level", "agenda") and self.filters <= {"level"}
