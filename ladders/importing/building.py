"""A reading and the answers to its questions -> the ladder."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ladders.document import (
    AppliesTo,
    Attribute,
    Cascade,
    Cell,
    Common,
    Dimension,
    Example,
    Expectation,
    Group,
    Ladder,
    Level,
    LevelCells,
    Licence,
    Mixin,
    Note,
    SameAs,
    Source,
    Track,
    TrackInheritance,
    Unmapped,
)
from ladders.importing.arrangement import (
    BaseTrack,
    TrackDraft,
    base,
    dimensions,
    every_cell,
    is_descending,
    levels_named,
    licence_id,
    merges,
    ranks,
    stated_cascade,
    title_as_dimension,
    tracks,
)
from ladders.importing.cells import CellDraft, ExpectationDraft
from ladders.importing.drafts import (
    AddedDraft,
    OwnerDraft,
    Reading,
    attribute_items,
    labelled,
)
from ladders.importing.outline import Block
from ladders.importing.references import is_next_below
from ladders.importing.roles import lowest_level, split_role
from ladders.keys import normalised
from ladders.names import Ids, name_key, plain, shortened, slug, split_icon

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\u201c\"])")
_MIXIN_PREFIX = re.compile(r"^(?:mix-?in|role)[-_]", re.IGNORECASE)
_INTERNAL = "LicenseRef-Internal"


def build(
    reading: Reading,
    settled: Mapping[str, str],
    source: Source,
    name: str,
    said: Mapping[str, str],
    *,
    confirmed: bool,
) -> Ladder:
    """`said` is what front matter says of the ladder; `confirmed`: a person has said how levels build on each other."""
    return _LadderBuilder(reading, settled, confirmed=confirmed).ladder(source, name, said)


class _LadderBuilder:
    def __init__(self, reading: Reading, settled: Mapping[str, str], *, confirmed: bool) -> None:
        self.reading = reading
        self.settled = settled
        self.confirmed = confirmed
        self.names = reading.file_names
        drafts = dimensions(reading)
        #: Key of a heading -> the dimension it belongs to.
        self.dimension = {draft.key: draft for draft in drafts}
        self.aliases: dict[str, list[str]] = {}
        for merge in merges(drafts):
            if settled.get(f"merge.{merge.variant.id}") == "merge":
                self.dimension[merge.variant.key] = merge.main
                self.aliases.setdefault(merge.main.key, []).append(merge.variant.name)
        self.kept = [draft for draft in drafts if self.dimension[draft.key] is draft]
        #: Key of a heading -> the group it names.
        self.groups = self.read_groups()
        self.as_levels = settled.get("roles") == "levels"
        self.implicit = self.implicit_dimension()
        self.dimensions = self.read_dimensions()
        self.position = {each.id: place for place, each in enumerate(self.dimensions)}
        self.placed = self.read_places()
        self.level_ids = self.read_level_ids()

    def ladder(self, source: Source, name: str, said: Mapping[str, str]) -> Ladder:
        reading = self.reading
        icon, name = split_icon(plain(name))
        levels = tuple(
            self.level(draft, track, rank) for draft, track, rank in self.in_display_order()
        )
        mixins = () if self.as_levels else tuple(self.mixins())
        notes = [Note(block.text, at) for block, at in reading.notes]
        if self.settled.get("proficiency") == "proficiency":
            notes.append(Note("The levels are a scale of proficiency, not levels of the job."))
        return Ladder(
            id=slug(name) or "ladder",
            name=shortened(name),
            icon=icon,
            organisation=said.get("organisation", ""),
            language=said.get("language", ""),
            version=said.get("version", ""),
            summary=_with_name(name, _paragraphs(reading.summary)),
            licence=self.licence(said.get("licence", "")),
            source=source,
            cascade=self.cascade(),
            notes=tuple(notes),
            tracks=self.tracks(),
            groups=tuple(self.groups.values()),
            dimensions=self.dimensions,
            levels=levels,
            common=self.common(),
            mixins=mixins,
            unmapped=tuple(
                Unmapped(part.text or part.raw.strip(), self.at(part.file, part.line), part.reason)
                for part in reading.parts
                if part.role == "other"
            ),
        )

    # -- Dimensions and groups

    def read_groups(self) -> dict[str, Group]:
        ids = Ids("group")
        groups: dict[str, Group] = {}
        for draft in self.kept:
            if draft.group:
                key = draft.group.key
                if key not in groups:
                    icon, name = split_icon(_without_grade(plain(draft.group.name)))
                    groups[key] = Group(ids.take(name), shortened(name), icon)
        return groups

    def implicit_dimension(self) -> Dimension | None:
        ids = Ids("dimension")
        for draft in self.kept:
            ids.take(draft.id)
        loose = any(self.loose(owner) for owner in self.reading.owners)
        nameless = any(not cell.dimension for _, cell in every_cell(self.reading))
        if (loose or nameless) and (name := title_as_dimension(self.reading)):
            return Dimension(ids.take(name), shortened(name))
        if loose or nameless:
            return Dimension(ids.take("expectations"), "Expectations", implicit=True)
        return None

    def read_dimensions(self) -> tuple[Dimension, ...]:
        summaries = self.reading.dimension_summaries
        named = tuple(
            Dimension(
                draft.id,
                shortened(draft.name),
                icon=draft.icon,
                group=self.groups[draft.group.key].id if draft.group else None,
                summary=_with_name(draft.name, _paragraphs(summaries.get(draft.key, ()))),
                aliases=tuple(self.aliases.get(draft.key, ())),
            )
            for draft in self.kept
        )
        return (self.implicit, *named) if self.implicit else named

    def loose(self, owner: OwnerDraft) -> bool:
        """Whether what stands before the first dimension are expectations, not attributes."""
        if not owner.before.expectations:
            return False
        answer = self.settled.get("attributes")
        if owner.cells and answer:
            return answer == "expectations"
        return not attribute_items(owner)

    # -- Levels

    def read_places(self) -> list[tuple[OwnerDraft, str | None, int]]:
        """Every level with its track and rank, by track and then by rank."""
        drafts = tracks(self.reading)
        placed = {id(level) for track in drafts for level in track.levels}
        free = [level for level in self.reading.levels if id(level) not in placed]
        lists: list[tuple[str | None, list[OwnerDraft]]] = [(None, free)]
        lists += [(track.id, track.levels) for track in drafts]
        if self.as_levels:
            lists.append((self.role_track().id, self.reading.mixins))
        upside_down = (
            self.settled.get("descending") == "up" or self.settled.get("files") == "reversed"
        )
        found = []
        for track, levels in lists:
            ordered = levels
            if upside_down and (is_descending(levels) or "files" in self.settled):
                ordered = levels[::-1]
            ranked = sorted(zip(ranks(ordered), ordered, strict=True), key=lambda each: each[0])
            found += [(draft, track, rank) for rank, draft in ranked]
        return found

    def in_display_order(self) -> list[tuple[OwnerDraft, str | None, int]]:
        if self.settled.get("order") == "document":
            return sorted(self.placed, key=lambda each: each[0].place)
        return self.placed

    def read_level_ids(self) -> dict[int, str]:
        ids = Ids("level")
        return {
            id(draft): ids.take(draft.found.anchor or split_icon(draft.name.name)[1])
            for draft, _, _ in self.placed
        }

    def role_track(self) -> Track:
        container = self.reading.mixins[0].found.container
        name = (container.name if container else "") or "Roles"
        ids = Ids("track")
        for track in tracks(self.reading):
            ids.take(track.id)
        return Track(ids.take(name), shortened(name))

    def tracks(self) -> tuple[Track, ...]:
        below = base(self.reading)
        found = [
            Track(track.id, shortened(track.name), inherits=self.inherited(track, below))
            for track in tracks(self.reading)
        ]
        return (*found, self.role_track()) if self.as_levels else tuple(found)

    def inherited(self, track: TrackDraft, below: BaseTrack | None) -> tuple[TrackInheritance, ...]:
        answer = self.settled.get(f"cascade.{track.id}", "none")
        if below is None or answer == "none":
            return ()
        limit = track.start if answer == "below" else None
        if answer == "limit" and below.limit_rank is not None:
            limit = below.limit_rank + 1
        return (TrackInheritance(below.track.id, limit),)

    def level(self, draft: OwnerDraft, track: str | None, rank: int) -> Level:
        icon, name = split_icon(draft.name.name)
        described = [] if self.loose(draft) else list(labelled(draft))
        prose = draft.before.prose
        if not self.loose(draft) and not described:
            # A list before the first dimension that only describes the level.
            prose = [*prose, *(each.block for each in draft.before.expectations)]
        attributes = [Attribute(*each) for each in (*described, *draft.attributes)]
        return Level(
            id=self.level_ids[id(draft)],
            name=shortened(name),
            rank=rank,
            code="" if self.settled.get("codes") == "drop" else draft.name.code,
            aliases=draft.name.aliases,
            track=track,
            icon=icon,
            anchor=draft.found.anchor,
            summary=_with_name(name, _paragraphs(prose)),
            attributes=tuple(dict.fromkeys(attributes)),
            placeholder=draft.before.placeholder,
            cells=self.cells(draft),
            examples=self.examples(draft.before.examples),
            notes=tuple(Note(block.text, self.place(block)) for block in draft.notes),
            inherits=self.inherits(draft, track, rank),
        )

    def inherits(self, draft: OwnerDraft, track: str | None, rank: int) -> tuple[str, ...] | None:
        """The level that the text names as built on, where the rule of the ladder leads to another."""
        if not draft.builds_on or self.cascade().mode == "none":
            return None
        below = [level for level, other, number in self.placed if other == track and number < rank]
        named = self.named_level(draft.builds_on, draft)
        if not named or (below and named == self.level_ids[id(below[-1])]):
            return None
        return (named,)

    def common(self) -> Common:
        drafts = self.reading.common
        if not drafts:
            return Common()
        cells: dict[str, Cell] = {}
        for draft in drafts:
            for cell in self.cells(draft):
                cells[cell.dimension] = both(cells.get(cell.dimension), cell)
        ordered = sorted(cells.values(), key=lambda cell: self.position[cell.dimension])
        return Common(drafts[0].name.name, tuple(ordered))

    def mixins(self) -> Iterable[Mixin]:
        ids = Ids("role")
        for draft in self.reading.mixins:
            _, name = split_icon(draft.name.name)
            note = next((split_role(head.name)[1] for head in draft.found.heads), "")
            yield Mixin(
                id=ids.take(_MIXIN_PREFIX.sub("", draft.found.anchor) or name),
                name=shortened(name),
                aliases=draft.name.aliases,
                anchor=draft.found.anchor,
                summary="\n\n".join(
                    filter(None, (note, _with_name(name, _paragraphs(draft.before.prose))))
                ),
                placeholder=draft.before.placeholder,
                applies_to=AppliesTo(from_rank=self.rank_named(lowest_level(note))),
                cells=self.cells(draft),
            )
        if self.settled.get("added") == "mixins":
            for added in self.reading.added:
                yield self.added(added, ids)

    def rank_named(self, name: str) -> int | None:
        """The rank of the level that is called so, or None."""
        level = self.named_level(name, None) if name else ""
        ranks = {self.level_ids[id(draft)]: rank for draft, _, rank in self.placed}
        return ranks.get(level)

    def added(self, added: AddedDraft, ids: Ids) -> Mixin:
        """A role that asks for something else at each level."""
        by_level: dict[str, dict[str, list[CellDraft]]] = {}
        for owner, cell in added.cells:
            level = by_level.setdefault(self.level_ids[id(owner)], {})
            level.setdefault(self.dimension_of(cell), []).append(cell)
        return Mixin(
            id=ids.take(added.name),
            name=added.name,
            applies_to=AppliesTo(levels=tuple(by_level)),
            cells_by_level=tuple(
                LevelCells(
                    level,
                    tuple(self.cell(dimension, cells[dimension], None) for dimension in cells),
                )
                for level, cells in by_level.items()
            ),
        )

    # -- Cells

    def dimension_of(self, cell: CellDraft) -> str:
        if cell.dimension:
            return self.dimension[name_key(cell.dimension)].id
        return self.implicit.id if self.implicit else ""

    def cells(self, owner: OwnerDraft) -> tuple[Cell, ...]:
        """One cell for each dimension that the owner names, in the ladder's order."""
        found: dict[str, list[CellDraft]] = {}
        if self.implicit and self.loose(owner):
            before = owner.before
            found[self.implicit.id] = [CellDraft("", expectations=before.expectations)]
        for cell in owner.cells:
            found.setdefault(self.dimension_of(cell), []).append(cell)
        if self.settled.get("added") == "levels":
            for added in self.reading.added:
                for at, cell in added.cells:
                    if at is owner:
                        found.setdefault(self.dimension_of(cell), []).append(cell)
        return tuple(
            self.cell(dimension, found[dimension], owner)
            for dimension in sorted(found, key=self.position.__getitem__)
        )

    def cell(self, dimension: str, drafts: list[CellDraft], owner: OwnerDraft | None) -> Cell:
        prose = [block for draft in drafts for block in draft.prose]
        stated = [each for draft in drafts for each in draft.expectations]
        if self.settled.get("prose") == "summary":
            prose = [*prose, *(block for each in stated if _is_prose(each) for block in _all(each))]
            stated = [each for each in stated if not _is_prose(each)]
        expectations = self.stated(stated)
        if self.settled.get("duplicates") == "once":
            expectations = list({normalised(each.text): each for each in expectations}.values())
        same_as, unresolved = self.same_as(drafts, owner)
        if unresolved:
            prose = [*prose, *unresolved]
        return Cell(
            dimension,
            summary=_paragraphs(prose),
            placeholder=any(draft.placeholder for draft in drafts),
            same_as=same_as,
            expectations=tuple(expectations),
            examples=self.examples(block for draft in drafts for block in draft.examples),
        )

    def same_as(
        self, drafts: list[CellDraft], owner: OwnerDraft | None
    ) -> tuple[SameAs | None, list[Block]]:
        """The level that a cell stands for, or the sentence as prose where no level is called so."""
        for draft in drafts:
            if draft.same_as:
                named, text = draft.same_as
                level = self.named_level(named, owner)
                if level:
                    return SameAs(level, text), []
                return None, [Block("paragraph", 0, 0, text, text)]
        return None, []

    def named_level(self, name: str, owner: OwnerDraft | None) -> str:
        places = [draft for draft, _, _ in self.placed]
        found = levels_named((draft for draft in places if draft is not owner), name)
        if len(found) == 1:
            return self.level_ids[id(found[0])]
        if is_next_below(name) and owner in places and places.index(owner) > 0:
            return self.level_ids[id(places[places.index(owner) - 1])]
        return ""

    def expectation(self, draft: ExpectationDraft) -> list[Expectation]:
        nested = self.settled.get("nested")
        made = Expectation(
            draft.block.text,
            detail=_paragraphs(draft.details),
            kind="anti_pattern" if draft.is_anti_pattern else "expectation",
            external_id=draft.identifier,
            attributes=tuple(Attribute(*block.text.split(": ", 1)) for block in draft.attributes),
            examples=self.examples(draft.examples)
            + (self.examples(draft.children) if nested == "examples" else ()),
            children=tuple(child.text for child in draft.children) if nested == "children" else (),
            at=self.place(draft.block),
        )
        if nested != "expectations":
            return [made]
        return [made, *(Expectation(child.text, at=self.place(child)) for child in draft.children)]

    def stated(self, drafts: list[ExpectationDraft]) -> list[Expectation]:
        """Prose as one statement for each paragraph or sentence, or for the whole of a cell that holds nothing else."""
        answer = self.settled.get("prose")
        if answer == "statement" and drafts and all(map(_is_prose, drafts)):
            text = _paragraphs(block for draft in drafts for block in _all(draft))
            examples = [block for draft in drafts for block in draft.examples]
            return [
                Expectation(text, examples=self.examples(examples), at=self.place(drafts[0].block))
            ]
        made: list[Expectation] = []
        for draft in drafts:
            if answer == "sentences" and _is_prose(draft) and not draft.children:
                made += [
                    Expectation(
                        sentence, examples=self.examples(draft.examples), at=self.place(draft.block)
                    )
                    for sentence in _SENTENCE_END.split(draft.block.text)
                ]
            else:
                made += self.expectation(draft)
        return made

    # -- What holds for the whole ladder

    def cascade(self) -> Cascade:
        stated = " ".join(stated_cascade(self.reading))
        mode = self.settled.get("cascade", "none")
        if mode == "accumulate":
            return Cascade("accumulate", stated, self.confirmed)
        return Cascade("supersede" if mode == "supersede" else "none", stated, self.confirmed)

    def licence(self, said: str) -> Licence:
        answer = self.settled.get("licence", "stated")
        if answer == "internal":
            return Licence(_INTERNAL)
        if answer == "none":
            return Licence()
        texts = [block.text for block in self.reading.licence]
        links = [link for block in self.reading.licence for link in block.links]
        name = licence_id([*texts, said]) or said
        return Licence(name, next(iter(links), ""), evidence=" ".join(texts))

    # -- Places

    def examples(self, blocks: Iterable[Block]) -> tuple[Example, ...]:
        return tuple(Example(block.text, self.place(block)) for block in blocks)

    def place(self, block: Block) -> str:
        return self.at(block.file, block.line)

    def at(self, file: int, line: int) -> str:
        return f"{self.names[file]}:L{line}" if len(self.names) > 1 else f"L{line}"


def both(one: Cell | None, other: Cell) -> Cell:
    """Two cells of one dimension as one, with everything that either says."""
    if one is None:
        return other
    return replace(
        one,
        summary="\n\n".join(filter(None, (one.summary, other.summary))),
        placeholder=one.placeholder and other.placeholder,
        same_as=one.same_as or other.same_as,
        attributes=one.attributes + other.attributes,
        expectations=one.expectations + other.expectations,
        examples=one.examples + other.examples,
    )


def _is_prose(draft: ExpectationDraft) -> bool:
    return draft.block.kind in {"paragraph", "quote"}


def _all(draft: ExpectationDraft) -> list[Block]:
    """What it says, with the list under it."""
    return [draft.block, *draft.children]


def _without_grade(name: str) -> str:
    return re.sub(r"\s*\([A-Z]{1,3}[ .-]?[0-9]{1,2}\)$", "", name)


def _with_name(name: str, summary: str) -> str:
    """The summary, after the whole of a name that was too long to be kept as one."""
    return summary if shortened(name) == name else f"{name}\n\n{summary}".strip()


def _paragraphs(blocks: Iterable[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)
