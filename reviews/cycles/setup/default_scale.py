"""The wording a new cycle starts with; the owner rewrites it in the company's own words."""

from reviews.rules.enums import Category

DEFAULT_SCALE: dict[str, dict[str, str]] = {
    Category.NOT_SHOWN.value: {
        "word": "not shown",
        "hint": "Had the chance, and the work does not show it.",
    },
    Category.PARTLY.value: {"word": "partly", "hint": "Some of it, or not yet reliably."},
    Category.MET.value: {"word": "met", "hint": "Works this way already, without being asked."},
    Category.EXCEEDS.value: {"word": "exceeds", "hint": "Works as the level above asks."},
    Category.NOT_OBSERVED.value: {"word": "not observed", "hint": "I did not see enough of it."},
    Category.NO_OPPORTUNITY.value: {
        "word": "no opportunity",
        "hint": "The role gave no chance to show it.",
    },
}
