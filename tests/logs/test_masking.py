"""No phone, e-mail address or secret leaves with a line; the ids by which lines are found do."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.logs.masking import MASK, masked, only_place, scrubbed

NO_DIGIT = st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=20)
BETWEEN = st.sampled_from(["", "", "", " ", "-", ".", " - ", ") ", "/", "\u00a0", "\u200e", "_", "\n"])
DIGITS = st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])

PRIVATE = (
    *("phone", "mobile_number", "customer", "customerName", "name", "file_name", "email", "address", "username"),
    *("token", "access_token", "refreshToken", "password", "secret", "secret_key", "iv_key", "access_code"),
    *("accessCode", "Authorization", "reference", "search", "cells", "cell"),
)


@st.composite
def phones(draw: st.DrawFn) -> str:
    """Seven digits or more, as people write them."""
    script = draw(DIGITS)
    digits = draw(st.lists(st.sampled_from(script), min_size=7, max_size=15))
    return draw(st.sampled_from(["", "+", "00", "("])) + "".join(digit + draw(BETWEEN) for digit in digits)


def line(**fields: Any) -> dict[str, Any]:
    return dict(masked(None, "info", fields))


def digits_of(text: str) -> str:
    return "".join(re.findall(r"\d", text))


@given(NO_DIGIT, phones(), NO_DIGIT)
def test_no_phone_comes_out_of_any_text(before: str, phone: str, after: str) -> None:
    assert digits_of(phone) not in digits_of(scrubbed(before + phone + after))


@given(st.text(max_size=20), st.emails(), st.text(max_size=20))
def test_no_address_comes_out_of_any_text(before: str, address: str, after: str) -> None:
    shown = scrubbed(before + address + after)
    assert "@" not in shown
    assert address not in shown


@given(phones(), st.sampled_from(["run", "sheet", "row", "rows", "kwd", "ms", "count", "codes", "status", "place"]))
def test_a_phone_does_not_pass_in_a_field_of_another_kind(phone: str, field: str) -> None:
    shown = json.dumps(line(**{field: phone, "more": [{phone: phone}]}), ensure_ascii=False)
    assert digits_of(phone) not in digits_of(shown.replace("\\u", "")) or re.fullmatch(r"[0-9a-f]{12}", phone)


@pytest.mark.parametrize("value", [66109753, 96566109753, 66109753.0, Decimal(66109753), ["66109753"], {"a": 66109753}])
def test_a_phone_that_is_a_number_is_seen_too(value: object) -> None:
    assert "66109753" not in str(line(value=value))


@pytest.mark.parametrize("name", PRIVATE)
def test_what_stands_under_a_private_name_is_not_looked_at(name: str) -> None:
    assert line(**{name: "Canary"}) == {name: MASK}
    assert line(rows={name: "Canary"}) == {"rows": {name: MASK}}
    assert line(**{name: ["Canary", {"x": "Canary"}]})[name] != ["Canary", {"x": "Canary"}]
    assert "Canary" not in str(line(**{name: ["Canary", ("Canary",)]}))


def test_an_object_is_told_by_its_type_alone() -> None:
    class Customer:
        def __repr__(self) -> str:
            return "Canary Al-Person"

    assert line(what=Customer(), error=KeyError("Canary")) == {"what": "<Customer>", "error": "<KeyError>"}


@given(
    st.dates(),
    st.integers(1, 2000),
    st.decimals(0, 10**9, places=3),
    st.integers(1, 10**12),
    st.integers(1, 1_048_576),
)
def test_the_ids_by_which_lines_are_found_stay_readable(
    day: Any, number: int, kwd: Decimal, gateway_id: int, row: int
) -> None:
    run = f"20{day:%y%m%d}-{number:03d}"
    fields = {
        "run": run,
        "row": row,
        "gateway_id": str(gateway_id),
        "kwd": {"created": f"{kwd:.3f}"},
        "rows": {"created": row},
        "merchant": "842217",
        "sheet": "2a4effe45926",
        "pid": 4194304,
        "path": "/api/v1/invoice/{id}",
        "codes": ["amount-ambiguous"],
        "place": "caller.py:123",
        "exit_code": 3,
        "event": "row outcome",
        "more": f"of run {run}",
    }
    assert line(**fields) == fields


def test_of_an_exception_only_type_and_place_are_told() -> None:
    try:
        raise KeyError("Canary 66109753")
    except KeyError as error:
        for told in (error, True, (KeyError, error, error.__traceback__)):
            event = only_place(None, "error", {"event": "x", "exc_info": told, "stack_info": "Canary"})
            assert event.keys() == {"event", "kind", "place"}
            assert event["kind"] == "KeyError"
            assert str(event["place"]).startswith("test_masking.py:")
