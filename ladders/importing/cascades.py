"""Sentences that say that a level expects what the levels below it do, in the languages that ladders come in."""
# ruff: noqa: RUF001 - the letters that ruff takes for Latin ones are Russian

import re

_LOWER = r"(?:before|below|beneath|previous|preceding|earlier|lower|prior|last)"
_STEPS = r"(?:levels?|bands?|grades?|roles?|stages?|steps?|tiers?|rungs?|positions?|titles?)"
_EACH = r"(?:an?|any|each|every|higher|next|successive|all) (?:\S{1,30} ){0,3}"
#: Most of them are words for having, around a word for what stands below.
_SAYINGS = (
    # English
    r"\bcascad\w+|\bcumulative\w*|\binherits?\b|\bretain the skills\b",
    rf"\b{_STEPS}\b.{{0,20}}\b(?:add up|accumulate|build (?:up)?on (?:each|one) (?:an)?other)\b",
    (
        r"\b(?:expectations|requirements|responsibilities|skills|competenc\w+)\b.{0,20}"
        r"\b(?:add up|accumulate|build (?:up)?on (?:each|one) (?:an)?other)\b"
    ),
    (
        rf"\b{_EACH}.{{0,30}}\b(?:includes?|contains?|assumes?|covers?|keeps?|retains?|extends?|adds? to"
        rf"|builds? (?:up)?on|still|also)\b.{{0,60}}\b(?:{_LOWER}|levels? above)\b"
    ),
    rf"\b(?:builds? (?:up)?on|includes?)\b.{{0,60}}\b{_LOWER}\b.{{0,20}}\b{_STEPS}\b",
    rf"\b(?:all|everything|in addition to|as well as)\b.{{0,60}}\b{_LOWER}\b.{{0,40}}\b{_STEPS}\b",
    rf"\b(?:all|everything|in addition to|as well as)\b.{{0,60}}\b{_STEPS}\b (?:\S{{1,30}} )?{_LOWER}\b",
    rf"\b(?:all|everything)\b.{{0,20}}\b(?:asked|expected|required) (?:of|from|at|for) (?:the )?{_STEPS}\b",
    r"\bdo(?:es)? (?:everything|all)(?: that)? .{1,40}\bdo(?:es)?\b",
    r"\b(?:everything|all|what(?:ever)?)\b.{0,30}\bexpect(?:ed)?\b.{1,50}\balso\b.{0,10}\bexpect(?:ed)?\b",
    rf"\ball of the (?:above|{_LOWER}(?: {_STEPS})?)\b\W+(?:plus|and)\b",
    rf"\bexpectations (?:of|from|for) (?:the )?{_LOWER}\b",
    r"\b(?:meet|fulfil\w*|expected|held)\b.{0,80}\bup to and including\b",
    # Russian
    r"\bнаследу\w+|\bкумулятивн\w*|\bнакопительн\w*",
    r"\bвключа\w+(?: в себя)?,? вс[её]\b.{0,60}\b(?:требовани|обязанност|навык|предыдущ|уровн)\w*",
    r"\b(?:в дополнение к|помимо)\b.{0,60}\b(?:предыдущ|уровн)\w*",
    # German
    r"\bkumulativ\w*|\bbau(?:t|en)\b.{0,60}\bauf\b.{0,20}\b(?:auf|vorherig\w*|vorig\w*)\b",
    (
        r"\b(?:enth\u00e4lt|umfasst|beinhaltet|schlie\u00dft|zus\u00e4tzlich zu\w?)\b.{0,60}"
        r"\b(?:vorherig|vorig|vorangehend|vorangegangen|niedriger|darunter|unter)\w*"
    ),
    # French
    r"\bcumulati(?:f|fs|ve|ves)\b|\bh\u00e9rite\w*",
    (
        r"\b(?:inclu(?:t|ent)|comprend\w*|reprend\w*|englobe\w*|en plus d(?:e|es|u))\b.{0,60}"
        r"\b(?:pr\u00e9c\u00e9dent|inf\u00e9rieur)\w*"
    ),
    # Spanish and Portuguese
    r"\ba?cumulativ[oa]s?\b|\bhereda\w*|\bherda\w*",
    (
        r"\b(?:inclu(?:ye|yen|i|em)|abarcan?|adem\u00e1s de\w*|al\u00e9m d[aeo]s?)\b.{0,60}"
        r"\b(?:anterior|inferior|previ)\w*"
    ),
)
_CASCADE = re.compile("|".join(f"(?:{saying})" for saying in _SAYINGS), re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+")
#: A word in brackets, as over figures that add up.
_IN_BRACKETS = re.compile(r"\(\w+\)")
#: What adds up from level to level, in any of the languages.
_OF_LEVELS = re.compile(
    rf"\b(?:{_STEPS}|expect\w+|requirements?|responsibilit\w+|skills?|comp[e\u00e9]ten\w+|kompetenz\w*"
    r"|anforderung\w*|erwartung\w*|stufen?|nivea?ux?|niveles|n\u00edve(?:l|is)|nivel|\u0443\u0440\u043e\u0432\w+)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"\bup to(?: and including)? (?:level )?(?P<level>[\w.-]*\w)", re.IGNORECASE)


def states_cascade(text: str) -> bool:
    """Whether one of the sentences says it."""
    words = text.replace("*", "").replace("_", " ")
    return any(_states(sentence) for sentence in _SENTENCE_END.split(words))


def _states(sentence: str) -> bool:
    bare = _IN_BRACKETS.sub(" ", sentence)
    return _CASCADE.search(sentence if _OF_LEVELS.search(bare) else bare) is not None


def limit_of(text: str) -> str:
    """The level up to which others are expected of, as the text calls it, or nothing."""
    words = text.replace("*", "")
    for sentence in _SENTENCE_END.split(words):
        found = _LIMIT.search(sentence) if _CASCADE.search(sentence) else None
        if found:
            return found["level"]
    return ""
