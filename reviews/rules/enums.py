"""Every closed set of words in the product. The values are what the database stores and the policy files say."""

from enum import IntEnum, StrEnum
from typing import Literal, get_args


class Relation(StrEnum):
    """What a person is to a packet, a cycle or the site: who the policy tables grant something to."""

    # To a packet. "Pending" still owes the own rating or ballot.
    CANDIDATE = "candidate"
    MANAGER_PENDING = "manager_pending"
    MANAGER_RATED = "manager_rated"
    #: A peer who was asked and has not declined.
    PEER_PENDING = "peer_pending"
    PEER_RATED = "peer_rated"
    MEMBER_PENDING = "member_pending"
    MEMBER_VOTED = "member_voted"
    #: The conflict question is open, and to have no answer denies what a conflict denies.
    MEMBER_UNANSWERED = "member_unanswered"
    MEMBER_CONFLICTED = "member_conflicted"
    #: An owner has set the conflict: the member may not even know that there is a packet.
    MEMBER_EXCLUDED = "member_excluded"
    CHAIR_PENDING = "chair_pending"
    CHAIR_VOTED = "chair_voted"
    CHAIR_UNANSWERED = "chair_unanswered"
    CHAIR_CONFLICTED = "chair_conflicted"
    OWNER = "owner"
    #: An owner who is close to the packet or has a conflict on record; of a cycle, on some packet of it.
    OWNER_CONFLICTED = "owner_conflicted"

    # To a cycle, beside its owners.
    #: Candidate, manager or peer of some packet.
    PARTICIPANT = "participant"
    MEMBER = "member"
    CHAIR = "chair"

    # To the site.
    SITE_OWNER = "site_owner"
    #: One with a stake in a cycle that runs: candidate, manager or peer of a packet, or with a declared conflict.
    SITE_OWNER_CONFLICTED = "site_owner_conflicted"
    #: Signed in, and nothing of all this.
    EMPLOYEE = "employee"
    #: Not signed in.
    VISITOR = "visitor"


class Kind(StrEnum):
    """How a refusal of an action is answered, and whether the action changes anything."""

    #: 403 where the thing is known, else 404.
    PAGE = "page"
    #: The element of a page is absent; alone it is 404.
    FIELD = "field"
    #: 404, as if it did not exist.
    HIDDEN = "hidden"
    EVERYBODY = "everybody"
    #: 409 where another phase allows it, 403 where the thing is known, else 404.
    CHANGE = "change"
    #: 409 where another phase allows it, else 404.
    PART_CHANGE = "part change"
    HIDDEN_CHANGE = "hidden change"
    EVERYBODYS_CHANGE = "everybody's change"

    @property
    def is_write(self) -> bool:
        return self in {
            Kind.CHANGE,
            Kind.PART_CHANGE,
            Kind.HIDDEN_CHANGE,
            Kind.EVERYBODYS_CHANGE,
        }


class Action(StrEnum):
    """What the policy tables grant. The name is the one of the table, the value its id, which never changes."""

    # A packet.
    KNOW_PACKET = "K01"
    CREATE_PACKET = "K02"
    READ_EVIDENCE_DRAFT = "K03"
    EDIT_EVIDENCE = "K04"
    SUBMIT_PACKET = "K05"
    WITHDRAW_PACKET = "K06"
    READ_EVIDENCE = "K07"
    RETURN_PACKET = "K15"
    SEE_BEFORE_SUBMISSION = "K16"
    OPEN_WITHDRAWAL = "K17"
    SEE_MANAGER_RATING_STATE = "R01"
    SEE_PEERS = "R02"
    PROPOSE_PEERS = "R03"
    APPROVE_PEER = "R04"
    ANSWER_INVITATION = "R05"
    READ_RATING_DRAFT = "R06"
    WRITE_RATING = "R07"
    SUBMIT_RATING = "R08"
    READ_OWN_RATING = "R11"
    READ_MANAGER_RATING = "R12"
    READ_SHAREABLE_RATIONALE = "R13"
    READ_CONFIDENTIAL_RATIONALE = "R14"
    READ_PEER_RATINGS = "R15"
    READ_PEER_RATIONALE = "R16"
    COUNT_RATINGS = "R19"
    SEE_ZONES = "R20"
    WITHDRAW_PROPOSAL = "R24"
    READ_DECLINE_REASON = "R25"
    SEE_PANEL = "V01"
    OPEN_COMMITTEE_PAGE = "V02"
    DECLARE_CONFLICT = "V03"
    SEE_RECUSED = "V04"
    READ_CONFLICT_REASON = "V05"
    CAST_BALLOT = "V07"
    CHANGE_BALLOT = "V08"
    READ_OWN_BALLOT = "V09"
    READ_BALLOTS = "V10"
    READ_TALLY = "V11"
    SEE_WHO_VOTED = "V12"
    SEE_BOARD_ROW = "V17"
    DECIDE_PACKET = "V21"
    REVEAL_BALLOTS = "V25"
    COUNT_AS_VOTER = "V26"
    COUNT_AS_FREE = "V27"
    KNOW_REVEAL = "V28"
    KNOW_DECISION = "D01"
    READ_OUTCOME = "D02"
    READ_FEEDBACK = "D03"
    MARK_OUTCOME_READ = "D06"
    READ_PACKET_AUDIT = "L01"

    # A cycle.
    LIST_CYCLE = "C01"
    READ_CYCLE = "C02"
    SET_UP_CYCLE = "C03"
    ADVANCE_CYCLE = "C06"
    EDIT_PANELS = "C10"
    SET_CONFLICT = "C11"
    OPEN_BOARD = "C12"
    RELEASE_CYCLE = "C15"
    READ_CYCLE_AUDIT = "C16"
    SEE_PROGRESS = "C19"
    ANSWER_CONFLICT_QUESTIONS = "C21"
    READ_RELEASE_AUDIT = "C22"
    EXPORT_CYCLE_AUDIT = "C23"
    NAME_OWNER = "C24"

    # The site.
    IMPORT_PEOPLE = "C04"
    IMPORT_LADDER = "C05"
    SIGN_IN = "G01"
    MANAGE_OWN_ACCOUNT = "G02"
    SEARCH_PEOPLE = "G04"
    MANAGE_ACCOUNTS = "G05"
    SIGN_OUT = "G11"
    READ_SITE_AUDIT = "G12"
    CREATE_CYCLE = "G13"
    READ_HEALTH = "G09"
    READ_WORDS = "G14"
    SEE_ACCOUNT = "G15"
    EDIT_PERSON = "G20"
    EXPORT_SITE_AUDIT = "G16"
    NAME_MISSING_OWNER = "G17"
    READ_MAIL = "G30"
    MANAGE_OWN_FACTORS = "G18"
    SEE_INBOX = "H01"
    READ_LADDER = "H02"
    READ_LADDER_DRAFT = "H03"
    EDIT_LADDER = "H04"


class Verb(StrEnum):
    """What was done: the moves of the workflow, and everything else that leaves a line in the audit log."""

    # People and ladders.
    GRANT_OFFICE = "grant_office"
    IMPORT_PEOPLE = "import_people"
    EDIT_PERSON = "edit_person"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_OWN_ACCOUNT = "manage_own_account"
    IMPORT_LADDER = "import_ladder"
    EDIT_LADDER = "edit_ladder"

    # Of the site or of a cycle.
    EXPORT_LOG = "export_log"

    # A cycle.
    SET_UP_CYCLE = "set_up_cycle"
    EDIT_PANELS = "edit_panels"
    SET_CONFLICT = "set_conflict"
    OPEN_CYCLE = "open_cycle"
    START_RATING = "start_rating"
    START_CALIBRATION = "start_calibration"
    RELEASE_CYCLE = "release_cycle"

    # A packet.
    CREATE_PACKET = "create_packet"
    EDIT_EVIDENCE = "edit_evidence"
    SUBMIT_PACKET = "submit_packet"
    RETURN_PACKET = "return_packet"
    WITHDRAW_PACKET = "withdraw_packet"
    START_VOTING = "start_voting"
    REVEAL_BALLOTS = "reveal_ballots"
    DECIDE_PACKET = "decide_packet"
    DECLARE_CONFLICT = "declare_conflict"
    CAST_BALLOT = "cast_ballot"
    CHANGE_BALLOT = "change_ballot"

    # A rating, from the nomination of its author on.
    PROPOSE_PEERS = "propose_peers"
    WITHDRAW_PROPOSAL = "withdraw_proposal"
    APPROVE_PEER = "approve_peer"
    REJECT_PEER = "reject_peer"
    REMOVE_PEER = "remove_peer"
    INVITE_PEER = "invite_peer"
    DROP_NOMINATION = "drop_nomination"
    ACCEPT_INVITATION = "accept_invitation"
    DECLINE_INVITATION = "decline_invitation"
    BEGIN_RATING = "begin_rating"
    WRITE_RATING = "write_rating"
    SUBMIT_RATING = "submit_rating"
    EXPIRE_RATING = "expire_rating"


class MailKind(StrEnum):
    """What a message is about. What each kind needs is a row of `reviews/mail/kinds.py`."""

    INVITATION = "invitation"
    FORGOTTEN_PASSWORD = "forgotten_password"  # noqa: S105 - the name of a message
    NEW_ADDRESS = "new_address"
    NEW_DEVICE = "new_device"
    ACCOUNT_CLOSED = "account_closed"
    REMINDER = "reminder"


class ReminderDays(StrEnum):
    """On which mornings somebody is reminded of what waits for them."""

    WORKING_DAYS = "working_days"
    MONDAYS = "mondays"


class MailStatus(StrEnum):
    """How far a message of the outbox has come. All but the first are ends."""

    WAITING = "waiting"
    #: The mail server has taken it.
    SENT = "sent"
    #: When it was to be sent, the person might no longer get it, or it was no longer true.
    NOT_SENT = "not_sent"
    #: The mail server refused it for good, or could not be reached for days.
    FAILED = "failed"
    #: The mail server took it, and it came back.
    BOUNCED = "bounced"


class CyclePhase(StrEnum):
    """How far a cycle has come. Released is not among them: the reader computes it from the release instant."""

    SETUP = "setup"
    EVIDENCE = "evidence"
    RATING = "rating"
    CALIBRATION = "calibration"
    ARCHIVED = "archived"


class PacketState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class PacketStage(StrEnum):
    """How far calibration of one packet has come."""

    WAITING = "waiting"
    VOTING = "voting"
    DISCUSSION = "discussion"
    DECIDED = "decided"


class PacketPhase(IntEnum):
    """How far a packet, or a cycle, has come for the policy tables, in the order of a review's life.

    Of a cycle in calibration: voting while nothing is revealed, discussion once something is, decided when every packet
    is.
    """

    SETUP = 0
    EVIDENCE = 1
    RATING = 2
    VOTING = 3
    DISCUSSION = 4
    DECIDED = 5
    RELEASED = 6
    ARCHIVED = 7

    @property
    def word(self) -> str:
        """As the policy files write it."""
        return self.name.lower()


class RaterKind(StrEnum):
    MANAGER = "manager"
    PEER = "peer"


class AssignmentState(StrEnum):
    NOMINATED = "nominated"
    APPROVED = "approved"
    REJECTED = "rejected"
    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOID = "void"


class DeclineCategory(StrEnum):
    TOO_LITTLE_SEEN = "too_little_seen"
    NO_TIME = "no_time"
    TOO_CLOSE = "too_close"
    OTHER = "other"

    @property
    def sentence(self) -> str:
        """What somebody says by choosing it."""
        return {
            DeclineCategory.TOO_LITTLE_SEEN: "I have seen too little of this work",
            DeclineCategory.NO_TIME: "I have no time before the date",
            DeclineCategory.TOO_CLOSE: "I am too close to this person to judge",
            DeclineCategory.OTHER: "Another reason",
        }[self]


class Category(StrEnum):
    """Every answer of the rating scale; the named types below say which of them may be given where.

    What a cycle calls them is `reviews.rules.scale.ScaleWords`.
    """

    NOT_SHOWN = "not_shown"
    PARTLY = "partly"
    MET = "met"
    EXCEEDS = "exceeds"
    NOT_OBSERVED = "not_observed"
    NO_OPPORTUNITY = "no_opportunity"
    CANNOT_JUDGE = "cannot_judge"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
    SHOWN = "shown"


#: Only these are on the scale: they have an order, and the target line between the second and the third.
ScaleCategory = Literal[Category.NOT_SHOWN, Category.PARTLY, Category.MET, Category.EXCEEDS]
#: What one rater says about one dimension. The last two are missing values, never low ones.
RatingCategory = Literal[ScaleCategory, Category.NOT_OBSERVED, Category.NO_OPPORTUNITY]
#: What one rater says about one expectation.
Mark = Literal[Category.SHOWN, Category.PARTLY, Category.NOT_SHOWN, Category.NOT_OBSERVED]
#: What one member of the committee says about one dimension.
BallotChoice = Literal[ScaleCategory, Category.CANNOT_JUDGE]
#: What the committee decided about one dimension.
Attainment = Literal[ScaleCategory, Category.INSUFFICIENT_EVIDENCE]

#: The four categories in order; their place in this tuple is the only number they have.
SCALE: tuple[ScaleCategory, ...] = get_args(ScaleCategory)
MISSING = (Category.NOT_OBSERVED, Category.NO_OPPORTUNITY)
# The answers in the order in which a form offers them.
RATING_CATEGORIES: tuple[RatingCategory, ...] = get_args(RatingCategory)
MARKS: tuple[Mark, ...] = get_args(Mark)
BALLOT_CHOICES: tuple[BallotChoice, ...] = get_args(BallotChoice)
ATTAINMENTS: tuple[Attainment, ...] = (*reversed(SCALE), Category.INSUFFICIENT_EVIDENCE)


class ConflictStanding(StrEnum):
    """What is on record between a panel member and a packet. No record at all is unknown, and unknown denies."""

    NONE = "none"
    DECLARED = "declared"
    SET = "set"


class Outcome(StrEnum):
    PROMOTE = "promote"
    NOT_YET = "not_yet"
    DEFER = "defer"
