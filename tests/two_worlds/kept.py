"""What is kept from whom: for each secret the people who may not learn it, and one at least who may.

What happens, happens while the observers look: they have seen every page before. `instead` happens in the first world,
`hidden` in the second; whatever the observers do next is answered alike in both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from reviews.rules.enums import Category, Outcome
from tests.two_worlds import people
from tests.two_worlds.harness import Event
from tests.two_worlds.people import calibrate, goes_back_to_evidence
from tests.two_worlds.scripts import WORDS


@dataclass(frozen=True)
class Secret:
    name: str
    #: Somebody alone, or several who act in turns.
    kept_from: Sequence[tuple[str, ...]]
    #: The same, tried in hours only.
    also_from: Sequence[tuple[str, ...]] = ()
    hidden: Sequence[Event] = ()
    instead: Sequence[Event] = ()
    #: What everybody may know, in both worlds.
    before: Sequence[Event] = ()
    #: Who sees the difference, and the pages by each of which they do.
    witnesses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Acts that tell whoever means them that it is late, as the policy has it: left out.
    told_by_doing: frozenset[str] = frozenset()


def alone(*names: str) -> list[tuple[str, ...]]:
    return [(name,) for name in names]


#: And some minutes.
NINE_DAYS = timedelta(days=9, minutes=7)


def rating_goes_on() -> list[Event]:
    """Everything that can happen while ratings are collected."""
    return [
        partial(people.rates, "Manager"),
        partial(people.rates, "Peer"),
        partial(people.declines, "Second peer"),
        partial(people.drafts, "Third peer"),
        people.the_manager_adds_a_peer,
    ]


def a_committee_works() -> list[Event]:
    return [
        *rating_goes_on(),
        partial(people.declares_a_conflict, "Stranger"),
        partial(people.is_tied, "Second member"),
        people.votes,
    ]


def in_this_order(*voters: str) -> list[Event]:
    """Others rate and vote, one after the other."""
    raters = [partial(people.rates, name) for name in ("Peer", "Second peer", "Third peer")]
    if voters[0] != "Chair":
        raters.reverse()
    return [*raters, partial(people.votes, voters)]


#: Enough of the other packet's ratings that a committee can read it.
OTHER_IS_RATED: list[Event] = [
    partial(people.rates, name, candidate="Other candidate")
    for name in ("Other manager", "Peer", "Second peer", "Third peer")
]

SECRETS = (
    Secret(
        "that ratings come in",
        [],
        [*alone("Candidate", "Stranger"), ("Candidate", "Stranger")],
        hidden=rating_goes_on(),
        witnesses={"Owner": ("ratings.show", "cycles.progress.show")},
    ),
    Secret(
        "that a committee is at work",
        [],
        alone("Candidate", "Other candidate"),
        before=[calibrate],
        hidden=a_committee_works(),
        witnesses={
            "Owner": ("ratings.show", "calibration.board.show", "audit.cycle"),
            "Chair": ("calibration.committee.show",),
        },
    ),
    Secret(
        "that a decision is made",
        alone("Candidate"),
        [*alone("Manager"), ("Candidate", "Manager")],
        before=[calibrate, partial(people.rates, "Manager")],
        hidden=[
            people.votes,
            partial(people.is_read, "Owner"),
            people.decides,
            partial(people.plans_a_release, 1),
        ],
        witnesses={"Chair": ("calibration.outcome.show",), "Owner": ("audit.reads",)},
        told_by_doing=frozenset({"packets.withdraw_now"}),
    ),
    Secret(
        "what is decided, until it is released",
        alone("Manager"),
        [*alone("Candidate", "Peer", "Conflicted member"), ("Candidate", "Conflicted member")],
        before=[calibrate, *a_committee_works()],
        instead=[
            partial(people.decides, Outcome.PROMOTE, "Well done."),
            partial(people.plans_a_release, 1),
        ],
        hidden=[
            partial(people.decides, Outcome.DEFER, "Not now."),
            partial(people.plans_a_release, 1),
        ],
        witnesses={"Chair": ("calibration.outcome.show",)},
        told_by_doing=frozenset({"packets.withdraw_now"}),
    ),
    Secret(
        "what led to a decision that is released",
        alone("Candidate"),
        instead=[
            partial(people.rates, "Manager"),
            partial(people.rates, "Peer"),
            calibrate,
            partial(people.votes, choice=Category.MET),
            people.decides,
            partial(people.plans_a_release, -1),
        ],
        hidden=[
            partial(
                people.earlier,
                NINE_DAYS,
                partial(people.rates, "Manager"),
                partial(people.rates, "Peer", category=Category.EXCEEDS),
                partial(people.rates, "Second peer"),
                partial(people.drafts, "Third peer"),
            ),
            calibrate,
            partial(people.votes, ("Member",), Category.NOT_SHOWN),
            partial(people.votes, ("Chair",), Category.EXCEEDS),
            people.decides,
            partial(people.plans_a_release, -1),
            partial(people.reads_the_outcome, "Manager"),
        ],
        witnesses={"Owner": ("ratings.show", "calibration.committee.show")},
    ),
    Secret(
        "that others have rated, from whoever owes a rating",
        [],
        [("Manager", "Peer"), ("Candidate", "Manager")],
        instead=[partial(people.drafts, "Second peer")],
        hidden=[
            partial(people.rates, "Second peer"),
            partial(people.rates, "Third peer", category=Category.EXCEEDS),
        ],
        witnesses={"Owner": ("ratings.show",)},
    ),
    Secret(
        "the manager's rating",
        [],
        [*alone("Peer"), ("Peer", "Second peer")],
        hidden=[partial(people.rates, "Manager")],
        witnesses={"Owner": ("ratings.show",)},
    ),
    Secret(
        "a packet that somebody is set aside from",
        alone("Set-aside member"),
        before=[*OTHER_IS_RATED, calibrate],
        hidden=[people.a_packet_appears],
        witnesses={
            "Member": (
                "calibration.board.show",
                "calibration.committee.conflicts",
                "packets.show",
            )
        },
    ),
    Secret(
        "a packet of somebody with a name that is known",
        [],
        alone("Set-aside member"),
        before=[*OTHER_IS_RATED, calibrate],
        hidden=[partial(people.a_packet_appears, "Other candidate")],
        witnesses={"Chair": ("calibration.board.show", "calibration.committee.conflicts")},
    ),
    Secret(
        "all but a name, from a member with a conflict",
        alone("Conflicted member"),
        before=[*OTHER_IS_RATED, calibrate],
        # Who sits on the panel is known from the other packet.
        hidden=[
            *rating_goes_on(),
            partial(people.recuses, "Second member"),
            people.votes,
            people.decides,
        ],
        witnesses={
            "Member": (
                "calibration.board.show",
                "calibration.committee.show",
                "ratings.show",
            )
        },
    ),
    Secret(
        "all of it, from somebody without a part",
        [],
        alone("Stranger"),
        before=[calibrate],
        hidden=[*rating_goes_on(), people.votes, people.decides, people.a_packet_appears],
        witnesses={"Owner": ("calibration.board.show",)},
    ),
    Secret(
        "what a sealed ballot says",
        [],
        [
            *alone("Owner", "Chair", "Manager"),
            ("Member", "Conflicted member"),
            ("Owner", "Manager"),
        ],
        before=[*rating_goes_on(), calibrate, partial(people.votes, ("Chair", "Member"))],
        instead=[partial(people.votes, ("Second member",), Category.MET)],
        hidden=[partial(people.votes, ("Second member",), Category.NOT_SHOWN)],
        witnesses={"Second member": ("calibration.committee.show",)},
        # From here on it is read.
        told_by_doing=frozenset({"calibration.committee.reveal"}),
    ),
    Secret(
        "who has voted",
        [],
        [*alone("Member", "Manager"), ("Candidate", "Member")],
        before=[*rating_goes_on(), calibrate],
        instead=[partial(people.votes, ("Second member",))],
        hidden=[partial(people.votes, ("Chair",))],
        witnesses={"Owner": ("calibration.committee.show",)},
    ),
    Secret(
        "what a draft of a rating says",
        [],
        [*alone("Owner", "Peer"), ("Owner", "Candidate")],
        instead=[partial(people.drafts, "Second peer", "Short.")],
        hidden=[partial(people.drafts, "Second peer", "Much longer, and in other words: ŵ.")],
        witnesses={"Second peer": ("ratings.rate",)},
    ),
    Secret(
        "why somebody has a conflict",
        [],
        [*alone("Chair", "Member"), ("Chair", "Candidate")],
        before=[*rating_goes_on(), calibrate],
        hidden=[partial(people.gives_a_reason, "They share a house.")],
        witnesses={"Owner": ("cycles.panels.set_conflict",)},
    ),
    Secret(
        "what the candidate drafts",
        [],
        [*alone("Manager", "Owner", "Peer"), ("Manager", "Owner")],
        before=[goes_back_to_evidence],
        instead=[partial(people.drafts_evidence, "One", "Done.")],
        hidden=[
            partial(people.drafts_evidence, "Two of it", "All of it done, and more."),
            partial(people.drafts_evidence, "Three", "0" * 5_000),
            partial(people.notes_no_opportunity, "None came."),
        ],
        witnesses={"Candidate": ("packets.show",)},
    ),
    Secret(
        "who is nominated, until they are asked, and why a packet came back",
        [],
        [*alone("Added peer", "Peer"), ("Added peer", "Stranger")],
        before=[goes_back_to_evidence],
        hidden=[
            partial(people.nominates, "Added peer"),
            partial(people.comes_back, "Say more of the second half."),
        ],
        witnesses={"Manager": ("packets.peers",)},
    ),
    Secret(
        "the accounts of others",
        alone("Chair"),
        [*alone("Candidate", "Other manager"), ("Candidate", "Chair")],
        hidden=[
            partial(people.account_changes, "Other candidate"),
            partial(people.account_changes, "Owner"),
        ],
        witnesses={"Owner": ("people.roster", "people.person", "audit.site", "mail.index")},
    ),
    Secret(
        "that somebody is reminded, and whether anything waits for them",
        alone("Owner"),
        alone("Candidate"),
        hidden=[partial(people.is_reminded, people.REMINDED)],
        witnesses={people.REMINDED: ("signing_in.account.show",)},
    ),
    Secret(
        "what is set up for later",
        [],
        alone("Stranger", "Member", "Candidate"),
        before=[calibrate],
        hidden=[people.a_cycle_is_set_up],
        witnesses={"Owner": ("cycles.index", "ladder_library.index")},
    ),
    Secret(
        "how far another panel is",
        alone("Other chair"),
        [],
        before=[*rating_goes_on(), calibrate, people.another_panel_sits, people.votes],
        hidden=[people.reveals],
        witnesses={"Owner": ("calibration.committee.show", "cycles.progress.show")},
    ),
    Secret(
        "how far the panel of one's own packet is, from an owner",
        alone("Owner with a packet"),
        [],
        before=[*rating_goes_on(), calibrate, people.another_panel_sits],
        hidden=[partial(people.reveals, "Owner with a packet")],
        witnesses={"Owner": ("cycles.progress.show",)},
    ),
    Secret(
        "a line of reporting of another owner",
        alone("Owner with a packet"),
        before=[
            *rating_goes_on(),
            calibrate,
            people.another_panel_sits,
            partial(people.owns_the_cycle, "Other chair"),
        ],
        hidden=[partial(people.is_tied, "Other chair")],
        witnesses={"Other chair": ("cycles.show",)},
    ),
    Secret(
        "who has declined, from whoever owes a rating",
        alone("Manager"),
        [*alone("Peer"), ("Candidate", "Manager")],
        hidden=[partial(people.declines, "Second peer")],
        witnesses={"Owner": ("packets.peers", "cycles.progress.show")},
    ),
    Secret(
        "who sits on the panel",
        alone("Candidate"),
        [("Candidate", "Manager"), *alone("Manager", "Peer")],
        before=[goes_back_to_evidence],
        instead=[partial(people.sits_on_the_panel, "Stranger")],
        hidden=[partial(people.sits_on_the_panel, "Added peer")],
        witnesses={"Owner": ("cycles.panels.index",)},
    ),
    Secret(
        "who sits on the panel, from somebody without a part",
        [],
        alone("Stranger"),
        before=[goes_back_to_evidence],
        instead=[partial(people.sits_on_the_panel, "Other chair")],
        hidden=[partial(people.sits_on_the_panel, "Added peer")],
        witnesses={"Owner": ("cycles.panels.index",)},
    ),
    Secret(
        "who sits on the panel, while peers are asked",
        [],
        alone("Manager"),
        instead=[partial(people.sits_on_the_panel, "Stranger")],
        hidden=[partial(people.sits_on_the_panel, "Added peer")],
        witnesses={"Owner": ("cycles.panels.index",)},
    ),
    Secret(
        "what a cycle is called that one may not know",
        alone("Stranger"),
        before=[partial(people.runs_the_site, "Stranger")],
        # Scripts give a cycle this name.
        hidden=[partial(people.a_cycle_has_the_name, WORDS)],
        witnesses={"Owner": ("cycles.index",)},
    ),
    Secret(
        "who read whose packet",
        [],
        [
            *alone("Candidate", "Manager", "Chair", "Conflicted member"),
            ("Candidate", "Manager"),
        ],
        # Though the cycle is the candidate's.
        before=[
            *rating_goes_on(),
            calibrate,
            partial(people.owns_the_cycle, "Candidate"),
        ],
        hidden=[partial(people.is_read, "Owner"), partial(people.is_read, "Member")],
        witnesses={"Owner": ("audit.cycle", "audit.reads")},
    ),
    Secret(
        "when others did what they did",
        [],
        alone("Conflicted member", "Candidate", "Peer", "Stranger"),
        before=[calibrate],
        instead=a_committee_works(),
        hidden=[partial(people.earlier, NINE_DAYS, *a_committee_works())],
        witnesses={"Owner": ("audit.cycle",)},
    ),
    Secret(
        "in which order others rated and voted",
        alone("Chair"),
        alone("Member", "Candidate", "Manager"),
        before=[calibrate],
        instead=in_this_order("Chair", "Second member"),
        hidden=in_this_order("Second member", "Chair"),
        witnesses={"Owner": ("audit.cycle",)},
    ),
)
