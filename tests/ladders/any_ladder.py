"""A hypothesis strategy for every ladder that the format allows."""

from hypothesis import strategies as st

from ladders import document as d

text = st.text(
    st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t :#-'\"&*!|>%@`{}[]~"),
    max_size=30,
)
said = text.filter(str.strip)
ids = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters=".|/"), min_size=1, max_size=8
)
flags = st.booleans()
modes = st.sampled_from(["none", "accumulate", "supersede"])


def some(strategy, size=2):
    return st.lists(strategy, max_size=size).map(tuple)


def distinct(size=3, least=0):
    return st.lists(ids, min_size=least, max_size=size, unique=True)


attributes = some(st.builds(d.Attribute, text, text))
notes = some(st.builds(d.Note, text, text))
examples = some(st.builds(d.Example, text, text))
#: The words that YAML 1.1 and 1.2 readers disagree about.
tricky = st.sampled_from(
    [
        "yes",
        "no",
        "on",
        "null",
        "~",
        "true",
        "1",
        "-0",
        "1.0",
        "0o7",
        "1e3",
        "1_0",
        "2020-01-01",
        "=",
        "<<",
        ".inf",
    ]
)


expectations = some(
    st.builds(
        d.Expectation,
        text=said | tricky,
        label=text,
        detail=text,
        kind=st.sampled_from(["expectation", "anti_pattern"]),
        external_id=text,
        attributes=attributes,
        examples=examples,
        children=some(text),
        replaces=some(ids),
        placeholder=flags,
        at=text,
    )
    | st.builds(d.Expectation, said | tricky)
)


@st.composite
def _cells(draw, dimensions):
    chosen = [dimension for dimension in dimensions if draw(flags)]
    return tuple(
        draw(
            st.builds(
                d.Cell,
                dimension=st.just(dimension),
                summary=text,
                placeholder=flags,
                not_applicable=flags,
                attributes=attributes,
                expectations=expectations,
                examples=examples,
            )
        )
        for dimension in chosen
    )


@st.composite
def ladders(draw):
    tracks, groups, mixins = draw(distinct()), draw(distinct()), draw(distinct(2))
    dimensions, levels = draw(distinct(least=1)), draw(distinct(least=1))
    track, level = st.sampled_from(tracks or [None]), st.sampled_from(levels)
    cells = _cells(dimensions)
    rank = st.integers(-1000, 1000)
    return d.Ladder(
        id=draw(ids),
        name=draw(said | tricky),
        tagline=draw(text),
        summary=draw(text),
        icon=draw(text),
        organisation=draw(text),
        language=draw(text | tricky),
        version=draw(text | tricky),
        licence=draw(st.builds(d.Licence, text, text, text, text)),
        source=draw(
            st.builds(
                d.Source,
                files=some(text),
                sha256=text,
                encoding_repair=st.sampled_from(["", "none", "cp1252"]),
            )
        ),
        cascade=draw(st.builds(d.Cascade, modes, text, flags)),
        notes=draw(notes),
        tracks=tuple(
            d.Track(
                each,
                draw(said),
                draw(text),
                draw(
                    some(st.builds(d.TrackInheritance, st.sampled_from(tracks), st.none() | rank))
                ),
            )
            for each in tracks
        ),
        groups=tuple(
            d.Group(each, draw(said), draw(text), draw(text), groups[index - 1] if index else None)
            for index, each in enumerate(groups)
        ),
        dimensions=tuple(
            draw(
                st.builds(
                    d.Dimension,
                    id=st.just(each),
                    name=said,
                    group=st.none() | st.sampled_from(groups) if groups else st.none(),
                    aliases=some(text),
                    implicit=flags,
                    cascade=st.none() | modes,
                )
            )
            for each in dimensions
        ),
        levels=tuple(
            draw(
                st.builds(
                    d.Level,
                    id=st.just(each),
                    name=said | tricky,
                    rank=rank,
                    code=text | tricky,
                    aliases=some(text),
                    track=st.none() | track,
                    family=text,
                    icon=text,
                    anchor=text,
                    summary=text,
                    attributes=attributes,
                    placeholder=flags,
                    inherits=st.none() | st.just(tuple(levels[:index])),
                    cells=cells,
                    examples=examples,
                    notes=notes,
                )
            )
            for index, each in enumerate(levels)
        ),
        common=draw(st.builds(d.Common, text, cells)),
        mixins=tuple(
            draw(
                st.builds(
                    d.Mixin,
                    id=st.just(each),
                    name=said,
                    aliases=some(text),
                    summary=text,
                    anchor=text,
                    placeholder=flags,
                    applies_to=st.builds(
                        d.AppliesTo,
                        tracks=some(st.sampled_from(tracks)) if tracks else st.just(()),
                        from_rank=st.none() | rank,
                        to_rank=st.none() | rank,
                        levels=some(level),
                    ),
                    cells=cells,
                    cells_by_level=cells.map(lambda said: (d.LevelCells(levels[0], said),)),
                    notes=notes,
                )
            )
            for each in mixins
        ),
        unmapped=draw(some(st.builds(d.Unmapped, text, text, text))),
    )
