"""Row numbers as people write them: `5, 9–12`."""

from __future__ import annotations

from collections.abc import Iterable


def row_list(rows: Iterable[int]) -> str:
    """The numbers in order, neighbours as a range. All of them: an auditor may ask for any."""
    parts: list[tuple[int, int]] = []
    for row in sorted(rows):
        if parts and parts[-1][1] == row - 1:
            parts[-1] = (parts[-1][0], row)
        else:
            parts.append((row, row))
    return ", ".join(f"{first}–{last}" if last > first else str(first) for first, last in parts)


def in_row_list(row: int, said: str) -> bool:
    """True if the row is among those that `row_list` wrote."""
    return any(int(part[0]) <= row <= int(part[-1]) for part in (each.split("–") for each in said.split(", ")))
