"""What the demo's people are called and what they wrote. All of it is invented for the demo."""

from collections.abc import Mapping
from dataclasses import dataclass

from reviews.rules.enums import Attainment, Category

UNITS = ("Platform", "Payments", "Mobile", "Search and discovery", "Data")

#: The people the printed accounts belong to, by their part in the story.
OWNER = "Henrike Sommer"
SECOND_OWNER = "Tobiah Mensah-Clarke"
CHAIR = "Marguerite Delacroix-Hofstätter"
MEMBERS = (
    "Kenji Arakawa",
    "Ines Duarte",
    "Samira Haddad",
    "Lorcan Fitzgerald",
    "Oyelaran Adewale",
)
CANDIDATE = "Hana Kobayashi"
MANAGER = "Amara Nwosu"
PEER = "Bartosz Król"
DECIDED_CANDIDATE = "Ffion Llewellyn-Gruffydd"
LEAVER = "Casper Lindqvist"

_FIRST = (
    "Aroha", "Dmitri", "Fatima", "Kwame", "Linh", "Saoirse", "Rahul", "Zeynep", "Emil", "Chidinma", "Giulia", "Samuel",
    "Tala", "Jun-ho", "Leilani", "Oluwaseun", "Mei-Ling", "Søren", "Priya", "Yusuf", "Mateo", "Nasrin", "Tomasz",
    "Esperanza", "Ravindu", "Björk", "Wanjiru", "Carlos", "Ritu", "Henrik", "Anneliese", "Ibrahim",
    "Katarzyna", "Teuila",
    "Noor", "Pádraig", "Ximena", "Hiroshi", "Ngozi", "Elif", "Anders", "Beatriz",
)  # fmt: skip
_LAST = (
    "Ngata", "Volkov", "Benali", "Mensah", "Nguyễn", "Ní Bhriain", "Deshpande", "Kaya", "Sandoval", "Okeke", "Moretti",
    "Ortega", "Haddad", "Park", "Kahale", "Adebayo", "Tsai", "Kjær", "Raghunathan", "Demir", "Quispe", "Rahimi",
    "Zieliński", "Mamani", "Perera", "Einarsdóttir", "Kamau", "Ibáñez", "Banerjee", "Vos", "Oyelowo", "Castellanos",
    "Featherstonehaugh", "Wolfeschlegelstein", "Papadopoulou", "Abdulrahman", "Szczepańska",
    "Mbeki", "Rasmussen", "Ito",
    "Santos de Albuquerque", "Thistlethwaite",
)  # fmt: skip


def names() -> list[str]:
    """Names for everybody else: each once, in an order that mixes where people come from."""
    return [
        f"{_FIRST[i % len(_FIRST)]} {_LAST[(i * 11 + i // len(_FIRST) * 5 + 7) % len(_LAST)]}"
        for i in range(126)
    ]


@dataclass(frozen=True, slots=True)
class Work:
    title: str
    role: str
    outcome: str


#: By the key of a dimension of the engineering ladder.
WORK: Mapping[str, tuple[Work, ...]] = {
    "craft": (
        Work(
            "Retry guide for service calls",
            "author",
            (
                "Every team had its own idea of when to retry, and twice a retry storm took"
                " the checkout down. I wrote **one guide with a small library behind it**,"
                " tried it on our two noisiest services, and cut failed calls in the March"
                " peak from 410 to 12 a minute.\n\n"
                "Nine services use it now; four of them moved without asking me anything."
            ),
        ),
        Work(
            "Rewrote the invoice rounding",
            "sole engineer",
            (
                "Rounding was spread over seven files and off by a cent in about one invoice in"
                " 900. I moved it behind one money type with property tests. No correction has"
                " been booked since May."
            ),
        ),
        Work(
            "Tests that find races",
            "initiator",
            (
                "Our tests never failed for the bugs that woke us. I added a scheduler that"
                " interleaves the two writers on purpose; it found three lost updates in its"
                " first week, all mended."
            ),
        ),
        Work(
            "Halved the build",
            "lead, with one colleague",
            (
                "The build took 19 minutes and people stopped running it. I measured each step,"
                " cached what never changes, and split the browser tests. Nine minutes now, and"
                " the share of red mains fell from 14 to 4 in a hundred."
            ),
        ),
        Work(
            "Threat model for uploads",
            "author and reviewer",
            (
                "Before we opened uploads to partners I walked through what a hostile file could"
                " do and wrote the eleven refusals down as tests. Two outside testers found"
                " nothing beyond the list."
            ),
        ),
        Work(
            "Readable search ranking",
            "second author",
            (
                "The ranking function was one page of weights nobody dared to touch. We turned it"
                " into named steps with a golden set of 300 queries; three people have changed it"
                " since without a regression."
            ),
        ),
    ),
    "reach": (
        Work(
            "Moved four teams off the shared queue",
            "lead, with Payments, Search and Mobile",
            (
                "We had one queue and four owners. I wrote the plan, ran the weekly cut-over"
                " meeting and re-planned twice when Mobile lost two people. Lost messages went"
                " from 31 a week to none in nine weeks."
            ),
        ),
        Work(
            "Ended the Friday release freeze",
            "proposer and first tester",
            (
                "Three teams had stopped shipping on Fridays in 2023 and nobody remembered why. I"
                " measured it for a month, showed that a roll-back takes six minutes, and wrote"
                " the decision that replaced the rule."
            ),
        ),
        Work(
            "One page for on-call hand-over",
            "author",
            (
                "Hand-overs took half an hour and lost things. The page asks five"
                ' questions; six rotations use it, and the question "did anybody know about'
                ' this?" has left our incident reviews.'
            ),
        ),
        Work(
            "Brought the index rebuild forward",
            "adviser to Search",
            (
                "Search had planned the rebuild for the fourth quarter. I brought them six weeks"
                " of timeout traces from our side and a two-day experiment; they moved it to July"
                " and the timeouts ended."
            ),
        ),
        Work(
            "Shared cut-over calendar",
            "initiator",
            (
                "Four teams changed the same systems on the same evenings. One page"
                " with one owner per evening ended the collisions; there were five in"
                " spring and none since."
            ),
        ),
        Work(
            "Incident review that stayed decided",
            "facilitator",
            (
                "The review of the April outage had been reopened twice. I collected what each"
                " team had measured, put it on one time line and got three decisions written"
                " down. All three are done."
            ),
        ),
    ),
    "direction": (
        Work(
            "Two-year plan for storage",
            "author, with the data leads",
            (
                "We were buying disks by habit. I wrote what we store, for whom and for how long,"
                " and two futures with their costs. The plan set the order of work for three"
                " teams and held through two budget rounds."
            ),
        ),
        Work(
            "Said no to the second event bus",
            "author of the decision",
            (
                "Two teams wanted a bus of their own. I compared what they needed with what"
                " we have, listed what we would give up, and we kept one. Both teams"
                " shipped on it within the quarter."
            ),
        ),
        Work(
            "Cut the scope of the partner portal",
            "technical lead",
            (
                "The portal had 40 features and a date. I asked five partners what they would"
                " miss, kept eleven, and we opened on the day with all eleven used every week."
            ),
        ),
        Work(
            "Picked the number before the work",
            "lead",
            (
                "Before we touched the basket I named the one number it should move, errors per"
                " thousand baskets, and reported it monthly, also in the month it went up. It is"
                " down from 7.1 to 2.3."
            ),
        ),
        Work(
            "Roadmap for leaving the old app",
            "co-author",
            (
                "We wrote which screens go first and what each one unlocks. After nine months we"
                " are two screens ahead of it."
            ),
        ),
    ),
    "people": (
        Work(
            "Coached two engineers into leading",
            "coach",
            (
                "Both wanted to lead and had not. We planned their first project"
                " together, met every week, and I stayed silent in their meetings."
                " Both run work of their own now."
            ),
        ),
        Work(
            "Changed how we interview",
            "organiser",
            (
                "Our interviews asked for tricks. I rewrote the exercise around a change in a"
                " small real codebase and trained nine interviewers. Candidates say it is fair,"
                " and two who were rejected wrote to thank us."
            ),
        ),
        Work(
            "Review notes that teach",
            "reviewer",
            (
                "I started to write the *why* beside each request for a change and to mark what"
                " is taste. Two colleagues said their own reviews changed; the median review"
                " needs one round fewer."
            ),
        ),
        Work(
            "First weeks for new colleagues",
            "author",
            (
                "New people shipped their first change after eleven days. With a list of small"
                " real tasks and a named companion it is four days."
            ),
        ),
        Work(
            "Guild for people who write tests",
            "founder",
            (
                "Six people from four teams, an hour every second week, one thing tried in"
                " between. It runs without me since June."
            ),
        ),
    ),
    "stewardship": (
        Work(
            "Retired the old scheduler",
            "lead",
            (
                "It ran 60 jobs and nobody owned it. I found an owner or an end for each,"
                " switched it off on a Tuesday morning and wrote down what we lost: one report,"
                " which nobody has asked for."
            ),
        ),
        Work(
            "Cost page for our services",
            "author",
            (
                "One page shows what each service costs a month and why. Two teams turned off"
                " what they did not need; the page paid for itself in a week."
            ),
        ),
        Work(
            "Left incidents with one cause fewer",
            "on-call lead",
            (
                "For each incident I removed one cause instead of adding one rule. The same alarm"
                " has not come twice since February."
            ),
        ),
        Work(
            "Pruned our dependencies",
            "initiator",
            (
                "We shipped 214 libraries, 90 of them for one function each. We are at 131, the"
                " scan is quiet, and the image is a third smaller."
            ),
        ),
        Work(
            "Backups that were tried",
            "owner",
            (
                "We had backups and had never restored one. Now a restore runs each Monday and"
                " fails aloud. It found a missing table in its second week."
            ),
        ),
    ),
}

#: What raters write about a dimension, by category: the first is a manager's voice, the others are peers'.
RATIONALES: Mapping[Category, tuple[str, ...]] = {
    Category.EXCEEDS: (
        (
            "{item} is work of the level above: others now build on it without asking. I have"
            " seen it hold through two quarters, and the reasoning behind it is written down"
            " where everybody finds it."
        ),
        "I use what came of {item} every week. It changed how my own team works, and I did not have to be convinced.",
        "{item} set the order of work for people who do not report to the same lead. That is more than the level asks.",
    ),
    Category.MET: (
        (
            "{item} shows it: named beforehand, done, and reported also where it went wrong. I"
            " see the same in work that is not in this packet."
        ),
        "I worked next to this for three months, and {item} is told as it was.",
        "Works this way without being asked: {item} is one of several times I have seen it.",
        "{item} holds up. I would hand over a piece of our own work of this size.",
    ),
    Category.PARTLY: (
        (
            "{item} is a good start. What I have not seen yet is that it holds when it is"
            " somebody else's problem: two of the follow-ups are still open."
        ),
        "I saw the first half of {item}; the second half was done by others.",
        "Reliable inside the own team. Outside it I have seen one decision that lasted.",
    ),
    Category.NOT_SHOWN: (
        (
            "There was a chance in spring and it was not taken. The part in {item} was small, and"
            " the text is generous about it."
        ),
        "{item} was mostly planned and carried by the rest of the group.",
    ),
    Category.NOT_OBSERVED: ("", "I did not work close enough to say.", ""),
    Category.NO_OPPORTUNITY: ("The role gave no chance for this in the period.", "", ""),
}

LETTER_PROMOTE = (
    "The committee saw {level} work in every dimension the rule asks for. **{strong}**"
    " carried the case: what you did there is used"
    " by people who never met you.\n\n"
    "What to look at next is {weak}. Nothing in it stands against the"
    " promotion; it is where the"
    " level after this one begins."
)
LETTER_NOT_YET = (
    "The committee saw {level} work in {strong}, and it was not a close call there. It could"
    " not see it yet in **{weak}**: the"
    " evidence shows the beginning, and nobody could observe the rest.\n\n"
    "Below is what is open and what would close it. Your"
    " manager has the same page and will talk it through with you."
)
LETTER_DEFER = (
    "The committee could not decide on what it had. **{weak}** rests on work that ends after"
    " this cycle, and it would be wrong to"
    " count it before it is done or to hold it against you. The case is looked at again on"
    " the day below; you do not have to"
    " write the packet anew."
)

#: What would close an open expectation, by the key of its dimension.
CLOSES = {
    "craft": "One piece of work that other teams use without asking, with a number that shows it.",
    "reach": "A change that two teams finish together and that still holds a quarter later.",
    "direction": "A plan that names what is left out, and an order of work that followed from it.",
    "people": "Somebody who leads work of their own after you have coached them, in their words.",
    "stewardship": "One system retired, with a page that says what was lost and who was asked.",
}

_REASONS = {
    Category.EXCEEDS: "Item {item} set how others work, and raters outside the team confirm it.",
    Category.MET: "Item {item} shows it, and most raters saw the same in work beyond the packet.",
    Category.PARTLY: "Item {item} is a start in {name}. Most raters saw it inside the own team only.",
    Category.NOT_SHOWN: "Item {item} describes a plan. Raters who were near saw a small part in it.",
    Category.INSUFFICIENT_EVIDENCE: "Nobody could observe {name}, and item {item} alone does not carry it.",
}


def reason(attainment: Attainment, item: int, name: str) -> str:
    """The committee's reason for one dimension."""
    return _REASONS[attainment].format(item=item, name=name)
