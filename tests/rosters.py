"""People files in tests: as text, as the people of them, and through the pages."""

import io
from datetime import datetime
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from reviews.access.viewer import Viewer
from reviews.roster import service
from reviews.roster.entries import RosterFile, read_people
from reviews.roster.guessing import guess
from reviews.roster.mapping import corrected
from reviews.roster.plan import Identity, RosterPlan
from reviews.roster.table_file import PeopleTable, read_table
from tests.builders import NOW
from tests.clients import StrictClient
from tests.pages import Page, values_of

HEADER = "employee_id,name,email,manager_employee_id,title,level,unit\n"


def table_of(file: str | bytes) -> PeopleTable:
    return read_table(io.BytesIO(file.encode() if isinstance(file, str) else file))


def people_of(file: str | bytes, **told: str) -> RosterFile:
    """The people as the guessed columns give them, with what a person would correct."""
    table = table_of(file)
    mapping = corrected(guess(table).mapping, told)
    assert mapping.faults(table.headings) == {}
    return read_people(table, mapping)


def imported(
    file: str | bytes,
    *,
    actor: Viewer | None = None,
    digest: str | None = None,
    is_whole: bool = True,
    leavers_read: bool = True,
    leaves_out: bool = False,
    answers: dict[str, Identity] | None = None,
    at: datetime = NOW,
) -> RosterPlan:
    return service.apply(
        people_of(file),
        is_whole=is_whole,
        answers=answers or {},
        digest=digest,
        leavers_read=leavers_read,
        leaves_out=leaves_out,
        actor=actor,
        at=at,
    )


def upload(client: StrictClient, file: str | bytes, name: str = "people.csv") -> TestResponse:
    form = values_of(client.page("/people/import").one(UPLOAD))
    data = file if isinstance(file, bytes) else file.encode()
    return send_file(client, "/people/import", data, name, **form)


def send_file(
    client: StrictClient, path: str, data: bytes, name: str = "people.csv", **form: Any
) -> TestResponse:
    """As one body: the client would put a large one into a file, and never close that."""
    sent = {**form, "file": FileStorage(io.BytesIO(data), name)}
    boundary, body = encode_multipart(sent)
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return client.post(path, data=body, content_type=content_type)


UPLOAD = ".//form[@enctype='multipart/form-data']"


def look_over(
    client: StrictClient, file: str | bytes, *, who: str = "whole", **columns: Any
) -> tuple[str, Page]:
    """Upload the file and take the columns as they are guessed, but for those given. The preview, and its address."""
    answer = upload(client, file)
    assert answer.status_code == 302, Page(answer).text(".//main")
    mapped = client.submit(answer.location, {"who": who, **columns}, form=COLUMNS)
    assert mapped.status_code == 302, Page(mapped).text(".//main")
    return mapped.location, client.page(mapped.location)


COLUMNS = ".//main/form"


def press_import(client: StrictClient, address: str, **typed: Any) -> TestResponse:
    return client.submit(address, typed, form=f".//form[@action='{address}/apply']")
