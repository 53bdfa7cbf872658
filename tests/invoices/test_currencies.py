"""Which words and signs are certainly another currency, and which are the dinar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.currencies import is_dinar, is_foreign


@pytest.mark.parametrize(
    "text",
    [
        *("$", "US$", "€", "£", "¥", "₹", "﷼", "\u20c1", "USD", "usd", " SAR ", "(AED)", "Total USD:", "TRY", "ALL"),
        *("ر.س", "ر.س.\u200f", "ر. س", "د.إ", "ر.ق", "د.ب", "ر.ع", "ج.م", "ريال", "ريال سعودي", "دولار أمريكي", "جنيه"),
        *("Bahraini Dinar", "دينار بحريني", "دينار أردني", "SR", "S.R.", "Dhs", "Rs.", "fils", "فلس", "Euros"),
    ],
)
def test_other_currencies(text: str) -> None:
    assert is_foreign(text)
    assert not is_dinar(text)


@pytest.mark.parametrize(
    "text",
    [
        *("KWD", "KD", "K.D.", "K D", "kd", "Dinars", "Kuwaiti Dinar"),
        *("د.ك", "د.ك.\u200f", "\u200fد. ك", "دينار كويتي", "دنانير"),
    ],
)
def test_dinars(text: str) -> None:
    assert is_dinar(text)
    assert not is_foreign(text, is_sign=True)


@pytest.mark.parametrize(
    "text", ["", " ", "Total:", "all", "try ", "Total ALL", "each", "¤", "K", "kr", "R", "%", "VAT", "دب كبير"]
)
def test_what_may_be_anything(text: str) -> None:
    assert not is_foreign(text)
    assert not is_dinar(text)


def test_signs_that_are_told_to_be_currencies() -> None:
    assert all(is_foreign(text, is_sign=True) for text in ("kr", "zł", "R", "د.ا", "د.م.\u200f", "US"))
    assert not any(is_foreign(text, is_sign=True) for text in ("", "K", "X", "د"))


@given(st.text())
def test_any_text(text: str) -> None:
    assert is_foreign(text) <= is_foreign(text, is_sign=True)
    is_dinar(text)
