"""What the fields of a data file are for, by their names: which key holds a name, which a text, which examples."""

import re
from collections.abc import Mapping, Sequence

from ladders.importing.outline import Hint
from ladders.yaml_nodes import Node

NAMES = ("title", "name", "label", "heading")
NAMED_BY = (
    "level",
    "role",
    "grade",
    "band",
    "stage",
    "dimension",
    "competency",
    "category",
    "topic",
    "theme",
    "area",
    "skill",
    "pillar",
    "trait",
    "attribute",
    "track",
    "group",
)
IDS = ("id", "key", "slug", "path", "code", "uuid", "short", "shortname", "identifier")
SUMMARIES = re.compile(
    r"(?:summary|description|desc|about|tagline|intro(?:duction)?|definition|overview|purpose"
    r"|mission|headline|subtitle|blurb)",
    re.IGNORECASE,
)
TEXTS = re.compile(
    r"(?:criteria|criterion|expectation|text|statement|behaviou?r|content|value|body|bullet"
    r"|requirement|responsibility|signal|point|item)",
    re.IGNORECASE,
)
LISTS = re.compile(
    r"(?:criteria|expectations?|texts?|statements?|behaviou?rs?|bullets?|items?|points?"
    r"|requirements?|responsibilit(?:y|ies)|content|contents|signals?|list|details|indicators?"
    r"|example_?criteria|descriptions?|what|must|values|evidence|objectives|milestones)",
    re.IGNORECASE,
)
EXAMPLES = re.compile(r"(?:examples?|example_?tasks?|examples?_?of_?.*|e_?g)", re.IGNORECASE)
WARNINGS = re.compile(
    r"(?:anti_?patterns?|red_?flags?|warning_?signs?|negative.*|donts?)", re.IGNORECASE
)
LEVELS = re.compile(
    r"(?:(?:job|career)_?)?(?:levels?|grades?|bands?|stages?|steps?|ranks?|ladder|rungs?|seniorit.*)",
    re.IGNORECASE,
)
DIMENSIONS = re.compile(
    r"(?:dimensions?|topics?|competenc(?:y|ies)|categor(?:y|ies)|themes?|areas?|skills?|pillars?"
    r"|traits?|attributes|capabilit(?:y|ies)|axes|domains?|criteria_?groups?)",
    re.IGNORECASE,
)
WRAPPERS = re.compile(
    r"(?:.*(?:framework|ladder|matrix|competenc|career|tracks?|roles?|groups?|sections?|data|rubric))",
    re.IGNORECASE,
)
#: Keys that speak of the ladder as a whole, by what they say.
METADATA = {
    "licence": "licence",
    "license": "licence",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "version": "version",
    "language": "language",
    "lang": "language",
}
DETAILS = re.compile(r"(?:details?|notes?|explanation|more|long_?description)", re.IGNORECASE)
CUMULATIVE = re.compile(r"(?:is_?)?(?:cumulative|cascad\w*|accumulat\w*|inherit\w*)", re.IGNORECASE)


#: Keys that say whether a statement is asked, or a sign of the opposite.
_KINDS = frozenset({"kind", "type", "polarity", "statement_type", "item_type"})
_ASKED = re.compile(
    r"(?:expectations?|requirements?|required|positive|behaviou?rs?|statements?|criteri(?:on|a))",
    re.IGNORECASE,
)
#: Keys that say where a thing stands among others.
ORDERS = frozenset(
    {"rank", "order", "sort", "sort_order", "position", "index", "sequence", "number", "seniority"}
)
_OF_LEVEL = re.compile(r"(?:job_|career_)?(?:level|grade|band|rank|step|stage)_(?=.)")


def bare(key: str) -> str:
    """A key without the thing that it speaks of: "level_title" of a level is its "title"."""
    words = re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()).strip("_")
    return _OF_LEVEL.sub("", words, count=1)


def kind_of(node: Node) -> Node | None:
    """What a record says that its statement is, where that is one of the two kinds there are."""
    found = (value for key, value in node.value.items() if bare(key) in _KINDS)
    return next((each for each in found if is_kind(str(each.value))), None)


def is_kind(value: str) -> bool:
    return is_warning(value) or _ASKED.fullmatch(value.strip()) is not None


def is_warning(value: str) -> bool:
    return WARNINGS.fullmatch(bare(value)) is not None


def in_order(nodes: Sequence[Node]) -> tuple[Sequence[Node], Sequence[Node]]:
    """Things in the order that they say of themselves, and what says so; as they stand where not each does."""
    places = [
        value
        for node in nodes
        if isinstance(node.value, dict)
        for key, value in node.value.items()
        if bare(key) in ORDERS and type(value.value) is int
    ]
    if len(places) != len(nodes) or len({place.value for place in places}) != len(places):
        return nodes, ()
    by_place = sorted(zip(places, nodes, strict=True), key=lambda each: each[0].value)
    return [node for _, node in by_place], places


def name_of(node: Node, hint: Hint) -> tuple[str, Node | None]:
    values: Mapping[str, Node] = node.value
    lower = {bare(key): key for key in values} | {key.lower(): key for key in values}
    for candidate in (*NAMES, *NAMED_BY, *IDS[:4], "code"):
        key = lower.get(candidate)
        if key and isinstance(values[key].value, (str, int)) and str(values[key].value).strip():
            if candidate in IDS and not hint:
                continue
            return key, values[key]
    return "", None


def level_word(name: Node, key: str, hint: Hint) -> str:
    """A level that is only a number is called by it."""
    text = str(name.value)
    if text.isdigit() and (hint == "level" or LEVELS.fullmatch(key)):
        return f"Level {text}"
    return text


def with_code(name: str, node: Node, hint: Hint) -> str:
    """A level with its code in front, when its id looks like one."""
    for key, value in node.value.items() if hint == "level" else ():
        code = str(value.value)
        if bare(key) in {"id", "code", "key", "slug"} and _CODE.fullmatch(code) and code != name:
            return f"{code}: {name}"
    return name


_CODE = re.compile(r"[A-Za-z]{1,4}[ .-]?[0-9]{1,2}[a-d]?")


def hint_of(key: str, hint: Hint) -> Hint:
    return hint or hint_for(key)


def hint_for(key: str) -> Hint:
    if LEVELS.fullmatch(key):
        return "level"
    if DIMENSIONS.fullmatch(key):
        return "dimension"
    return ""


def key_name(key: str, value: Node) -> str:
    if isinstance(value.value, dict):
        for name in NAMES:
            found = next((each for k, each in value.value.items() if k.lower() == name), None)
            if found and isinstance(found.value, str) and found.value.strip():
                return f"{key}: {found.value}" if _CODE.fullmatch(key) else found.value
    if key.isdigit():
        return f"Level {key}"
    return spoken(key)


def spoken(key: str) -> str:
    """A key as a reader would write it: "problem_solving" is "Problem solving"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]+", " ", key).strip()
    if words.isupper() or re.fullmatch(r"[a-z]{1,2}[0-9]+", words, re.IGNORECASE):
        return words.upper() if words.islower() else words
    if words != key:
        words = words.lower()
    return words[:1].upper() + words[1:]


def titled(text: str) -> str:
    """A name in the form of an id begins with a capital, too."""
    words = " ".join(text.split())
    return spoken(words) if re.fullmatch(r"[a-z]+(?:[_-][a-z]+)*", words) else words


def place(node: Node, key: str) -> Node:
    line, column = node.keys[key]
    return Node(line, column, key, last_line=line)


def late(key: str) -> int:
    """Examples and warnings come after the statements they go with."""
    return 1 if EXAMPLES.fullmatch(key) or WARNINGS.fullmatch(key) else 0


def is_structural(key: str) -> bool:
    return bool(
        key.lower() in NAMES
        or hint_for(key)
        or LISTS.fullmatch(key)
        or EXAMPLES.fullmatch(key)
        or SUMMARIES.fullmatch(key)
        or WARNINGS.fullmatch(key)
    )


def is_texts(node: Node) -> bool:
    return isinstance(node.value, list) and all(
        not isinstance(each.value, (dict, list)) for each in node.value
    )


def statement_of(node: Node) -> tuple[str, Node] | None:
    """The key and text of a mapping that is one statement: a text, and at most examples and ids."""
    if not isinstance(node.value, dict):
        return None
    texts = [
        (key, value)
        for key, value in node.value.items()
        if isinstance(value.value, str)
        and (TEXTS.fullmatch(key) or SUMMARIES.fullmatch(key))
        and not DETAILS.fullmatch(key)
        and value.value.strip()
    ]
    others = [
        key
        for key, value in node.value.items()
        if isinstance(value.value, (dict, list)) and not EXAMPLES.fullmatch(key)
    ]
    named = any(key.lower() in (*NAMES, *NAMED_BY) for key in node.value)
    return texts[0] if len(texts) == 1 and not others and not named else None
