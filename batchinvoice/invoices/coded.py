"""A column as its distinct values and a code for each row: sheets repeat themselves, and memory is not endless.

What a value means is worked out once, however many rows have it, and a million rows take 4 bytes each besides.
"""

from __future__ import annotations

import pickle
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count, islice, zip_longest
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    import numpy as np

_CODE = "I"
# 1, 1.0 and True are equal, and not the same in a cell. Workbooks have floats.
_KEYED = frozenset({bool, int})
_EMPTY = {None: 0, "": 0}


class Coded(Sequence[Any]):
    """A column of any values, read like a list; `values[codes[i]]` is the value of row i. Changes make a new one."""

    __slots__ = ("codes", "values")

    def __init__(self, values: list[Any], codes: array[int]) -> None:
        self.values, self.codes = values, codes

    @classmethod
    def of(cls, cells: Iterable[Any]) -> Coded:
        """The column of these cells; an empty one (None or no text) has the code 0."""
        coder = Coder()
        coder.add(list(cells))
        return coder.coded()

    @classmethod
    def same(cls, value: Any, count: int) -> Coded:
        """A column in which every row has the same value."""
        return cls([value], array(_CODE, bytes(4 * count)))

    @classmethod
    def of_mask(cls, mask: np.ndarray[Any, Any]) -> Coded:
        """The column of these booleans."""
        return cls([False, True], array(_CODE, mask.astype("uint32").tobytes()))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, position: int) -> Any: ...
    @overload
    def __getitem__(self, position: slice) -> Coded: ...
    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return Coded(self.values, self.codes[position])
        return self.values[self.codes[position]]

    def __iter__(self) -> Iterator[Any]:
        return map(self.values.__getitem__, self.codes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    def __reduce__(self) -> tuple[Any, ...]:
        # Packed by itself: one pickler for all columns would remember every value of every column.
        return _unpacked, (pickle.dumps(self.values, protocol=5), self.codes.tobytes())

    @property
    def numbers(self) -> np.ndarray[Any, Any]:
        """The codes as an array to calculate with."""
        import numpy as np

        return np.frombuffer(self.codes, dtype=np.uint32)

    def map(self, function: Callable[[Any], Any]) -> Coded:
        """The column of what the function makes of each value; it is called once for each distinct one."""
        return Coded([function(value) for value in self.values], self.codes)

    def where(self, holds: Callable[[Any], bool]) -> list[int]:
        """The positions, in order, of the rows for whose value it holds; asked once for each distinct one."""
        return self.mask(holds).nonzero()[0].tolist()

    def mask(self, holds: Callable[[Any], bool]) -> np.ndarray[Any, Any]:
        """Whether it holds for each row's value, as an array; asked once for each distinct one."""
        import numpy as np

        held = np.fromiter(map(holds, self.values), dtype=bool, count=len(self.values))
        rows: np.ndarray[Any, Any] = held[self.numbers]
        return rows

    def take(self, positions: Sequence[int]) -> Coded:
        """The column of these rows alone, without the values that only others have."""
        if isinstance(positions, range) and positions.step == 1:
            codes = self.codes[positions.start : positions.stop]
            others = set(self.codes[: positions.start]).union(self.codes[positions.stop :])
        else:
            codes = array(_CODE, map(self.codes.__getitem__, positions))
            others = set(self.codes)
        values = list(self.values)
        for code in others.difference(codes):
            values[code] = None
        return Coded(values, codes)

    def edited(self, edits: Mapping[int, Any]) -> Coded:
        """The column with other values at these positions; positions behind its end make it longer."""
        if not edits:
            return self
        values, codes = list(self.values), self.codes[:]
        codes.frombytes(bytes(4 * max(0, max(edits) + 1 - len(codes))))
        for position, value in edits.items():
            codes[position] = len(values)
            values.append(value)
        return Coded(values, codes)

    def distinct(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The codes that rows have, in order, and the value of each as a plain object."""
        import numpy as np

        values = np.empty(len(self.values), dtype=object)
        values[:] = self.values
        codes = np.bincount(self.numbers).nonzero()[0]
        return codes, values[codes]

    def zipped(self, *others: Coded) -> Coded:
        """The column of tuples of the values of this column and the others."""
        import numpy as np

        found = self.numbers
        of_each = [np.arange(len(self.values))]  # for each column, the codes of its values in the distinct tuples
        for other in others:
            pairs = found.astype(np.uint64) * np.uint64(len(other.values)) + other.numbers
            distinct, found = np.unique(pairs, return_inverse=True)
            firsts, seconds = np.divmod(distinct, np.uint64(len(other.values)))
            of_each = [*(codes[firsts] for codes in of_each), seconds]
        columns = zip((self, *others), of_each, strict=True)
        values = zip(*(map(column.values.__getitem__, codes.tolist()) for column, codes in columns), strict=True)
        return Coded(list(values), array(_CODE, found.astype(np.uint32).tobytes()))

    def repeated(self, among: Sequence[int] | None = None) -> list[int]:
        """The positions, in order, of the rows whose value another row has, too; None is no value.

        among: the positions, in order, of the rows that count; None: all.
        """
        import numpy as np

        first: dict[Any, int] = {}
        same = [first.setdefault(value, code) for code, value in enumerate(self.values)]
        codes = np.array(same, dtype=np.uint32)[self.numbers]
        positions = np.arange(len(codes)) if among is None else np.array(among, dtype=np.int64)
        if None in first:
            positions = positions[codes[positions] != first[None]]
        codes = codes[positions]
        return positions[np.bincount(codes)[codes] > 1].tolist() if len(codes) else []


def _unpacked(values: bytes, codes: bytes) -> Coded:
    column = array(_CODE)
    column.frombytes(codes)
    return Coded(pickle.loads(values), column)  # noqa: S301 - packed by this class, in a child of this process


class Coder:
    """Makes a column of cells as they come. No text is an empty cell."""

    def __init__(self, before: int = 0) -> None:
        """before: so many empty cells come first."""
        self._index: defaultdict[Any, int] = defaultdict(count(1).__next__, _EMPTY)
        self._codes = array(_CODE, bytes(4 * before))

    def add(self, cells: Collection[Any]) -> None:
        """Add cells below the last one."""
        if not _KEYED.isdisjoint(map(type, cells)):
            cells = [(type(cell), cell) if type(cell) in _KEYED else cell for cell in cells]
        self._codes.extend(map(self._index.__getitem__, cells))

    def coded(self) -> Coded:
        """The column so far."""
        values = [None, *islice(self._index, len(_EMPTY), None)]
        if tuple in set(map(type, values)):
            values = [value[1] if type(value) is tuple else value for value in values]
        return Coded(values, self._codes)


class CodedRows(Sequence[Sequence[Any]]):
    """The cells of a sheet, read row by row like a list of lists, and kept by columns of the same height."""

    __slots__ = ("columns", "height")

    def __init__(self, columns: Sequence[Coded], height: int) -> None:
        self.columns, self.height = tuple(columns), height

    @classmethod
    def of(
        cls, blocks: Callable[[], Iterable[Sequence[Sequence[Any]]]], width: int, *, before: int = 0, at_once: int = 99
    ) -> CodedRows:
        """The cells of blocks of rows of one width; before them so many empty columns.

        at_once: so many columns are made in one go through the blocks, which begin anew each time.
        """
        columns: list[Coded] = []
        height = 0
        for first in range(0, width, at_once):
            coders = [Coder() for _ in range(first, min(first + at_once, width))]
            for block in blocks():
                of_block = list(zip(*block, strict=True))
                for coder, cells in zip(coders, of_block[first:], strict=False):
                    coder.add(cells)
            columns += [coder.coded() for coder in coders]
            height = len(columns[0])
        return cls([*(Coded.same(None, height) for _ in range(before)), *columns], height)

    @classmethod
    def of_any(cls, blocks: Iterable[Sequence[Sequence[Any]]]) -> CodedRows:
        """The cells of blocks of rows of any lengths."""
        coders: list[Coder] = []
        height = 0
        for block in blocks:
            cells = list(zip_longest(*block))
            coders += [Coder(height) for _ in range(len(cells) - len(coders))]
            for index, coder in enumerate(coders):
                coder.add(cells[index] if index < len(cells) else [None] * len(block))
            height += len(block)
        return cls([coder.coded() for coder in coders], height)

    def __len__(self) -> int:
        return self.height

    @overload
    def __getitem__(self, position: int) -> Sequence[Any]: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Sequence[Any]]: ...
    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return [self[each] for each in range(*position.indices(self.height))]
        if not -self.height <= position < self.height:
            raise IndexError(position)
        return [column.values[column.codes[position]] for column in self.columns]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # like a list

    def take(self, positions: Sequence[int]) -> CodedRows:
        """These rows alone."""
        return CodedRows([column.take(positions) for column in self.columns], len(positions))

    def edited(self, edits: Mapping[tuple[int, int], Any]) -> CodedRows:
        """The cells with other values at these rows and columns; what lies outside makes room for itself."""
        if not edits:
            return self
        height = max(self.height, *(row + 1 for row, _ in edits))
        width = max(len(self.columns), *(column + 1 for _, column in edits))
        by_column: dict[int, dict[int, Any]] = {}
        for (row, column), value in edits.items():
            by_column.setdefault(column, {})[row] = value
        columns = [*self.columns, *(Coded.same(None, 0) for _ in range(width - len(self.columns)))]
        return CodedRows(
            [_to_height(column.edited(by_column.get(at, {})), height) for at, column in enumerate(columns)], height
        )


def _to_height(column: Coded, height: int) -> Coded:
    missing = height - len(column)
    return column.edited({height - 1: None}) if missing > 0 else column
