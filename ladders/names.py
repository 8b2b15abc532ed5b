"""What the names in a ladder document look like: levels, codes, aliases, icons, ids."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from ladders.keys import normalised

_CODE = (
    r"(?:band|level|lvl|grade|step|tier|stage|rung|ic|mg|em|sde|swe|pm|[delmpstgk]|niveau|nivel"
    r"|n\u00edvel|stufe|livello|poziom|niv\u00e5|trin|\u0443\u0440\u043e\u0432\u0435\u043d\u044c"
    r"|\u30ec\u30d9\u30eb)[ .-]?[0-9]{1,2}(?:\.[0-9]|[a-d])?"
)
_WHOLE_CODE = re.compile(_CODE, re.IGNORECASE)
_SOME_CODE = re.compile(r"(?:[A-Z]{1,4}[ .-]?[0-9]{1,2}(?:[a-d]|\+)?|[0-9]{1,2})", re.IGNORECASE)
_LEADING_CODE = re.compile(
    rf"({_CODE}|[A-Z]{{1,4}}[ .-]?[0-9]{{1,2}}\+|(?:[A-Z]{{1,4}}[ .-]?)?[0-9]{{1,2}}[a-d]?)"
    r"\s*(?:[:\u2013\u2014|/]|-(?=\s))\s*(\S.*)",
    re.IGNORECASE,
)
#: What is in brackets behind a title and is no part of it.
_GRADE_WORD = re.compile(r"(?:grade|band|level|step|tier) (?=[A-Z][0-9])", re.IGNORECASE)
_BARE_CODE = re.compile(r"([A-Z]{1,4}[0-9]{1,2}[a-d]?)\s+(\S.*)")
_YEARS = re.compile(r"[^()]*[0-9][^()]*\b(?:years?|yrs?|yoe|months?)\b[^()]*", re.IGNORECASE)
_TRAILING_CODE = re.compile(rf"(\S.*?)\s*[:\u2013\u2014|/-]\s*({_CODE})", re.IGNORECASE)
_ALIAS = re.compile(r"\s*\{([^{}]+)\}")
_LAST_BRACKET = re.compile(r"([^()\[\]]*\S)\s*[(\[]([^()\[\]]+)[)\]]")
_QUOTES = "\"'\u2018\u2019\u201c\u201d"
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]")
_NUMBER = re.compile(r"[0-9]+(?=\D*$)")
_ROMAN = re.compile(r"\b(?:I{1,3}|IV|VI{0,3})\b")
_NUMBERING = re.compile(
    r"\A(?:0[0-9](?:\s*\u00b7)?|[0-9]{1,2}\.(?:[0-9]{1,2}\.?)*|[0-9]{1,2}\)|\([0-9a-z]\))\s+(?=\D)"
)
#: A table is counted in its caption.
_CAPTION = re.compile(
    r"\A(?:table|tabelle|tableau|tabla|tabela|tabella) [0-9]{1,2}\s*[.:\u2013\u2014-]?\s+(?=\S)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_LEVEL_PREFIX = re.compile(
    r"(?:level|role|title|job title|position)\s*(?::|\s[\u2013\u2014-])\s+(?=\S)", re.IGNORECASE
)
_DIMENSION_PREFIX = re.compile(
    r"(?:dimension|competenc(?:y|e)|skill|area|pillar|category|theme|topic|criterion|attribute)"
    r"\s*(?:[0-9]{1,2}\s*)?(?::|\s[\u2013\u2014-])\s+(?=\S)",
    re.IGNORECASE,
)

#: Words of rank without accents, lowest first; words on one line mean the same rank.
_RANKS = (
    r"intern|internship|working student|stagiaire|estagiari[oa]|praktikant\w*|becari[oa]",
    r"trainee|apprentice|novice|beginner|foundation(?:al)?|awareness|basic",
    r"graduate|entry(?:[ -]level)?|starter|associate|(?:berufs)?einsteiger\w*|debutant\w*|principiante",
    r"junior|jr|learning|mlodszy|\u043c\u043b\u0430\u0434\u0448\u0438\u0438|\u0434\u0436\u0443\u043d\w*",
    (
        r"middle|mid(?:[ -]?level)?|pleno|confirme|intermediate|intermedi[oa]|regular|working|competent"
        r"|practising|practitioner|\u0441\u0440\u0435\u0434\u043d\u0438\u0438|\u043c\u0438\u0434\u0434?\u043b"
    ),
    r"advanced|proficient|experienced",
    (
        r"senior|sr|expert|experte|experto|starszy|\u0441\u0442\u0430\u0440\u0448\u0438\u0438"
        r"|\u0441\u0435\u043d\u044c\u043e\u0440|\u0441\u0438\u043d\u044c\u043e\u0440"
    ),
    (
        r"lead(?:ing expert)?|speciali(?:st|sta|ste)|especialista|spezialist\w*|specjalista|team lead|tech lead"
        r"|\u0432\u0435\u0434\u0443\u0449\u0438\u0438"
    ),
    r"staff|mastery|master",
    r"architect|principal",
    r"distinguished|senior principal",
    r"fellow|partner|executive|chief|cto|vp|vice president|unlimited",
)
_RANK_WORDS = [re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in _RANKS]
#: Asked first, since most texts have none: one search in the place of one for each rank.
_ANY_RANK = re.compile(rf"\b(?:{'|'.join(_RANKS)})\b", re.IGNORECASE)
_TITLES = re.compile(
    r"\b(?:administrator|advocate|agent|analista?|analyst|artist|assistant|chef|consultant"
    r"|coordinator|desarrollador|desenvolvedor|designer|developer|d[e\u00e9]veloppeur|director"
    r"|editor|engenheiro|engineer|entwickler|head|ing[e\u00e9]nieur|ingeniero|manager|marketer"
    r"|officer|owner|planner|producer|programmer|recruiter|representative|researcher|scientist"
    r"|strategist|supervisor|technician|tester|writer)\b",
    re.IGNORECASE,
)
_DIMENSIONS = re.compile(
    r"\b(?:accountab\w+|autonomy|behaviou?rs?|business|code|collaborat\w+|commercial|communicat\w+"
    r"|competenc\w+|complexity|craft\w*|creativ\w+|culture|customers?|decisions?|delivery|design"
    r"|domain|empathy|execution|experience|feedback|goals?|growth|impact|independence|influence"
    r"|initiative|innovat\w+|knowledge|leadership|learning|management|mentor\w*|mentorship|mindset"
    r"|motivation|operations|organi[sz]ation\w*|ownership|people|planning|presence|process\w*"
    r"|product|quality|reach|reliability|research|responsibilit\w+|results|scope|security|skills?"
    r"|stakeholders?|strategy|systems?|team\w*|technical|technology|testing|thinking|tools|values"
    r"|vision|writing)\b",
    re.IGNORECASE,
)
#: Words over columns of levels, their titles, the experience they take and what they pay, in the languages that
#: ladders are written in; signs between words are spaces.
PAY_WORDS = (
    r"(?:grund|jahres|monats)?gehalt|gehaltsspanne|verg\u00fctung|lohn|salaire|r\u00e9mun\u00e9ration|salario"
    r"|sueldo|remuneraci\u00f3n|sal\u00e1rio|remunera\u00e7\u00e3o|faixa salarial"
    r"|\u0437\u0430\u0440\u043f\u043b\u0430\u0442\u0430"
    r"|\u043e\u043a\u043b\u0430\u0434|wynagrodzenie|salaris|stipendio|retribuzione"
)
LEVEL_WORDS = (
    r"(?:karriere)?stufe|niveau|\u00e9chelon|nivel|grado|n\u00edvel|\u0443\u0440\u043e\u0432\u0435\u043d\u044c"
    r"|\u0433\u0440\u0435\u0439\u0434|poziom|trede|livello"
)
TITLE_WORDS = (
    r"(?:stellen)?titel|bezeichnung|titre|intitul\u00e9|poste|t\u00edtulo|puesto|cargo"
    r"|\u0434\u043e\u043b\u0436\u043d\u043e\u0441\u0442\u044c|tytu\u0142|stanowisko|functie(?:titel)?|titolo|ruolo"
)
EXPERIENCE_WORDS = (
    r"(?:berufs)?erfahrung|berufsjahre|exp\u00e9rience|ann\u00e9es d.exp\u00e9rience|anciennet\u00e9"
    r"|(?:a\u00f1os de )?experiencia|(?:anos de )?experi\u00eancia"
    r"|\u043e\u043f\u044b\u0442(?: \u0440\u0430\u0431\u043e\u0442\u044b)?"
    r"|\u0441\u0442\u0430\u0436|(?:lata )?do\u015bwiadczeni[ea]|sta\u017c(?: pracy)?"
    r"|(?:werk)?ervaring|(?:anni di )?esperienza"
)
#: What is asked of everybody, whatever the level.
COMMON = re.compile(
    r"(?:(?:for |at |common to |applies to |shared by |expected of |core )*"
    r"(?:all|every|any) (?:levels?|roles?|engineers?|employees?|designers?|team members?|grades?"
    r"|bands?|managers?|developers?)(?: .{0,30})?"
    r"|everyone|everybody|common|(?:common|shared|general|universal|baseline) (?:to all|expectations"
    r"|competenc\w+|skills|behaviou?rs|responsibilities|core|requirements)(?: .{0,30})?)",
    re.IGNORECASE,
)
#: Words of sentences and titles of chapters, which names of levels do without.
_PHRASE = re.compile(
    r"\b(?:about|an?|are|becoming|between|can|do|does|from|how|is|mistakes|moving|practices|the"
    r"|versus|vs|what|when|why|with|you|your)\b",
    re.IGNORECASE,
)
#: Words for what contains levels.
_DOCUMENT = re.compile(
    r"\b(?:framework|guide|handbook|ladder|levels|matrix|overview|path|roadmap|rubric|tracks?)\b",
    re.IGNORECASE,
)
_DUTY = re.compile(
    r"(?:(?:core|key|main|typical) )?(?:responsibilit(?:y|ies)|dut(?:y|ies)|expectations?|what we expect)"
    r" (?:of|for|from) (?:(?:an?|the|our) )?(?P<level>\S.*)",
    re.IGNORECASE,
)
#: Words for how well somebody can do something, which are no title by themselves.
PROFICIENCY = re.compile(
    r"(?:leading )?(?:beginner|novice|basic|foundation(?:al)?|awareness|aware|intermediate|working"
    r"|competent|proficient|practitioner|practi[sc]ing|advanced|expert|master(?:y|s)?|learning"
    r"|developing|skilled|adopts|specializes|evangelizes|creates)",
    re.IGNORECASE,
)
_LONGEST_LEVEL = 9
_LONGEST_ID = 60
#: Words of a title, of which shorter ones than this are written small, as in "Head of Design".
_LONGEST_TITLE = 6
_SMALL_WORD = 4
#: No name in a ladder is longer.
MOST_CHARACTERS = 300
#: The shape of two names that may be one: a share of equal characters.
_CLOSE = 0.85
#: Names of more words are sentences, and close sentences say different things.
_LONGEST_CLOSE = 5


@dataclass(frozen=True, slots=True)
class LevelName:
    name: str
    code: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def number(self) -> int | None:
        """The number of the code, or of a name that is only a code, as in "Level 3"."""
        code = self.code or (self.name if _WHOLE_CODE.fullmatch(self.name) else "")
        found = _NUMBER.search(code)
        return int(found[0]) if found else None


#: A document names its levels and dimensions again and again.
_NAMES_KEPT = 8192


@lru_cache(maxsize=_NAMES_KEPT)
def plain(name: str) -> str:
    """The words of a heading: without marks of emphasis, numbering, and a word for what it names."""
    words = " ".join(_MARKS.sub("", name).split()).rstrip(":").strip()
    words = _CAPTION.sub("", _NUMBERING.sub("", words, count=1), count=1)
    for prefix in (_LEVEL_PREFIX, _DIMENSION_PREFIX):
        words = prefix.sub("", words, count=1) if prefix.match(words) else words
    return words or name


@lru_cache(maxsize=_NAMES_KEPT)
def read_level_name(heading: str) -> LevelName:
    """Splits off a code, as in "(Band 3)" or "L3:", and aliases, as in "{Senior Engineer}"."""
    heading = plain(heading)
    aliases = [each.strip() for each in _ALIAS.findall(heading)]
    name = " ".join(_ALIAS.sub(" ", heading).split())
    code = ""
    bracket = _LAST_BRACKET.fullmatch(name)
    if bracket and _YEARS.fullmatch(bracket[2].strip()):
        name = bracket[1]
        bracket = _LAST_BRACKET.fullmatch(name)
    if bracket and _is_code_of(bracket[2].strip(), bracket[1]):
        name, code = bracket[1], bracket[2].strip()
    elif bracket and (quoted := _QUOTED.fullmatch(bracket[2].strip())):
        aliases.append(quoted[1])
    elif bracket and _is_code_before(split_icon(bracket[1])[1], bracket[2].strip()):
        code, name = split_icon(bracket[1])[1], bracket[2].strip()
    leading = _LEADING_CODE.fullmatch(name)
    trailing = _TRAILING_CODE.fullmatch(name)
    if leading and not code:
        code, name = leading[1], leading[2]
    elif trailing and not code:
        name, code = trailing[1], trailing[2]
    elif (bare := _BARE_CODE.fullmatch(name)) and not code and is_titled(bare[2]):
        code, name = bare[1], bare[2]
    return LevelName(name or heading, code, tuple(aliases))


def _is_code_of(words: str, name: str) -> bool:
    """Whether what is in a bracket is a code, or the initials of the name before it."""
    words = _GRADE_WORD.sub("", words)
    if _SOME_CODE.fullmatch(words) or _WHOLE_CODE.fullmatch(words):
        return True
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", name))
    return len(words) > 1 and words.isupper() and words == initials.upper()


def _is_code_before(words: str, name: str) -> bool:
    """Whether the name is in the bracket, as in "L3 (Senior Engineer)" and "BI2 (Senior)"."""
    is_some = _SOME_CODE.fullmatch(words) is not None and is_titled(name)
    return is_some or _WHOLE_CODE.fullmatch(words) is not None


def is_titled(name: str) -> bool:
    """Whether a name has a word of rank or of a profession."""
    return rank(name) is not None or _TITLES.search(name) is not None


def is_title(text: str) -> bool:
    """Whether a text is nothing but one title of a job or several: "Head of Design", "CDO, Data Architect"."""
    words = re.findall(r"[^\W\d_]+", text)
    is_short = len(words) <= _LONGEST_TITLE and not text.endswith((".", "!", "?"))
    written_large = all(len(word) < _SMALL_WORD or not word.islower() for word in words)
    is_about_skill = PROFICIENCY.fullmatch(plain(text)) is not None
    return is_short and written_large and not is_about_skill and is_titled(text)


def are_titles(texts: Sequence[str]) -> bool:
    """Whether several texts are all titles; words for how well something is done may be among them, as one of many."""
    titles = sum(map(is_title, texts))
    known = sum(PROFICIENCY.fullmatch(plain(text)) is not None for text in texts)
    return len(texts) > 1 and titles + known == len(texts) and titles > known


def without_duty(name: str) -> str:
    """The level in a heading that says what is under it, as in "Responsibilities of a Senior Engineer"."""
    match = _DUTY.fullmatch(plain(name))
    return match["level"] if match else name


def split_grade(name: str) -> tuple[str, str]:
    """A name and the code in brackets behind it: "Craft (C1)" is Craft at C1."""
    bracket = _LAST_BRACKET.fullmatch(name)
    if bracket and _SOME_CODE.fullmatch(bracket[2].strip()):
        return bracket[1], bracket[2].strip()
    return name, ""


@lru_cache(maxsize=_NAMES_KEPT)
def level_likeness(name: str) -> float:
    """How much a name looks like that of a level, from 0 to 1."""
    words = plain(name)
    if _LEVEL_PREFIX.match(name):
        return 1.0
    if _DIMENSION_PREFIX.match(name) or COMMON.fullmatch(words):
        return 0.0
    parsed = read_level_name(name)
    if split_grade(words)[1] and not is_titled(parsed.name) and not _ROMAN.search(parsed.name):
        # A grade in brackets, as in "Craft (C1)", does not make a level of what it grades.
        return 0.3
    return _weight(words) * _likeness(parsed)


def _weight(words: str) -> float:
    """Less for names that are long, read like the title of a chapter, or speak of a whole ladder."""
    weight = 1.0 if len(words.split()) <= _LONGEST_LEVEL else 0.2
    if words.endswith((".", "?", "!")) or _PHRASE.search(words):
        weight *= 0.3
    if _DOCUMENT.search(words):
        weight *= 0.2
    return weight


def _likeness(parsed: LevelName) -> float:
    if parsed.number is not None or _SOME_CODE.fullmatch(split_icon(parsed.name)[1]):
        return 1.0
    is_title = _TITLES.search(parsed.name) is not None
    if rank(parsed.name) is not None:
        about = _DIMENSIONS.search(parsed.name) is not None and not is_title
        return 0.4 if about else 0.9
    if _ROMAN.search(parsed.name):
        return 0.8
    return 0.7 if is_title else 0.0


def is_code(name: str) -> bool:
    """Whether a name is nothing but the code of a level, as in "L3" or "Band 3"."""
    words = plain(name)
    return (_WHOLE_CODE.fullmatch(words) or _SOME_CODE.fullmatch(words)) is not None


def is_phrase(name: str) -> bool:
    """Whether a heading reads like the title of a chapter, or a question."""
    words = plain(name)
    return words.endswith(("?", "!")) or _PHRASE.search(words) is not None


def is_like_a_level(name: str) -> bool:
    return level_likeness(name) >= _LIKE_ENOUGH


_LIKE_ENOUGH = 0.5


def is_like_a_dimension(name: str) -> bool:
    return _DIMENSION_PREFIX.match(name) is not None or _DIMENSIONS.search(name) is not None


def rank(name: str) -> int | None:
    """The place of a name among the words of rank, or None where it has none of them."""
    name = _unmarked(name)
    if not _ANY_RANK.search(name):
        return None
    found = [place for place, words in enumerate(_RANK_WORDS) if words.search(name)]
    return max(found, default=None)


def _unmarked(name: str) -> str:
    """The letters without their accents: some write "Senior", others "S\u00eanior"."""
    if name.isascii():
        return name
    parts = unicodedata.normalize("NFKD", name)
    return "".join(each for each in parts if unicodedata.category(each) != "Mn")


def split_icon(name: str) -> tuple[str, str]:
    """An emoji in front of a name is its icon."""
    first, _, rest = name.partition(" ")
    if rest.strip() and all(_is_of_emoji(character) for character in first):
        return first, rest.strip()
    return "", name


def _is_of_emoji(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk", "Cf", "Mn", "Me"}


@lru_cache(maxsize=_NAMES_KEPT)
def name_key(name: str) -> str:
    """Headings with the same key name the same thing."""
    words = split_icon(plain(name))[1]
    return normalised(split_grade(words)[0]).replace("&", "and").rstrip(":. ")


def forget_names() -> None:
    """Let go of the names of a document that is read."""
    for kept in (plain, name_key, read_level_name, level_likeness):
        kept.cache_clear()


def years_of(name: str) -> str:
    """The years in brackets behind a title, as in "Engineer (2-4 years)"."""
    bracket = _LAST_BRACKET.fullmatch(plain(name))
    return bracket[2].strip() if bracket and _YEARS.fullmatch(bracket[2].strip()) else ""


def are_close(one: str, other: str) -> bool:
    """Whether two names may mean the same: one is half of the other, or they are nearly equal.

    "Communication" is half of "Communication & Feedback", but "Management" none of "Team Management".
    """
    first, second = sorted((name_key(one), name_key(other)), key=len)
    if first in re.split(r"\s*(?:,|/|\band\b|&)\s*", second):
        return True
    if len(second.split()) > _LONGEST_CLOSE:
        return False
    match = SequenceMatcher(None, name_key(one), name_key(other))
    return match.quick_ratio() >= _CLOSE and match.ratio() >= _CLOSE


def in_a_row(names: Sequence[str]) -> str:
    """As in a sentence: "A, B and C"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def shortened(name: str) -> str:
    """A name that a ladder can keep; whoever shortens it keeps the whole of it elsewhere."""
    if len(name) <= MOST_CHARACTERS:
        return name
    return name[: MOST_CHARACTERS - 1].rstrip() + "\u2026"


class Ids:
    """Hands out ids that are unique in one list."""

    def __init__(self, fallback: str) -> None:
        self.fallback = fallback
        self.counts: dict[str, int] = {}
        self.taken: set[str] = set()

    def take(self, name: str) -> str:
        wanted = slug(name) or self.fallback
        free = wanted
        while free in self.taken:
            self.counts[wanted] = self.counts.get(wanted, 1) + 1
            free = f"{wanted}-{self.counts[wanted]}"
        self.taken.add(free)
        return free


def slug(name: str) -> str:
    """Letters and digits joined by hyphens: "Skills & Experience" is "skills-experience"."""
    words = unicodedata.normalize("NFKC", name).lower()
    words = re.sub(r"['\u2019]", "", words)
    return re.sub(r"[\W_]+", "-", words).strip("-")[:_LONGEST_ID].strip("-")
