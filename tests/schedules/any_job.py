"""Jobs with any words that a file, a folder or an option can hold."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from batchinvoice.schedules.job import Job
from batchinvoice.schedules.rule import LAST_NUMBERED, Daily, Every, Monthly, Named, Rule

_ODD = """ '"\\%$`~#;&|<>()*?!{}[]=-،فاتورة ١👍\u00a0"""
WORDS = st.text(st.one_of(st.sampled_from(_ODD), st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])))
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
INTERVALS = st.sampled_from([1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440])
WEEKENDS = st.frozensets(st.integers(0, 6), min_size=1, max_size=6)
MONTHLY = st.builds(Monthly, st.one_of(st.sampled_from(Named), st.integers(1, LAST_NUMBERED)), TIMES, WEEKENDS)
RULES: st.SearchStrategy[Rule] = st.one_of(st.builds(Every, INTERVALS), st.builds(Daily, TIMES), MONTHLY)
_FIRST = dt.datetime(1999, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 100 * 366 * 86_400).map(lambda seconds: _FIRST + dt.timedelta(seconds=seconds))
JOBS = st.builds(
    Job,
    name=st.just("month-end"),
    rule=RULES,
    python=WORDS.map(lambda text: f"/{text}/python"),
    folder=WORDS.map(lambda text: f"/{text}/here"),
    words=st.lists(WORDS, min_size=1, max_size=4).map(lambda words: ("run", *words)),
    environment=st.sampled_from(["sandbox", "live"]),
    profile=st.one_of(st.just(""), WORDS),
)
