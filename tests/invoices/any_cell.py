"""Cells of every kind that a spreadsheet can hold, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from batchinvoice.invoices.table import Broken

ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")

# What people write is rarely far from this: digits of three scripts, signs, a little of everything else.
near_numbers = st.text(st.sampled_from("0123456789٠١٢٣۴۵۶.,٫٬،+-−/()eE \u00a0\u200f\u061cKDkdك.د²①½"), max_size=14)
words = st.sampled_from(["sms", "e-mail", "نعم", "en", "عربي", "KNET", "1,2", "31 Dec 2026", "3/4/2026", *ERRORS])

any_cell = st.one_of(
    st.none(),
    st.text(max_size=40),
    near_numbers,
    words,
    st.floats(),
    st.integers(-(10**25), 10**25),
    st.sampled_from([10**400, -(10**5000)]),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.builds(Broken, st.sampled_from(["", *ERRORS])),
)
