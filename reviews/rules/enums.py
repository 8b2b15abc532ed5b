"""Every closed set of words in the product. The values are what the database stores and the policy files say."""

from enum import StrEnum


class Relation(StrEnum):
    """What a person is to a packet or a cycle: the columns of the policy tables (`docs/permissions.md` explains each)."""

    EMPLOYEE = "em"
    CANDIDATE = "ca"
    MANAGER_OWES = "m-"
    MANAGER_IN = "m+"
    PEER_OWES = "p-"
    PEER_IN = "p+"
    MEMBER_OWES = "k-"
    MEMBER_CAST = "k+"
    MEMBER_CONFLICTED = "kx"
    MEMBER_SET_ASIDE = "kh"
    CHAIR = "ch"
    CHAIR_CONFLICTED = "hx"
    OWNER = "ow"
    OWNER_CONFLICTED = "ox"
    PARTICIPANT = "pt"
    MEMBER = "k"


class Kind(StrEnum):
    """How a row is denied; `reviews.policy` turns it into an answer."""

    PAGE = "R"
    FIELD = "f"
    SUB_OBJECT = "S"
    WRITE = "w"
    SUB_WRITE = "v"
    ROLE_PAGE = "g"
    EVERYBODY = "-"


class Action(StrEnum):
    """What can be done. The value is the row of the policy tables; the name is used in code and in the audit log."""

    KNOW_PACKET = "K01"
    CREATE_PACKET = "K02"
    READ_EVIDENCE_DRAFT = "K03"
    EDIT_EVIDENCE = "K04"
    SUBMIT_PACKET = "K05"
    WITHDRAW_PACKET = "K06"
    READ_EVIDENCE = "K07"
    READ_EARLIER_REVISIONS = "K08"
    DOWNLOAD_ATTACHMENT = "K09"
    UPLOAD_ATTACHMENT = "K10"
    READ_SELF_RATING = "K11"
    REOPEN_PACKET = "K12"
    EXTEND_PACKET_DEADLINE = "K13"
    CHANGE_MANAGER = "K14"
    RETURN_PACKET = "K15"
    SEE_MANAGER_RATING_STATE = "R01"
    SEE_PEERS = "R02"
    PROPOSE_PEERS = "R03"
    APPROVE_PEER = "R04"
    ANSWER_INVITATION = "R05"
    READ_RATING_DRAFT = "R06"
    WRITE_RATING = "R07"
    SUBMIT_RATING = "R08"
    RECALL_RATING = "R09"
    AMEND_RATING = "R10"
    READ_OWN_RATING = "R11"
    READ_MANAGER_RATING = "R12"
    READ_SHAREABLE_RATIONALE = "R13"
    READ_CONFIDENTIAL_RATIONALE = "R14"
    READ_PEER_RATINGS = "R15"
    READ_PEER_RATIONALE = "R16"
    READ_PEER_SUMMARY = "R17"
    READ_OTHERS_RATING_DRAFT = "R18"
    COUNT_RATINGS = "R19"
    SEE_RATING_SPREAD = "R20"
    EDIT_OTHERS_RATING = "R21"
    STATE_STANCE = "R22"
    READ_STANCE = "R23"
    SEE_PANEL = "V01"
    OPEN_COMMITTEE_PAGE = "V02"
    DECLARE_CONFLICT = "V03"
    SEE_RECUSED = "V04"
    READ_CONFLICT_REASON = "V05"
    LIFT_CONFLICT = "V06"
    CAST_BALLOT = "V07"
    CHANGE_BALLOT = "V08"
    READ_OWN_BALLOT = "V09"
    READ_BALLOTS = "V10"
    READ_TALLY = "V11"
    SEE_WHO_VOTED = "V12"
    READ_DISCUSSION = "V13"
    POST_IN_DISCUSSION = "V14"
    EDIT_POST = "V15"
    REDACT_POST = "V16"
    SEE_BOARD_ROW = "V17"
    COUNT_IN_DISTRIBUTION = "V18"
    COUNT_IN_BALLOT_DISTRIBUTION = "V19"
    DRAFT_DECISION = "V20"
    DECIDE_PACKET = "V21"
    AMEND_DECISION = "V22"
    SET_RELEASE_DATE = "V23"
    RELEASE_PACKET = "V24"
    REVEAL_BALLOTS = "V25"
    KNOW_DECISION = "D01"
    READ_OUTCOME = "D02"
    READ_FEEDBACK = "D03"
    ACKNOWLEDGE_OUTCOME = "D04"
    FILE_APPEAL = "D05"
    FIND_PACKET = "S01"
    COMPLETE_PEOPLE = "S02"
    EXPORT_BOARD_ROW = "S03"
    EXPORT_RATINGS_ROW = "S04"
    EXPORT_OWN_DATA_ROW = "S05"
    READ_PACKET_API = "S06"
    PRINT_PACKET = "S07"
    RECEIVE_MAIL = "S08"
    READ_PACKET_AUDIT = "L01"
    ERASE_PACKET = "L02"
    HOLD_PACKET = "L03"

    LIST_CYCLE = "C01"
    READ_CYCLE = "C02"
    SET_UP_CYCLE = "C03"
    IMPORT_PEOPLE = "C04"
    IMPORT_LADDER = "C05"
    ADVANCE_CYCLE = "C06"
    RUN_MEETING = "C07"
    MOVE_CYCLE_BACK = "C08"
    MOVE_DEADLINE = "C09"
    EDIT_PANELS = "C10"
    SET_CONFLICT = "C11"
    OPEN_BOARD = "C12"
    SEE_DISTRIBUTIONS = "C13"
    EXPORT_BOARD = "C14"
    RELEASE_CYCLE = "C15"
    READ_CYCLE_AUDIT = "C16"
    VERIFY_AUDIT = "C17"
    PURGE_CYCLE = "C18"
    SEE_PROGRESS = "C19"
    SEND_REMINDER = "C20"
    SIGN_IN = "G01"
    MANAGE_OWN_ACCOUNT = "G02"
    EXPORT_OWN_DATA = "G03"
    SEARCH_PEOPLE = "G04"
    MANAGE_ACCOUNTS = "G05"
    GRANT_OFFICE = "G06"
    VIEW_AS = "G07"
    BUNDLE_PERSONAL_DATA = "G08"
    READ_HEALTH = "G09"
    READ_METRICS = "G10"
    SEE_INBOX = "H01"
    READ_LADDER = "H02"
    READ_LADDER_DRAFT = "H03"
    EDIT_LADDER = "H04"


class CyclePhase(StrEnum):
    """Where a cycle stands. Released is not among them: the reader computes it from the release instant."""

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


class PacketPhase:
    """The number the policy tables use for where a packet, or a cycle, stands."""

    SETUP = 0
    EVIDENCE = 1
    RATING = 2
    VOTING = 3
    DISCUSSION = 4
    DECIDED = 5
    RELEASED = 6
    ARCHIVED = 7


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


class Category(StrEnum):
    """A rating against what the target level expects. The last two are missing values, never low ones."""

    NOT_SHOWN = "not_shown"
    PARTLY = "partly"
    MET = "met"
    EXCEEDS = "exceeds"
    NOT_OBSERVED = "not_observed"
    NO_OPPORTUNITY = "no_opportunity"


#: The four categories in order; their place in this tuple is the only number they have.
SCALE = (Category.NOT_SHOWN, Category.PARTLY, Category.MET, Category.EXCEEDS)
MISSING = (Category.NOT_OBSERVED, Category.NO_OPPORTUNITY)


class Mark(StrEnum):
    """What one rater says about one expectation."""

    SHOWN = "shown"
    PARTLY = "partly"
    NOT_SHOWN = "not_shown"
    NOT_OBSERVED = "not_observed"


class BallotChoice(StrEnum):
    NOT_SHOWN = "not_shown"
    PARTLY = "partly"
    MET = "met"
    EXCEEDS = "exceeds"
    CANNOT_JUDGE = "cannot_judge"


class ConflictStanding(StrEnum):
    """What is on record between a panel member and a packet. No record at all is unknown, and unknown denies."""

    NONE = "none"
    DECLARED = "declared"
    SET = "set"


class Outcome(StrEnum):
    PROMOTE = "promote"
    NOT_YET = "not_yet"
    DEFER = "defer"


class Attainment(StrEnum):
    """What the committee decided about one dimension."""

    EXCEEDS = "exceeds"
    MET = "met"
    PARTLY = "partly"
    NOT_SHOWN = "not_shown"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence"
