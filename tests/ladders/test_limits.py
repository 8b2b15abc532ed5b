"""How large a ladder may be, in whichever way it comes in."""

from dataclasses import replace

import pytest

from ladders import limits
from ladders.canonical import CanonicalError, dump, load
from ladders.document import (
    Cell,
    Dimension,
    Example,
    Expectation,
    Group,
    Ladder,
    Level,
    Mixin,
    Track,
    Unmapped,
)
from ladders.faults import faults
from ladders.importing.bundle import Upload
from ladders.importing.pipeline import read_uploads
from ladders.importing.proposal import NotALadderError
from ladders.limits import excesses

LADDER = Ladder(
    "cooks", "Cooks", dimensions=(Dimension("taste", "Taste"),), levels=(Level("l1", "Level 1", 1),)
)


def numbered(kind, count, *more):
    return tuple(kind(f"x{number}", f"X {number}", *more) for number in range(count))


def with_cells(counts, texts=("Salts {}.",)):
    """A level in each of whose cells there are as many expectations."""
    cells = tuple(
        Cell(
            f"x{place}",
            expectations=tuple(Expectation(texts[0].format(each)) for each in range(count)),
        )
        for place, count in enumerate(counts)
    )
    return replace(
        LADDER,
        dimensions=numbered(Dimension, len(counts)),
        levels=(replace(LADDER.levels[0], cells=cells),),
    )


def with_examples(count, text):
    cell = Cell("taste", examples=(Example(text),) * count)
    return replace(LADDER, levels=(replace(LADDER.levels[0], cells=(cell,)),))


#: Of each limit, a ladder by how far it goes beyond it, and the sentence.
LIMITS = {
    "levels": (
        lambda more: replace(LADDER, levels=numbered(Level, 100 + more, 1)),
        "A ladder has at most 100 levels and roles.",
    ),
    "roles": (
        lambda more: replace(LADDER, mixins=numbered(Mixin, 99 + more)),
        "A ladder has at most 100 levels and roles.",
    ),
    "dimensions": (
        lambda more: replace(LADDER, dimensions=numbered(Dimension, 100 + more)),
        "A ladder has at most 100 dimensions.",
    ),
    "tracks": (
        lambda more: replace(LADDER, tracks=numbered(Track, 100 + more)),
        "A ladder has at most 100 tracks.",
    ),
    "groups": (
        lambda more: replace(LADDER, groups=numbered(Group, 100 + more)),
        "A ladder has at most 100 groups of dimensions.",
    ),
    "expectations": (
        lambda more: with_cells([100] * 20 + [more] * (more > 0)),
        "A ladder has at most 2,000 expectations.",
    ),
    "expectations of a cell": (
        lambda more: with_cells([200 + more]),
        "A level or role has at most 200 expectations in one dimension.",
    ),
    "a text": (
        lambda more: replace(LADDER, summary="x" * (20_000 + more)),
        "A text has at most 20,000 characters.",
    ),
    "characters": (
        # The rest of them are in the names and ids.
        lambda more: with_examples(50, "x" * (19_999 + more)),
        "A ladder has at most 1,000,000 characters.",
    ),
    "texts": (
        lambda more: with_examples(20_000 - 8 + more, "x"),
        "A ladder has at most 20,000 texts.",
    ),
}


@pytest.mark.parametrize("kind", LIMITS)
def test_what_is_larger_than_a_ladder_may_be_is_told_and_what_is_as_large_is_not(kind):
    made, sentence = LIMITS[kind]

    assert [each for _, each in excesses(made(0))] == []
    assert [each for _, each in excesses(made(1))] == [sentence]
    assert sentence in [each for _, each in faults(made(1))]


def test_a_ladder_file_of_too_much_is_refused_where_it_is():
    made, sentence = LIMITS["roles"]
    long = replace(made(1), tagline="x" * 20_001)
    text = dump(long)
    lines = text.split("\n")

    with pytest.raises(CanonicalError) as refused:
        load(text)

    told = {each.sentence: lines[each.line - 1] for each in refused.value.problems}
    assert set(told) == {sentence, LIMITS["a text"][1]}
    assert told[LIMITS["a text"][1]].startswith("  tagline: xxx")
    assert load(dump(made(0))) == made(0)


def test_what_has_no_place_in_a_ladder_is_as_long_as_the_document():
    assert list(excesses(replace(LADDER, unmapped=(Unmapped("x" * 500_000),) * 3))) == []


def test_a_document_with_too_much_in_one_cell_is_read_as_no_ladder():
    def read(most):
        rows = "".join(f"Level 1,Taste,Tastes soup {each}.\n" for each in range(most))
        rest = "".join(f"Level 2,Taste,Salts soup {each}.\n" for each in range(9))
        return read_uploads(
            [Upload("a.csv", f"Level,Dimension,Expectation\n{rows}{rest}".encode())]
        )

    most = limits.MOST_IN_A_CELL

    assert read(most).verdict.is_ladder
    assert "200 of them in one dimension of a level" in " ".join(read(most + 1).verdict.reasons)
    with pytest.raises(NotALadderError):
        read(most + 1).ladder()
