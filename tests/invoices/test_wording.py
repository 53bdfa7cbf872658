"""Issues in words: every code in both languages, from parameters that are data; figures in their order in Arabic."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.arabic import ARABIC
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import COLUMNS, Field
from batchinvoice.invoices.english import CATALOGUE
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.script import LEFT_TO_RIGHT, language_of, left_to_right, marked
from batchinvoice.invoices.wording import Found, _Blanks, fill, found_text

HERE = Place("Invoices", 17, 5, "Amount")
# Names that the Arabic words may quote: headings, the template's sheet of items, Excel's own words for Text and Number.
QUOTABLE = {column.heading[1] for column in COLUMNS} | {"الأصناف", "نص", "رقم"}
# Parameters as they really are; any other is shown as it is.
REAL = {
    "field": "amount",
    "fields": "description,expiry",
    "near": "expiry",
    "hidden": "yes",
    "said": "asked",
    "why": "ambiguous",
    "detail": "early",
    "found": found_text([Found("7001", "7.000", True), Found("7002", "", False)]),
    "rows": "5, 9–12",
    "more": "4",
    "proposed": "7",
    "was": "7",
    "value": "7",
}
DERIVED = {"heading", "proposal", "where", "change"}
LATIN_WORDS = {"batchinvoice", "resume", "give", "up", "skip", "hidden", "include", "sheet", "strict", "no", "sms"}
LATIN_WORDS |= {"Excel", "KWD", "BATCHINVOICE_AMOUNT_MAX", "name", "example", "com", "email", "Amount"}
LATIN_WORDS |= {"BATCHINVOICE_DECIMAL_MARK", "expect", "total", "count", "map", "trust", "ids"}


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def of(code: Code, **params: str) -> Issue:
    return Issue(code, HERE, params)


def bare(text: str) -> str:
    return text.replace(LEFT_TO_RIGHT, "")


def test_every_code_has_arabic_words_and_no_other_has() -> None:
    assert set(ARABIC) == set(Code)


@pytest.mark.parametrize("code", Code)
def test_the_arabic_words_fill_the_same_blanks(code: Code) -> None:
    assert [blanks(words) for words in ARABIC[code]] == [blanks(words) for words in CATALOGUE[code][:2]]


@pytest.mark.parametrize("code", Code)
def test_every_code_is_said_in_both_languages(code: Code) -> None:
    needed = {name for words in CATALOGUE[code][:2] for name in blanks(words)} - DERIVED
    params = {name: REAL.get(name, "1") for name in needed} | {"proposed": "7", "was": "7", "value": "7", "run": "1"}
    for language in ("en", "ar"):
        for words in of(code, **params).say(language):
            assert words
            assert not re.search("[{}…]", words)
            assert bool(re.search("[\u0600-\u06ff]", words)) == (language == "ar")
    for words in of(code, **params).say("ar"):
        assert set(re.findall(r"[A-Za-z_]{2,}", words)) <= LATIN_WORDS
        assert unicodedata.bidirectional(words[0]) == "AL"  # it decides from which side the line is read


@pytest.mark.parametrize("code", Code)
def test_what_the_arabic_words_quote_is_there(code: Code) -> None:
    quoted = {name for words in ARABIC[code] for name in re.findall("«([^«»{}]+)»", words)}
    assert quoted <= QUOTABLE


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_issue_that_lacks_parameters_is_said_all_the_same(code: Code, language: str) -> None:
    for words in Issue(code, Place("Invoices")).say(language):
        assert words
        assert "{" not in words


@pytest.mark.parametrize(
    ("code", "params", "english", "arabic"),
    [
        (Code.COLUMN_CONFIRMED, {"field": "amount"}, "to mean Amount.", "يعني «المبلغ»."),
        (Code.COLUMN_UNKNOWN, {"near": "expiry"}, "(perhaps “Expiry Date”)", "(ربما «تاريخ الانتهاء»)"),
        (Code.COLUMN_UNKNOWN, {"near": ""}, "template's columns;", "فغير عنوانه، وإلا"),
        (Code.SHEET_UNUSED, {"hidden": "yes"}, "invoices too and is hidden", "أيضا وهي مخفية"),
        (Code.SHEET_UNUSED, {"hidden": ""}, "invoices too and is not", "أيضا، ولم"),
        (Code.TOTAL_DIFFERS, {"said": "sheet"}, "The sheet says …", "تذكر الورقة القيمة"),
        (Code.TOTAL_DIFFERS, {"said": "asked"}, "--expect-total says", "يذكر الخيار --expect-total القيمة"),
        (Code.TOTAL_UNSURE, {"said": "asked"}, "--expect-total says", "يذكر الخيار --expect-total القيمة"),
        (
            Code.COUNT_DIFFERS,
            {"said": "asked", "count": "3"},
            "--expect-count says",
            "يذكر الخيار --expect-count العدد",
        ),
        (Code.UPDATE_CANNOT, {"fields": "description,expiry"}, "Description, Expiry Date", "الوصف، تاريخ الانتهاء"),
        (Code.UPDATE_CANNOT, {"fields": "expiry", "was": "a", "value": "b"}, "“a”, and this row says “b”", "«a»"),
        (Code.REFERENCE_LIKE, {"row": "7"}, "(row 7)", "(الصف 7)"),
        (Code.AMOUNT_SAME, {"run": "20261122-001"}, "(run 20261122-001)", "(التشغيل 20261122-001)"),
        (Code.REPEAT_DIFFERS, {"rows": "2, 3", "more": "4"}, "rows 2, 3 and 4 more with", "2, 3 وعدد 4 غيرها"),
        (Code.PHONE_IMPLAUSIBLE, {"why": "ambiguous"}, ": it can be read in two ways.", "لأنها تُقرأ بطريقتين"),
        (Code.OUTCOME_UNKNOWN, {"tried": "R-1"}, "exist (run R-1 tried to make it).", "(حاول التشغيل R-1 إنشاءها)"),
        (Code.LOOK_UP_FAILED, {"detail": "early"}, "has to be seen twice.", "أن تظهر النتيجة مرتين."),
        (Code.LOOK_UP_FAILED, {"detail": "stopped"}, "it was asked to stop.", "طُلب التوقف."),
        (Code.ID_CONFLICT, {"owner": "", "other": ""}, "is the invoice not known.", "فرقم فاتورته غير معروف."),
        (Code.ECHO_DIFFERS, {"field": "mobile"}, "another Mobile Number:", "«رقم الهاتف»"),
        (
            Code.PRESENT_AT_GATEWAY,
            {"found": "7001|7.000|cancelled;7002||"},
            "ID 7001, 7.000 KWD, cancelled; ID 7002, amount not told.",
            "رقم الفاتورة 7001، 7.000 د.ك، ملغاة؛ رقم الفاتورة 7002، والمبلغ غير مذكور.",
        ),
        (
            Code.DELIVERY_CONFLICT,
            {"stated": "sms", "type": "0", "sub_type": "1", "meant": "whatsapp"},
            "Delivery says sms, but Invoice Type 0 with Invoice Sub Type 1 is whatsapp.",
            "«طريقة الإرسال» تذكر sms، لكن «نوع الفاتورة» 0 مع «النوع الفرعي» 1 يعني whatsapp.",
        ),
    ],
)
def test_parameters_are_said_in_the_language_asked(
    code: Code, params: dict[str, str], english: str, arabic: str
) -> None:
    assert english in " ".join(of(code, **params).say("en"))
    assert arabic in bare(" ".join(of(code, **params).say("ar")))


@pytest.mark.parametrize(
    ("code", "params", "said"),
    [
        (Code.UPDATE_CANNOT, {"fields": "Description, Expiry Date"}, "its Description, Expiry Date cannot"),
        (Code.COLUMN_UNKNOWN, {"near": " (perhaps “Amount”)"}, "columns (perhaps “Amount”);"),
        (Code.PHONE_IMPLAUSIBLE, {"why": ": it can be read in two ways"}, "…: it can be read in two ways."),
        (Code.OUTCOME_UNKNOWN, {"detail": " (run R-1 tried to make it)"}, "exist (run R-1 tried to make it)."),
        (Code.ECHO_DIFFERS, {"field": "id"}, "another id:"),
        (Code.PRESENT_AT_GATEWAY, {"found": "ID 7001, 7.000 KWD; ID 2"}, "already: ID 7001, 7.000 KWD; ID 2."),
        (Code.ID_CONFLICT, {"owner": "another reference"}, "“another reference”"),
        (Code.REPEAT_DIFFERS, {"rows": "2, 3 and 4 more"}, "rows 2, 3 and 4 more with"),
    ],
)
def test_what_older_ledgers_hold_is_shown_as_it_is(code: Code, params: dict[str, str], said: str) -> None:
    assert said in " ".join(of(code, **params).say("en"))
    assert of(code, **params).say("ar").message


@given(st.sampled_from(Code), st.dictionaries(st.sampled_from([*REAL, "row", "run", "other"]), st.text()))
def test_no_value_whatever_breaks_the_words(code: Code, params: dict[str, str]) -> None:
    for language in ("en", "ar"):
        assert all(of(code, **params).say(language))


def test_the_cells_heading_is_said_as_the_sheet_has_it() -> None:
    assert of(Code.CELL_EMPTY).say("ar").message == "لا توجد قيمة في «\u200eAmount\u200e»."
    assert Issue(Code.CELL_EMPTY, Place("x", 1)).say("ar").message == "لا توجد قيمة في الخلية."
    assert Issue(Code.CELL_EMPTY, Place("x", 1)).message == "The cell is empty."


def test_latin_words_and_figures_keep_their_order_in_arabic() -> None:
    said = of(Code.LOOK_UP_BLIND, run="R-1", row="5").say("ar").remedy
    command = next(re.finditer("batchinvoice.*5", said))[0]
    assert bare(command) == "batchinvoice resume R-1 --give-up 5"
    between = re.split("[A-Za-z0-9-]+", command)[1:-1]
    assert all(set(part) <= {LEFT_TO_RIGHT, " "} for part in between)
    assert "\u200e2026-12-31\u200e" in of(Code.DATE_UNREADABLE).say("ar").remedy
    assert "\u200e--strict\u200e" in of(Code.STRICT).say("ar").message


@given(st.text())
def test_marking_adds_nothing_else(text: str) -> None:
    assert bare(left_to_right(text)) == bare(text)
    assert bare(marked(text)) == bare(text)


def test_arabic_stays_as_it_is() -> None:
    assert left_to_right("فاطمة 12") == "فاطمة 12"
    assert left_to_right("") == ""


@pytest.mark.parametrize(
    ("headings", "language"),
    [
        ((), "en"),
        (("123",), "en"),
        (tuple(column.heading[0] for column in COLUMNS), "en"),
        (tuple(column.heading[1] for column in COLUMNS), "ar"),
        (("الرقم المرجعي", "المبلغ", "Email"), "ar"),
        (("Amount / المبلغ", "Reference Number", "Mobile"), "en"),
    ],
)
def test_the_language_of_headings_is_that_of_most_letters(headings: tuple[str, ...], language: str) -> None:
    assert language_of(headings) == language


def test_every_field_can_be_named() -> None:
    for field in Field:
        assert str(field) not in of(Code.ECHO_DIFFERS, field=field).message.split(" another ")[1].split(":")[0]


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("params", [REAL, {}, {"value": "{heading} 5 %s", "more": "%", "heading": "%d"}])
def test_words_are_filled_as_the_language_itself_would_fill_them(code: Code, params: dict[str, str]) -> None:
    english = CATALOGUE[code]
    for template in (english.wrong, english.remedy):
        assert fill(template, params, "en") == template.format_map(_Blanks(params, "en"))
    for template in ARABIC[code]:
        assert fill(template, params, "ar") == marked(template).format_map(_Blanks(params, "ar"))


def test_a_sign_of_percent_is_no_blank() -> None:
    assert fill("5 % of {value}", {"value": "7 %"}, "en") == "5 % of 7 %"
    assert fill("5 %", {}, "en") == "5 %"


def test_an_issue_is_said_anew_where_anything_of_it_differs() -> None:
    """What is said of many cells is put into words once: nothing that the words depend on may be passed over."""
    issues = [
        Issue(code, Place("Invoices", 17, 5, heading), params)
        for code in (Code.CELL_EMPTY, Code.AMOUNT_DECIMALS)
        for heading in ("Amount", "Customer Name")
        for params in ({"value": "7"}, {"value": "8"}, {"value": "7", "proposed": "8"})
    ]
    for language in ("en", "ar"):
        for issue in issues:
            heading = {"heading": issue.place.heading or ""}
            wrong = CATALOGUE[issue.code].wrong if language == "en" else ARABIC[issue.code][0]
            assert issue.say(language).message == fill(wrong, {**heading, **issue.params}, language)
            assert (issue.proposal or "") in issue.say(language).remedy or issue.code is Code.CELL_EMPTY
