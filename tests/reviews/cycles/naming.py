"""Naming an owner as a person does it: search, tick, say why, send."""

from sqlalchemy import select

from reviews.db.models.cycles import CycleOwner
from tests.pages import Page, values_of

FORM = ".//main//form[@method='post']"
#: What an owner is told who cannot release the cycle.
WARNING = ".//*[@class='flash flash--mine']"


def name_owner(client, path, person, *, reason=None):
    """The answer; `reason` is left out where the page asks for none."""
    found = Page(client.submit(path, {"q": person.name, "find": "1"}))
    box = found.all(f".//input[@name='people'][@value='{person.public_id}']")
    assert len(box) == 1, f"{person.name} is not found"
    form = found.one(FORM)
    data = {**values_of(form), "people": [person.public_id]}
    asks = "reason" in {field.get("name") for field in form.iter()}
    assert asks == (reason is not None), "asks for a reason" if asks else "asks for no reason"
    if reason is not None:
        data["reason"] = reason
    return client.post(path, data=data)


def owners_of(session, cycle):
    session.expire_all()
    return set(session.scalars(select(CycleOwner.person_id).where(CycleOwner.cycle_id == cycle.id)))


def warnings(page):
    """What an owner is told first who cannot release the cycle."""
    return [text for text in page.texts(f"{WARNING}//b") if " release " in text]
