"""What the fields of a data file are for: which one holds a name, which a text, which examples.

Their names tell, unless a person says otherwise. A field is known by its name alone, wherever it stands.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ladders.importing.outline import Hint
from ladders.names import is_like_a_level, read_level_name
from ladders.yaml_nodes import Node

#: `heading`: the name of the field is itself that of a level or a dimension; `holder`: only holds others.
FieldUse = Literal[
    "name",
    "code",
    "rank",
    "level",
    "dimension",
    "heading",
    "holder",
    "expectations",
    "examples",
    "warnings",
    "summary",
    "details",
    "cascade",
    "organisation",
    "licence",
    "version",
    "language",
    "attribute",
    "ignore",
]

_NAMES = ("title", "name", "label", "heading")
_NAMED_BY = (
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
_IDS = ("id", "key", "slug", "path", "code", "uuid", "short", "shortname", "identifier")
_SUMMARIES = re.compile(
    r"(?:summary|description|desc|about|tagline|intro(?:duction)?|definition|overview|purpose"
    r"|mission|headline|subtitle|blurb)",
    re.IGNORECASE,
)
#: Those that praise or sum up a level and ask for nothing.
_TAGLINES = re.compile(
    r"summary|tagline|intro(?:duction)?|overview|purpose|mission|headline|subtitle|blurb",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    r"(?:criteria|criterion|expectation|text|statement|behaviou?r|content|value|body|bullet"
    r"|requirement|responsibility|signal|point|item)",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"(?:criteria|expectations?|texts?|statements?|behaviou?rs?|bullets?|items?|points?"
    r"|requirements?|responsibilit(?:y|ies)|content|contents|signals?|list|details|indicators?"
    r"|example_?criteria|descriptions?|what|must|values|evidence|objectives|milestones)",
    re.IGNORECASE,
)
_EXAMPLES = re.compile(r"(?:examples?|example_?tasks?|examples?_?of_?.*|e_?g)", re.IGNORECASE)
_WARNINGS = re.compile(
    r"(?:anti_?patterns?|red_?flags?|warning_?signs?|negative.*|donts?)", re.IGNORECASE
)
_LEVELS = re.compile(
    r"(?:(?:job|career)_?)?(?:levels?|grades?|bands?|stages?|steps?|ranks?|ladder|rungs?|seniorit.*)",
    re.IGNORECASE,
)
_DIMENSIONS = re.compile(
    r"(?:dimensions?|topics?|competenc(?:y|ies)|categor(?:y|ies)|themes?|areas?|skills?|pillars?"
    r"|traits?|attributes|capabilit(?:y|ies)|axes|domains?|criteria_?groups?)",
    re.IGNORECASE,
)
_WRAPPERS = re.compile(
    r"(?:.*(?:framework|ladder|matrix|competenc|career|tracks?|roles?|groups?|sections?|data|rubric))",
    re.IGNORECASE,
)
#: Keys that speak of the ladder as a whole, by what they say.
_METADATA: Mapping[str, FieldUse] = {
    "licence": "licence",
    "license": "licence",
    "organisation": "organisation",
    "organization": "organisation",
    "company": "organisation",
    "version": "version",
    "language": "language",
    "lang": "language",
}
_DETAILS = re.compile(r"(?:details?|notes?|explanation|more|long_?description)", re.IGNORECASE)
_CUMULATIVE = re.compile(
    r"(?:is_?)?(?:cumulative|cascad\w*|accumulat\w*|inherit\w*)", re.IGNORECASE
)
#: Fields that say where a thing stands among others.
_RANKS = frozenset(
    {"rank", "order", "sort", "sort_order", "position", "index", "sequence", "number", "seniority"}
)
#: Fields that say whether a statement is asked, or a sign of the opposite.
_KINDS = frozenset({"kind", "type", "polarity", "statement_type", "item_type"})
_ASKED = re.compile(
    r"(?:expectations?|requirements?|required|positive|behaviou?rs?|statements?|criteri(?:on|a))",
    re.IGNORECASE,
)
_OF_LEVEL = re.compile(r"(?:job_|career_)?(?:level|grade|band|rank|step|stage)_(?=.)")
#: Fields that say something about a thing, and never what is asked.
_ABOUT = re.compile(
    r"(?:.*_)?(?:url|uri|link|href|date|at|on|since|until|by|salary|pay|compensation|price|cost"
    r"|currency|icon|emoji|colou?r|image|photo|picture|logo|email|phone|owner|author|manager|editor"
    r"|contact|status|state|team|department|location|country|city|file|filename|source|weight"
    r"|tag|todo|alias|aka)s?",
    re.IGNORECASE,
)
#: A text of fewer words is a name or one value out of a few.
_FEWEST_WORDS = 3
#: Fields that number levels where something else names them.
_NUMBERED = frozenset({"level", "grade", "band", "stage"})
#: Names of levels that speak of more than one thing: "roleLevel", "job_title".
_NAMED_TWICE = re.compile(
    r"(?:role|job|position|career|grade|band|level)_(?:level|title|name|label)|seniority"
)
_CODE = re.compile(r"[A-Za-z]{1,4}[ .-]?[0-9]{1,2}[a-d]?")
_BARE_CODE = re.compile(r"[0-9]{1,2}")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,6}")
_LONGEST_SAMPLE = 80
#: Nobody goes through a longer list of fields; those that stand most often are shown.
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class FieldFound:
    """`uses` is what the field was taken for, in the order in which it was; `sample` is one of its values."""

    name: str
    uses: tuple[FieldUse, ...]
    count: int
    sample: str


class Fields:
    """The fields of one data file.

    Whatever reads a field notes what it took it for, so that a person can see it and say otherwise.
    """

    def __init__(self, root: Node, said: Mapping[str, FieldUse] | None = None) -> None:
        self.said = said or {}
        self._wordy = _wordy(root)
        self._uses: dict[str, list[FieldUse]] = {}
        self._names: set[str] = set()

    # -- What a field is for

    def is_name(self, key: str) -> bool:
        return self._is(key, "name", by_name=key.lower() in _NAMES)

    def is_id(self, key: str) -> bool:
        return self._is(key, "code", by_name=key.lower() in _IDS)

    def is_rank(self, key: str) -> bool:
        return self._is(key, "rank", by_name=_bare(key) in _RANKS)

    def is_summary(self, key: str) -> bool:
        return self._is(key, "summary", by_name=_fits(_SUMMARIES, key))

    def is_text(self, key: str) -> bool:
        return self._is(key, "expectations", by_name=_fits(_TEXTS, key))

    def is_list(self, key: str) -> bool:
        return self._is(key, "expectations", by_name=_fits(_LISTS, key))

    def is_examples(self, key: str) -> bool:
        return self._is(key, "examples", by_name=_fits(_EXAMPLES, key))

    def is_warnings(self, key: str) -> bool:
        return self._is(key, "warnings", by_name=_fits(_WARNINGS, key))

    def is_details(self, key: str) -> bool:
        return self._is(key, "details", by_name=_fits(_DETAILS, key))

    def is_holder(self, key: str) -> bool:
        return self._is(key, "holder", by_name=_fits(_WRAPPERS, key))

    def is_cascade(self, key: str) -> bool:
        return self._is(key, "cascade", by_name=_fits(_CUMULATIVE, key))

    def about_the_whole(self, key: str) -> FieldUse | None:
        """For a field that speaks of the ladder as a whole: what it says of it."""
        said = self.said.get(key)
        if said:
            return said if said in _METADATA.values() else None
        return _METADATA.get(key.lower())

    def hint_for(self, key: str) -> Literal["", "level", "dimension"]:
        if self._is(key, "level", by_name=_fits(_LEVELS, key)):
            return "level"
        if self._is(key, "dimension", by_name=_fits(_DIMENSIONS, key)):
            return "dimension"
        return ""

    def is_structural(self, key: str) -> bool:
        return (
            key in self.said
            or self.is_name(key)
            or bool(self.hint_for(key))
            or self.is_list(key)
            or self.is_examples(key)
            or self.is_summary(key)
            or self.is_warnings(key)
        )

    def comes_late(self, key: str) -> bool:
        """Examples and warnings come after the statements they go with."""
        return self.is_examples(key) or self.is_warnings(key)

    def _is(self, key: str, use: FieldUse, *, by_name: bool) -> bool:
        said = self.said.get(key)
        return said == use if said else by_name

    # -- What a mapping is

    def name_of(self, node: Node, hint: Hint) -> tuple[str, Node | None]:
        """The field that names a thing, and its value. A number names a level that nothing else does."""
        values: Mapping[str, Node] = node.value
        for key in self._naming(values, hint):
            if isinstance(values[key].value, (str, int)) and str(values[key].value).strip():
                named = self._named_twice(values) if self.is_number(key, values[key]) else ""
                return (named, values[named]) if named else (key, values[key])
        return "", None

    def is_number(self, key: str, value: Node) -> bool:
        """Whether a field only numbers a level, as "grade" does."""
        is_known = key not in self.said and key.lower() in _NUMBERED
        return is_known and _BARE_CODE.fullmatch(str(value.value)) is not None

    def _named_twice(self, values: Mapping[str, Node]) -> str:
        for key, value in values.items():
            words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
            is_text = isinstance(value.value, str) and value.value.strip()
            if key not in self.said and is_text and _fits(_NAMED_TWICE, words):
                return key
        return ""

    def _naming(self, keys: Iterable[str], hint: Hint) -> Iterator[str]:
        """The fields that could name a thing, the likeliest first. An id does only where a thing is expected."""
        for use in ("name", "level", "dimension"):
            yield from (key for key in keys if self.said.get(key) == use)
        free = [key for key in keys if key not in self.said]
        lower = {_bare(key): key for key in free} | {key.lower(): key for key in free}
        for candidate in (*_NAMES, *_NAMED_BY, *_IDS[:4], "code"):
            if candidate in lower and (hint or candidate not in _IDS):
                yield lower[candidate]
        if hint:
            yield from (key for key in keys if self.said.get(key) == "code")

    def identity(self, keys: Iterable[str]) -> tuple[str, str] | None:
        """The field that others point at a thing by, and the one that names it; one can be both."""
        lower = {key.lower(): key for key in keys if key not in self.said}
        ids = [key for key in keys if self.said.get(key) == "code"]
        ids += [lower[each] for each in _IDS if each in lower]
        names = [key for key in keys if self.said.get(key) == "name"]
        names += [lower[each] for each in _NAMES if each in lower]
        found = [*ids, *names]
        return (found[0], [*names, *ids][0]) if found else None

    def key_name(self, key: str, value: Node) -> str:
        """What a thing is called that is kept under a key: by a name of its own, else by the key."""
        if isinstance(value.value, dict):
            named = [each for each in value.value if self.said.get(each) == "name"]
            lower = {each.lower(): each for each in value.value if each not in self.said}
            for name in (*named, *(lower[each] for each in _NAMES if each in lower)):
                found = value.value[name]
                if isinstance(found.value, str) and found.value.strip():
                    return f"{key}: {found.value}" if _CODE.fullmatch(key) else found.value
        if key.isdigit():
            return f"Level {key}"
        return spoken(key)

    def level_word(self, name: Node, key: str, hint: Hint) -> str:
        """A level that is only a number is called by it."""
        text = str(name.value)
        if text.isdigit() and "level" in (hint, self.hint_for(key)):
            return f"Level {text}"
        return text

    def with_code(self, name: str, node: Node, hint: Hint) -> str:
        """A level with its code in front: an id that looks like one, or its number beside its name."""
        if hint != "level" and not is_like_a_level(name):
            return name
        for key, value in node.value.items():
            code = str(value.value)
            is_said = self.said.get(key) == "code"
            can_be = is_said or (
                key not in self.said and _bare(key) in {"id", "code", "key", "slug"}
            )
            looks = _CODE.fullmatch(code) or (is_said and _BARE_CODE.fullmatch(code))
            is_number = self.is_number(key, value) and read_level_name(name).number is None
            if is_number or (hint == "level" and can_be and looks and code != name):
                self.note(key, "code")
                return f"{code}: {name}"
        return name

    def statement_of(self, node: Node) -> tuple[str, Node] | None:
        """The key and text of a mapping that is one statement: a text, and at most examples and ids."""
        if not isinstance(node.value, dict):
            return None
        texts = [
            (key, value)
            for key, value in node.value.items()
            if isinstance(value.value, str)
            and (self.is_text(key) or self.is_summary(key))
            and not self.is_details(key)
            and value.value.strip()
        ]
        others = [
            key
            for key, value in node.value.items()
            if isinstance(value.value, (dict, list)) and not self.is_examples(key)
        ]
        is_named = any(map(self._names_something, node.value))
        return texts[0] if len(texts) == 1 and not others and not is_named else None

    def only_text(self, node: Node, used: Collection[str]) -> str | None:
        """The field that holds the only text of a named thing, whatever it is called.

        `used` are the fields that name the thing. None where it says or holds anything else by fields that are known,
        apart from examples and warnings.
        """
        texts = []
        for key, value in node.value.items():
            if key in used or value.value in (None, "", [], {}) or self.comes_late(key):
                continue
            if key in self.said or isinstance(value.value, (dict, list)):
                return None
            if self.is_summary(key) or (self.is_text(key) and not self.is_details(key)):
                return None
            if self.is_wordy(key):
                texts.append(key)
        return texts[0] if len(texts) == 1 else None

    def only_introduces(self, node: Node) -> bool:
        """Whether a level says nothing but a summary or a tagline, which asks for nothing."""
        filled = {key: value for key, value in node.value.items() if value.value not in (None, "")}
        return not any(
            isinstance(value.value, (dict, list))
            or key in self.said
            or self.is_text(key)
            or (self.is_summary(key) and not _fits(_TAGLINES, key))
            for key, value in filled.items()
        )

    def dimensions_of(self, things: Sequence[Node], hint: Hint) -> set[str]:
        """The plain fields of levels that are dimensions: several, with words of their own at most levels.

        Levels that hold lists or other things have their dimensions there.
        """
        rows: list[Mapping[str, Node]] = [
            each.value for each in things if isinstance(each.value, dict)
        ]
        found = [self.name_of(each, hint)[1] for each in things if isinstance(each.value, dict)]
        names = [str(each.value) for each in found if each]
        are_levels = hint == "level" or 2 * sum(map(is_like_a_level, names)) > len(names)
        holds_more = any(
            isinstance(each.value, dict | list) for row in rows for each in row.values()
        )
        if not 1 < len(names) == len(things) or not are_levels or holds_more:
            return set()
        keys = set()
        for key in dict.fromkeys(key for row in rows for key in row):
            texts = [
                text for row in rows if key in row and (text := str(row[key].value or "").strip())
            ]
            is_own = 2 * len(set(texts)) > len(texts) > 1 and not set(texts) & set(names)
            is_free = key not in self.said and not self.is_summary(key) and not self.is_text(key)
            if is_own and is_free and self.is_wordy(key):
                keys.add(key)
        return keys if len(keys) > 1 else set()

    def is_wordy(self, key: str) -> bool:
        """Whether a field holds words that can be asked: most values are, and none is a code, link, date or pay."""
        is_known = (
            self.is_id(key)
            or self._names_something(key)
            or self.is_rank(key)
            or self.is_cascade(key)
            or self.about_the_whole(key)
            or _bare(key) in _KINDS
            or _fits(_ABOUT, _bare(key))
        )
        return key in self._wordy and not is_known

    def _names_something(self, key: str) -> bool:
        said = self.said.get(key)
        if said:
            return said in {"name", "level", "dimension"}
        return key.lower() in (*_NAMES, *_NAMED_BY)

    def order_of(self, nodes: Sequence[Node], hint: Hint) -> list[int]:
        """The places of levels in the order that a field of every one of them says, else as they stand."""
        ranks = self.ranks_of(nodes, hint)
        as_they_stand = range(len(nodes))
        return sorted(as_they_stand, key=lambda at: int(ranks[at].value) if ranks else at)

    def ranks_of(self, nodes: Sequence[Node], hint: Hint) -> list[Node]:
        """What says in which order levels stand: a value of each, or none."""
        ranks = [rank for node in nodes if (rank := self._rank_of(node))] if hint == "level" else []
        is_said = "rank" in self.said.values()
        is_order = len({int(rank.value) for rank in ranks}) == len(ranks)
        return ranks if len(ranks) == len(nodes) and (is_order or is_said) else []

    def _rank_of(self, node: Node) -> Node | None:
        values: Mapping[str, Node] = node.value if isinstance(node.value, dict) else {}
        for key, value in values.items():
            if self.is_rank(key) and _WHOLE_NUMBER.fullmatch(str(value.value)):
                self.note(key, "rank")
                return value
        return None

    # -- What was found

    def note(self, key: str, use: FieldUse) -> None:
        uses = self._uses.setdefault(key, [])
        if use not in uses:
            uses.append(use)

    def note_name(self, key: str) -> None:
        """A key that names a level or dimension of its own, and is no field."""
        self._names.add(key)

    def found(self, root: Node) -> tuple[FieldFound, ...]:
        """Every field in the order of the file; those that were taken for nothing are not part of the ladder."""
        counts: Counter[str] = Counter()
        samples: dict[str, str] = {}
        for key, value in _every_field(root):
            counts[key] += 1
            samples[key] = samples.get(key) or _sample(value)
        shown = [
            key for key in counts if key in self._uses or key in self.said or key not in self._names
        ]
        often = set(sorted(shown, key=lambda key: -counts[key])[:MOST_FIELDS])
        return tuple(
            FieldFound(key, tuple(self._uses.get(key, ("ignore",))), counts[key], samples[key])
            for key in shown
            if key in often
        )


def kind_of(node: Node) -> Node | None:
    """What a record says that its statement is, where that is one of the two kinds there are."""
    found = (value for key, value in node.value.items() if _bare(key) in _KINDS)
    return next((each for each in found if is_kind(str(each.value))), None)


def is_kind(value: str) -> bool:
    return is_warning(value) or _ASKED.fullmatch(value.strip()) is not None


def is_warning(value: str) -> bool:
    return _fits(_WARNINGS, _bare(value))


def _bare(key: str) -> str:
    """A key without the thing that it speaks of: "level_title" of a level is its "title"."""
    words = re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()).strip("_")
    return _OF_LEVEL.sub("", words, count=1)


def _fits(pattern: re.Pattern[str], key: str) -> bool:
    return pattern.fullmatch(key) is not None


def _every_field(node: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(node.value, dict):
        for key, value in node.value.items():
            yield key, value
            yield from _every_field(value)
    elif isinstance(node.value, list):
        for value in node.value:
            yield from _every_field(value)


def _wordy(root: Node) -> set[str]:
    """The fields of which most values are several words or lines."""
    texts: dict[str, list[bool]] = {}
    for key, value in _every_field(root):
        if value.value not in (None, "", [], {}):
            words = str(value.value).split() if isinstance(value.value, str) else []
            texts.setdefault(key, []).append(len(words) >= _FEWEST_WORDS)
    return {key for key, are in texts.items() if sum(are) * 2 > len(are)}


def _sample(node: Node) -> str:
    """A value as a person would know it again: its words, or the names of what it holds."""
    value = node.value
    if isinstance(value, list):
        value = value[0].value if value else ""
    words = ", ".join(value) if isinstance(value, dict) else "" if value is None else str(value)
    words = " ".join(words.split())
    return (
        words if len(words) <= _LONGEST_SAMPLE else f"{words[: _LONGEST_SAMPLE - 1].rstrip()}\u2026"
    )


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


def is_texts(node: Node) -> bool:
    return isinstance(node.value, list) and all(
        not isinstance(each.value, (dict, list)) for each in node.value
    )
