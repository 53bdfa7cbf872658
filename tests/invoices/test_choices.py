"""Words for one of few meanings as people write them: known, or an issue that proposes what they look like."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices import choices
from batchinvoice.invoices.choices import payment_types
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import PAYMENT_TYPES
from batchinvoice.invoices.invoice import Delivery
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.table import Cell


class TestPaymentTypes:
    @pytest.mark.parametrize(
        "cell",
        [
            "1,2",
            "1, 2",
            "1;2",
            "1+2",
            "[1,2]",
            '["1","2"]',
            "KNET,MPGS",
            "knet, mpgs",
            "Knet + 2",
            "١،٢",
            "1,,2,",
            "1.0, 2.0",
            "K-NET / MPGS",
            "K NET & MPGS",
            "KNET and MPGS",
            "كي نت، MPGS",
            "كي-نت و MPGS",
            "1,2,1",
        ],
    )
    def test_one_set_in_many_spellings(self, cell: str) -> None:
        assert payment_types(cell, ()) == (1, 2)

    @pytest.mark.parametrize(("number", "name"), PAYMENT_TYPES.items())
    def test_every_method_by_number_and_name(self, number: int, name: str) -> None:
        for cell in (number, float(number), str(number), name, name.upper(), f" {name.lower()} "):
            assert payment_types(cell, ()) == (number,)

    @pytest.mark.parametrize("cell", [None, "", "  "])
    def test_empty_means_the_default(self, cell: Cell) -> None:
        assert payment_types(cell, (1, 9)) == (1, 9)

    @pytest.mark.parametrize(
        ("cell", "named"),
        [
            ("KNET, PayPenny", "PayPenny"),
            ("3", "3"),
            ("1,99", "99"),
            ("²", "²"),
            ("①", "①"),
            (",", ","),
            ("1.2", "1.2"),
            (1.2, "1.2"),
            (-1.0, "-1"),
            ("KNET MPGS", "KNET MPGS"),
            (True, "TRUE"),
            ("[]", "[]"),
            ("00001", "00001"),
        ],
    )
    def test_the_one_that_is_not_known_is_named(self, cell: Cell, named: str) -> None:
        found = payment_types(cell, ())
        assert isinstance(found, Problem)
        assert found.code is Code.PAYMENT_METHOD_UNKNOWN
        assert found.params["value"] == named
        assert "16 Google Pay" in found.params["choices"]

    @pytest.mark.parametrize(
        ("cell", "number"),
        [("American Express", 7), ("G Pay", 16), ("كينت", 1), ("CyberSource", 5), ("جوجل باي", 16)],
    )
    def test_other_names_that_mean_one_method(self, cell: str, number: int) -> None:
        assert payment_types(cell, ()) == (number,)

    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("knett", "KNET"),
            ("KNET MPGS", "KNET, MPGS"),
            ("1, MPSG", "KNET, MPGS"),
            (1.2, "KNET, MPGS"),
            ("1 KNET", "KNET"),
            ("Apple Pay", None),
            ("Visa", None),
            ("KNET, PayPenny", None),
            ("99", None),
        ],
    )
    def test_what_looks_like_a_method_is_proposed(self, cell: Cell, meant: str | None) -> None:
        found = payment_types(cell, ())
        assert isinstance(found, Problem)
        assert found.params.get("proposed") == meant


class TestChoices:
    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            *((word, Delivery.SMS) for word in ("sms", "SMS ", "Text", "رسالة نصية", "رسالة", "رِسالة")),
            *((word, Delivery.WHATSAPP) for word in ("whatsapp", "Whats App", "WA", "واتساب", "واتس آب", "واتس أب")),
            *((word, Delivery.EMAIL) for word in ("e-mail", "E mail", "EMAIL", "بريد", "البريد الالكتروني", "إيميل")),
            *((word, Delivery.LINK) for word in ("link", "رابط", "url\n")),
        ],
    )
    def test_one_delivery_in_many_words(self, cell: str, meant: Delivery) -> None:
        assert choices.delivery(cell) is meant

    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("smss", "sms"),
            ("whats up", "whatsapp"),
            ("emial", "email"),
            ("lnk", "link"),
            ("fax", None),
            ("x" * 999, None),
        ],
    )
    def test_what_looks_like_a_word_is_proposed(self, cell: str, meant: str | None) -> None:
        found = choices.delivery(cell)
        assert isinstance(found, Problem)
        assert (found.code, found.params.get("proposed")) == (Code.CHOICE_UNKNOWN, meant)

    def test_words_of_the_other_columns(self) -> None:
        assert [choices.subscription(cell) for cell in (True, False, 1.0, "0", "نعم", "لا", None, "1.0")] == [
            *(True, False, True, False, True, False, False, True)
        ]
        assert [choices.language(cell) for cell in ("EN", "عربي", "الإنجليزية", "عربية", None)] == [
            "en",
            "ar",
            "en",
            "ar",
            "en",
        ]
        assert [choices.invoice_type(cell) for cell in (0.0, "1", "١", "1.0", None)] == ["0", "1", "1", "1", None]
        assert [choices.currency(cell) for cell in ("kd", "د.ك.", "دينار كويتي", None)] == ["KWD", "KWD", "KWD", None]

    @pytest.mark.parametrize("cell", ["-1", "2", "01", 0.5])
    def test_what_is_no_invoice_type(self, cell: Cell) -> None:
        found = choices.invoice_type(cell)
        assert isinstance(found, Problem)
        assert found.code is Code.CHOICE_UNKNOWN

    def test_another_currency(self) -> None:
        found = choices.currency("USD")
        assert isinstance(found, Problem)
        assert found.code is Code.CURRENCY_OTHER


_WORDS = tuple(word for words in choices._DELIVERY.values() for word in words)


@given(st.text(max_size=12) | st.tuples(st.sampled_from(_WORDS), st.text("aehlmstw .رساةل", max_size=5)).map("".join))
def test_no_word_is_passed_over_that_a_closer_look_would_find_like(word: str) -> None:
    all_, some = (
        difflib.get_close_matches(word, others, n=3, cutoff=choices._LIKENESS)
        for others in (_WORDS, choices._with_its_letters(word, _WORDS))
    )
    assert all_ == some


def test_what_is_far_from_all_words_is_not_looked_at_closely() -> None:
    assert choices._with_its_letters("pigeon31", _WORDS) == []
