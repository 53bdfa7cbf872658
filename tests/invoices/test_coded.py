"""Columns of distinct values: whatever is asked of one is what is asked of the list of its cells."""

from __future__ import annotations

import pickle
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.coded import Coded, CodedRows
from batchinvoice.invoices.table import Broken

_VALUES = st.sampled_from([None, 1, 1.0, True, False, 0, 0.0, "1", "a", "A", " ", "ن", Broken(), Broken("#REF!")])
_COLUMNS = st.lists(_VALUES, max_size=30)


def same(one: list[Any], other: list[Any]) -> bool:
    """Equal, and of the same types: 1 is not True."""
    return list(map(repr, one)) == list(map(repr, other))


@given(_COLUMNS)
def test_a_column_is_the_list_of_its_cells(cells: list[Any]) -> None:
    column = Coded.of(cells)
    assert same(list(column), cells)
    assert [repr(column[at]) for at in range(len(column))] == list(map(repr, cells))
    assert same(list(pickle.loads(pickle.dumps(column))), cells)
    codes, values = column.take(range(0, len(cells), 1)[1:]).distinct()
    assert sorted(map(repr, values)) == sorted(set(map(repr, cells[1:])))
    assert codes.tolist() == sorted(set(column.codes[1:]))


def test_no_text_is_an_empty_cell() -> None:
    assert list(Coded.of(["", "a", ""])) == [None, "a", None]


@given(_COLUMNS)
def test_a_function_is_asked_once_for_each_value(cells: list[Any]) -> None:
    asked: Counter[str] = Counter()

    def name(value: Any) -> str:
        asked[repr(value)] += 1
        return repr(value)

    assert list(Coded.of(cells).map(name)) == list(map(repr, cells))
    assert set(asked.values()) <= {1}


@given(_COLUMNS, st.data())
def test_rows_that_are_taken_edited_or_looked_for(cells: list[Any], data: st.DataObject) -> None:
    column = Coded.of(cells)
    positions = data.draw(st.lists(st.integers(0, len(cells) - 1), unique=True).map(sorted)) if cells else []
    taken = column.take(positions)
    assert same(list(taken), [cells[at] for at in positions])
    assert {repr(value) for value in taken.values} <= {repr(None), *(repr(cells[at]) for at in positions)}
    assert same(list(column.take(range(len(cells) // 2, len(cells)))), cells[len(cells) // 2 :])
    edits = dict.fromkeys(positions, "new") | {len(cells) + 2: "behind"}
    longer = [*cells, None, None, None]
    assert same(list(column.edited(edits)), [edits.get(at, cell) for at, cell in enumerate(longer)])
    assert same(list(column), cells)
    assert column.where(lambda cell: isinstance(cell, str)) == [
        at for at, cell in enumerate(cells) if isinstance(cell, str)
    ]


@given(st.lists(st.sampled_from([None, "a", "b", "c", "d"]), max_size=20), st.data())
def test_rows_whose_value_is_there_again(cells: list[str | None], data: st.DataObject) -> None:
    among = data.draw(st.none() | st.sets(st.integers(0, max(0, len(cells) - 1))).map(sorted)) if cells else None
    counted = list(range(len(cells))) if among is None else among

    def again(values: list[str | None]) -> list[int]:
        there = Counter(values[at] for at in counted)
        return [at for at in counted if values[at] is not None and there[values[at]] > 1]

    column = Coded.of(cells)
    assert column.repeated(among) == again(cells)
    # Two values that a function makes the same count as one.
    folded = column.map(lambda value: value and value.replace("d", "c"))
    assert folded.repeated(among) == again(list(folded))


@given(st.lists(st.tuples(_VALUES, _VALUES, _VALUES), max_size=20))
def test_columns_side_by_side(rows: list[tuple[Any, Any, Any]]) -> None:
    first, *others = (Coded.of([row[at] for row in rows]) for at in range(3))
    assert same(list(first.zipped(*others)), rows)


@given(
    st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(_VALUES, min_size=width, max_size=width), min_size=1)),
    st.integers(1, 4),
    st.integers(0, 2),
)
def test_rows_are_the_same_in_whatever_blocks_and_goes(rows: list[list[Any]], at_once: int, before: int) -> None:
    blocks = [rows[at : at + 3] for at in range(0, len(rows), 3)]
    coded = CodedRows.of(lambda: blocks, len(rows[0]), before=before, at_once=at_once)
    assert [list(map(repr, row)) for row in coded] == [["None"] * before + list(map(repr, row)) for row in rows]


@given(st.lists(st.lists(_VALUES, max_size=4), max_size=12))
def test_rows_of_any_length_are_filled_up(rows: list[list[Any]]) -> None:
    coded = CodedRows.of_any([rows[at : at + 5] for at in range(0, len(rows), 5)])
    width = max(map(len, rows), default=0)
    assert [list(map(repr, row)) for row in coded] == [
        [*map(repr, row), *(["None"] * (width - len(row)))] for row in rows
    ]


def test_a_cell_outside_makes_room_for_itself() -> None:
    coded = CodedRows.of_any([[["a"], ["b"]]]).edited({(3, 2): Broken()})
    assert list(coded) == [["a", None, None], ["b", None, None], [None] * 3, [None, None, Broken()]]
    with pytest.raises(IndexError):
        coded[4]
