"""Ages as people say them, by the calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from batchinvoice.age import moment_before

NOW = dt.datetime(2028, 2, 29, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("age", "day"),
    [
        ("1d", (2028, 2, 28)),
        ("400d", (2027, 1, 25)),
        ("1m", (2028, 1, 29)),
        ("2m", (2027, 12, 29)),
        ("18M", (2026, 8, 29)),
        ("1y", (2027, 2, 28)),
        ("4 y", (2024, 2, 29)),
        ("26m", (2025, 12, 29)),
    ],
)
def test_so_far_back(age: str, day: tuple[int, int, int]) -> None:
    assert moment_before(age, NOW) == NOW.replace(year=day[0], month=day[1], day=day[2])


@pytest.mark.parametrize("age", ["", "2", "y", "0d", "-1y", "2 weeks", "1.5y", "9999y", "10000d", "٢y", "2y3m"])
def test_what_is_no_age_is_refused(age: str) -> None:
    with pytest.raises(ValueError, match="“"):
        moment_before(age, NOW)
