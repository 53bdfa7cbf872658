"""The template: every column is offered, nothing in it is an invoice, and rules warn without standing in the way."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from batchinvoice.invoices.columns import COLUMNS, LANGUAGES, Field, Home, offered
from batchinvoice.invoices.headings import match
from batchinvoice.sheets.reading import read
from batchinvoice.sheets.template import write_template
from batchinvoice.sheets.unreadable import UnreadableSheet

NAMES = {"en": ["Invoices", "Items", "How to fill this in"], "ar": ["الفواتير", "الأصناف", "طريقة التعبئة"]}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def book(language: str, tmp_path: Path) -> openpyxl.Workbook:
    write_template(tmp_path / "template.xlsx", language)
    return openpyxl.load_workbook(tmp_path / "template.xlsx")


def test_every_column_is_offered_under_its_own_heading(book: openpyxl.Workbook, language: str) -> None:
    found = set()
    for sheet, home in zip(book.worksheets[:2], (Home.INVOICES, Home.ITEMS), strict=True):
        headings = [str(cell.value) for cell in sheet[1]]
        assert headings == [column.heading[LANGUAGES.index(language)] for column in offered(home)]
        matched = match(headings)
        assert matched.unknown == ()
        found |= set(matched.columns)
    assert found == {column.field for column in COLUMNS if column.home is not Home.NOWHERE}


def test_sheets_are_named_and_turned_for_the_language(book: openpyxl.Workbook, language: str) -> None:
    assert book.sheetnames == NAMES[language]
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in book] == [language == "ar"] * 3


def test_an_empty_template_holds_no_invoice(language: str, tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx", language)
    with pytest.raises(UnreadableSheet, match="nothing stands below the header"):
        read(tmp_path / "template.xlsx")


def test_required_headings_carry_a_star_and_a_note(book: openpyxl.Workbook) -> None:
    for cell, column in zip(book.worksheets[0][1], offered(Home.INVOICES), strict=True):
        assert (cell.number_format == '@" *"') is column.required
        assert cell.comment.text.endswith(column.help[0]) or cell.comment.text.endswith(column.help[1])


def test_identifiers_are_text_and_amounts_have_three_decimals(book: openpyxl.Workbook) -> None:
    formats = {
        column.field: book.worksheets[0].column_dimensions[letter].number_format
        for column, letter in zip(offered(Home.INVOICES), "ABCDEFGHIJKLM", strict=True)
    }
    texts = (Field.INVOICE_ID, Field.REFERENCE, Field.MOBILE, Field.COUNTRY_CODE, Field.PAYMENT_METHODS)
    assert {formats[field] for field in texts} == {"@"}
    assert formats[Field.AMOUNT] == "#,##0.000"
    assert formats[Field.EXPIRY] == "yyyy-mm-dd"


def test_rules_offer_the_choices_and_only_warn(book: openpyxl.Workbook) -> None:
    rules = book.worksheets[0].data_validations.dataValidation
    assert {rule.formula1 for rule in rules if rule.type == "list"} >= {
        '"sms,whatsapp,email,link"',
        '"en,ar"',
        '"no,yes"',
    }
    assert {rule.errorStyle for rule in rules if rule.showErrorMessage} == {"warning"}


def test_the_list_of_payment_methods_is_where_the_drop_down_looks(book: openpyxl.Workbook) -> None:
    rules = book.worksheets[0].data_validations.dataValidation
    source = next(rule.formula1 for rule in rules if rule.type == "list" and "!" in rule.formula1)
    name, cells = source.rsplit("!", 1)
    listed = [cell.value for (cell,) in book[name.strip("'")][cells.replace("$", "")]]
    assert (listed[0], listed[-1], len(listed)) == ("KNET", "Google Pay", 12)
