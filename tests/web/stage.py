"""The stage of the whole cycle: who is in it, the application it runs on, and how somebody comes on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask import Flask

from tests.web.people import PASSWORD, Somebody
from tests.web.yardsticks import Yardstick

OWNER, OWNERS_ADDRESS = "Odile Marchetti", "odile@mill.example.org"
ROSTER = """\
employee_id,name,email,manager_employee_id,title,level,unit
E01,Dov Castellanos,dov@mill.example.org,,Director,,Mill
E02,Mara Okafor,mara@mill.example.org,E01,Manager,,Mill
E03,Ada Whitfield,ada@mill.example.org,E02,Miller,,Mill
E04,Bo Lindqvist,bo@mill.example.org,E02,Miller,,Mill
E05,Pia Novak,pia@mill.example.org,{manager_of_pia},Miller,,Mill
E06,Quentin Adair,quentin@mill.example.org,E02,Miller,,Mill
E07,Rosa Imhof,rosa@mill.example.org,E01,Carter,,Mill
E08,Carol Yamada,carol@mill.example.org,E01,Head of craft,,Council
E09,Ines Faure,ines@mill.example.org,E08,Master,,Council
E10,Jonas Petri,jonas@mill.example.org,E08,Master,,Council
E11,Kirsten Olander,kirsten@mill.example.org,E08,Master,,Council
"""
#: Whoever is in the roster and never signs in: one has nothing to do, for the other the services act.
NEVER_HERE = ("Dov Castellanos", "Bo Lindqvist")
PEERS = ("Pia Novak", "Quentin Adair", "Rosa Imhof")
MEMBERS = ("Carol Yamada", "Ines Faure", "Jonas Petri", "Kirsten Olander")
CYCLE = "Spring review"


def first_name(name: str) -> str:
    return name.partition(" ")[0].lower()


@dataclass
class Play:
    """The stage: the application, the ladder, and everybody who has come on so far, by first name."""

    app: Flask
    #: Gives somebody of this name and address a window of their own.
    window: Callable[[str, str], Somebody]
    yardstick: Yardstick
    cast: dict[str, Somebody] = field(default_factory=dict)
    #: What the ladder is called on its pages, and the version that the cycle uses.
    ladder: str = ""
    version: int = 0
    #: Paths of the cycle and of the first candidate's packet.
    cycle: str = ""
    packet: str = ""
    #: What the chair names as a gap, in the ladder's words.
    gap: str = ""

    def __getattr__(self, name: str) -> Somebody:
        try:
            return self.cast[name]
        except KeyError:
            raise AttributeError(name) from None

    def everybody(self, names: Iterable[str]) -> list[Somebody]:
        return [self.cast[first_name(name)] for name in names]

    def enter(self, name: str, email: str, link: str) -> Somebody:
        """Somebody opens their sign-in link, chooses a password and is signed in."""
        somebody = self.cast[first_name(name)] = self.window(name, email)
        somebody.open(link).fill(Password=PASSWORD).press("Set password")
        assert somebody.told == ["Your password is set, and you are signed in."]
        assert somebody.path == "/account/links"
        somebody.press("I have read this")
        assert (somebody.status, somebody.path) == (200, "/")
        return somebody
