"""What is wrong with a person's name, address or number as it was typed, whether in a file, on a page or by command."""

from reviews.rules.name_keys import folded
from reviews.rules.names import can_be_seen, in_its_place, refused_in_name, wrong_with_name

LONGEST = {"employee_id": 80, "manager_employee_id": 80, "email": 254}
LONGEST_OTHER = 200


def id_key(employee_id: str) -> str:
    """What must be unique among employee IDs. The same rule as for addresses: form and case do not count."""
    return folded(employee_id)


def what_is_wrong_as_typed(column: str, value: str) -> str:
    """A sentence that goes on from the name of the column, or nothing: whether somebody could be taken for another."""
    if value.isascii() and value.isprintable():
        # Most of a file is of such letters, which the rules for the others are about.
        return "" if not value or value.strip() else "has nothing in it that can be seen."
    if column in {"name", "email"}:
        return wrong_with_name(value)
    if any(map(refused_in_name, value)):
        return "contains an invisible or control character."
    if value and not can_be_seen(value):
        return "has nothing in it that can be seen."
    return "" if in_its_place(value) == value else "contains an invisible or control character."
