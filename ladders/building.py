"""A reading and the answers to its questions -> the ladder."""

import re
from collections.abc import Iterable, Mapping

from ladders.arrangement import (
    TrackDraft,
    dimensions,
    licence_id,
    lowest_track,
    merges,
    ranks,
    tracks,
)
from ladders.document import (
    Attribute,
    Cascade,
    Cell,
    Dimension,
    Example,
    Expectation,
    Group,
    Ladder,
    Level,
    Licence,
    Mixin,
    Note,
    Source,
    Track,
    TrackInheritance,
    Unmapped,
)
from ladders.keys import normalised
from ladders.names import Ids, name_key, slug, split_icon
from ladders.outline import Block
from ladders.reading import CellDraft, ExpectationDraft, OwnerDraft, Reading

#: An attribute of a level: a label in bold, then its value.
LABELLED = re.compile(r"(?:\*\*|__)([^*_]{1,80}?):?(?:\*\*|__)\s*[:\u2013-]?\s*(\S.*)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\u201c\"])")
_MIXIN_PREFIX = re.compile(r"^(?:mix-?in|role)[-_]", re.IGNORECASE)
_INTERNAL = "LicenseRef-Internal"


def build(
    reading: Reading, settled: Mapping[str, str], source: Source, name: str, *, confirmed: bool
) -> Ladder:
    """`confirmed`: a person has answered how levels build on each other."""
    return _Builder(reading, settled, confirmed=confirmed).ladder(source, name)


class _Builder:
    def __init__(self, reading: Reading, settled: Mapping[str, str], *, confirmed: bool) -> None:
        self.reading = reading
        self.settled = settled
        self.confirmed = confirmed
        drafts = dimensions(reading)
        #: Key of a heading -> the dimension it belongs to.
        self.dimension = {draft.key: draft for draft in drafts}
        self.aliases: dict[str, list[str]] = {}
        for merge in merges(drafts):
            if settled[f"merge.{merge.variant.id}"] == "merge":
                self.dimension[merge.variant.key] = merge.main
                self.aliases.setdefault(merge.main.key, []).append(merge.variant.name)
        self.kept = [draft for draft in drafts if self.dimension[draft.key] is draft]
        #: Key of a heading -> the group it names.
        self.groups = self.read_groups()
        self.as_levels = settled.get("roles") == "levels"
        self.implicit = self.implicit_dimension()
        self.dimensions = self.read_dimensions()
        self.position = {each.id: place for place, each in enumerate(self.dimensions)}

    def ladder(self, source: Source, name: str) -> Ladder:
        reading = self.reading
        title = reading.structure.title
        icon, name = split_icon(title.name if title else name)
        found, levels = self.tracks_and_levels()
        return Ladder(
            id=slug(name) or "ladder",
            name=name,
            icon=icon,
            summary=_paragraphs(reading.summary),
            licence=self.licence(),
            source=source,
            cascade=self.cascade(),
            notes=tuple(Note(block.text, at) for block, at in reading.notes),
            tracks=found,
            groups=tuple(self.groups.values()),
            dimensions=self.dimensions,
            levels=levels,
            mixins=() if self.as_levels else self.mixins(),
            unmapped=tuple(
                Unmapped(part.text or part.raw.strip(), f"L{part.line}", part.reason)
                for part in reading.parts
                if part.role == "other"
            ),
        )

    def read_groups(self) -> dict[str, Group]:
        ids = Ids("group")
        groups: dict[str, Group] = {}
        for draft in self.kept:
            if draft.group:
                key = draft.group.key
                if key not in groups:
                    icon, name = split_icon(draft.group.name)
                    groups[key] = Group(ids.take(name), name, icon)
        return groups

    def implicit_dimension(self) -> Dimension | None:
        ids = Ids("dimension")
        for draft in self.kept:
            ids.take(draft.id)
        if any(self.loose(owner) for owner in (*self.reading.levels, *self.reading.mixins)):
            return Dimension(ids.take("expectations"), "Expectations", implicit=True)
        return None

    def read_dimensions(self) -> tuple[Dimension, ...]:
        named = tuple(
            Dimension(
                draft.id,
                draft.name,
                icon=draft.icon,
                group=self.groups[draft.group.key].id if draft.group else None,
                aliases=tuple(self.aliases.get(draft.key, ())),
            )
            for draft in self.kept
        )
        return (self.implicit, *named) if self.implicit else named

    def loose(self, owner: OwnerDraft) -> bool:
        """Whether list items before the first dimension are expectations, not attributes."""
        if not owner.before.expectations:
            return False
        return not are_attributes(owner) or self.settled.get("attributes") == "expectations"

    def tracks_and_levels(self) -> tuple[tuple[Track, ...], tuple[Level, ...]]:
        ids = Ids("level")
        made: list[Level] = []
        drafts = tracks(self.reading)
        placed = {id(level) for track in drafts for level in track.levels}
        free = [level for level in self.reading.levels if id(level) not in placed]
        lists: list[tuple[str | None, list[OwnerDraft]]] = [(None, free)]
        lists += [(track.id, track.levels) for track in drafts]
        lowest = lowest_track(drafts)
        found = [
            Track(track.id, track.name, inherits=self.inherited(track, lowest)) for track in drafts
        ]
        if self.as_levels:
            container = self.reading.mixins[0].found.container
            name = container.name if container else "Roles"
            track_ids = Ids("track")
            for track in drafts:
                track_ids.take(track.id)
            found.append(Track(track_ids.take(name), name))
            lists.append((found[-1].id, self.reading.mixins))
        lines: dict[str, int] = {}
        for track_id, levels in lists:
            ranked = sorted(zip(ranks(levels), levels, strict=True), key=lambda each: each[0])
            for rank, draft in ranked:
                level = self.level(draft, ids, track_id, rank)
                lines[level.id] = draft.line
                made.append(level)
        if self.settled.get("order") == "document":
            made.sort(key=lambda level: lines[level.id])
        return tuple(found), tuple(made)

    def inherited(
        self, track: TrackDraft, lowest: TrackDraft | None
    ) -> tuple[TrackInheritance, ...]:
        answer = self.settled.get(f"cascade.{track.id}", "none")
        if lowest is None or answer == "none":
            return ()
        return (TrackInheritance(lowest.id, track.start if answer == "below" else None),)

    def level(self, draft: OwnerDraft, ids: Ids, track: str | None, rank: int) -> Level:
        icon, name = split_icon(draft.name.name)
        return Level(
            id=ids.take(draft.found.anchor or name),
            name=name,
            rank=rank,
            code="" if self.settled.get("codes") == "drop" else draft.name.code,
            aliases=draft.name.aliases,
            track=track,
            icon=icon,
            anchor=draft.found.anchor,
            summary=_paragraphs(draft.before.prose),
            attributes=() if self.loose(draft) else _attributes(draft),
            placeholder=draft.before.placeholder,
            cells=self.cells(draft),
            examples=_examples(draft.before.examples),
        )

    def mixins(self) -> tuple[Mixin, ...]:
        ids = Ids("role")
        return tuple(
            Mixin(
                id=ids.take(_MIXIN_PREFIX.sub("", draft.found.anchor) or draft.name.name),
                name=draft.name.name,
                aliases=draft.name.aliases,
                anchor=draft.found.anchor,
                summary=_paragraphs(draft.before.prose),
                placeholder=draft.before.placeholder,
                cells=self.cells(draft),
            )
            for draft in self.reading.mixins
        )

    def cells(self, owner: OwnerDraft) -> tuple[Cell, ...]:
        """One cell for each dimension that the owner names, in the ladder's order."""
        found: dict[str, list[CellDraft]] = {}
        for cell in owner.cells:
            found.setdefault(self.dimension[name_key(cell.dimension)].id, []).append(cell)
        if self.implicit and self.loose(owner):
            found[self.implicit.id] = [CellDraft("", expectations=owner.before.expectations)]
        return tuple(
            self.cell(dimension, found[dimension])
            for dimension in sorted(found, key=self.position.__getitem__)
        )

    def cell(self, dimension: str, drafts: list[CellDraft]) -> Cell:
        prose = [block for draft in drafts for block in draft.prose]
        expectations = [
            made
            for draft in drafts
            for each in draft.expectations
            for made in self.expectation(each)
        ]
        if self.settled.get("duplicates") == "once":
            expectations = list({normalised(each.text): each for each in expectations}.values())
        if not expectations and prose and self.settled.get("prose") != "summary":
            expectations, prose = self.stated(prose), []
        return Cell(
            dimension,
            summary=_paragraphs(prose),
            placeholder=any(draft.placeholder for draft in drafts),
            expectations=tuple(expectations),
            examples=_examples(block for draft in drafts for block in draft.examples),
        )

    def expectation(self, draft: ExpectationDraft) -> list[Expectation]:
        nested = self.settled.get("nested")
        made = Expectation(
            draft.block.text,
            detail=_paragraphs(draft.details),
            examples=_examples(draft.examples)
            + (_examples(draft.children) if nested == "examples" else ()),
            children=tuple(child.text for child in draft.children) if nested == "children" else (),
            at=_place(draft.block),
        )
        if nested != "expectations":
            return [made]
        return [made, *(Expectation(child.text, at=_place(child)) for child in draft.children)]

    def stated(self, prose: list[Block]) -> list[Expectation]:
        """A cell of prose alone: one statement, or one for each sentence."""
        if self.settled.get("prose") == "sentences":
            return [
                Expectation(sentence, at=_place(block))
                for block in prose
                for sentence in _SENTENCE_END.split(block.text)
            ]
        return [Expectation(_paragraphs(prose), at=_place(prose[0]))]

    def cascade(self) -> Cascade:
        stated = " ".join(block.text for block in self.reading.cascade)
        mode = self.settled.get("cascade", "none")
        if mode == "accumulate":
            return Cascade("accumulate", stated, self.confirmed)
        return Cascade("supersede" if mode == "supersede" else "none", stated, self.confirmed)

    def licence(self) -> Licence:
        answer = self.settled["licence"]
        if answer == "internal":
            return Licence(_INTERNAL)
        if answer == "none":
            return Licence()
        texts = [block.text for block in self.reading.licence]
        links = [link for block in self.reading.licence for link in block.links]
        return Licence(licence_id(texts), next(iter(links), ""), evidence=" ".join(texts))


def are_attributes(owner: OwnerDraft) -> bool:
    """Whether the list before the first dimension is one of labels with values."""
    listed = owner.before.expectations
    return bool(owner.cells and listed) and all(
        LABELLED.fullmatch(each.block.text) for each in listed
    )


def _attributes(owner: OwnerDraft) -> tuple[Attribute, ...]:
    found = (LABELLED.fullmatch(each.block.text) for each in owner.before.expectations)
    return tuple(Attribute(match[1].strip(), match[2]) for match in found if match)


def _examples(blocks: Iterable[Block]) -> tuple[Example, ...]:
    return tuple(Example(block.text, _place(block)) for block in blocks)


def _paragraphs(blocks: Iterable[Block]) -> str:
    return "\n\n".join(block.text for block in blocks)


def _place(block: Block) -> str:
    return f"L{block.line}"
