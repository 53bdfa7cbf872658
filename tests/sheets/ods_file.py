"""OpenDocument spreadsheets from rows of Python values."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from batchinvoice.invoices.table import Broken

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES = " ".join(
    [
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    ]
    + [
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"',
        'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"',
    ]
)
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def ods_file(
    rows: Sequence[Sequence[object]],
    *,
    sheet: str = "Invoices",
    hidden_rows: Collection[int] = (),
    filtered_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    widths: Mapping[int, str] | None = None,
    repeats: Mapping[int, int] | None = None,
    formulas: Collection[tuple[int, int]] = (),
    shown: Mapping[tuple[int, int], str] | None = None,
    units: Mapping[tuple[int, int], str] | None = None,
    calcext: bool = True,
    rest_hidden: bool = False,
) -> bytes:
    """An ods with one sheet, rows from A1 on, then empty rows and columns to the sheet's end, as LibreOffice writes it.

    Rows and columns count from 1, as they are given: `repeats` says how often a row is repeated. `widths` are lengths
    (`2.5cm`), `formulas` are the cells whose values are results, `shown` what a cell shows, `units` its
    currency or `%`. `Broken("#N/A")` becomes a
    formula with this error, `Broken()` one without any result. Without `calcext`, only its text tells an error;
    `rest_hidden` hides the empty rows below.
    """
    count = max((len(row) for row in rows), default=0)
    columns = "".join(
        f'<table:table-column table:style-name="co{number}"{_visibility(number, hidden_columns)}/>'
        for number in range(1, count + 1)
    )
    body = ""
    for number, values in enumerate(rows, 1):
        cells = "".join(
            _cell(
                value,
                (number, column) in formulas,
                (shown or {}).get((number, column)),
                calcext,
                (units or {}).get((number, column), ""),
            )
            for column, value in enumerate(values, 1)
        )
        repeated = f' table:number-rows-repeated="{(repeats or {})[number]}"' if number in (repeats or {}) else ""
        hidden = _visibility(number, hidden_rows) + _visibility(number, filtered_rows, "filter")
        empty = f'<table:table-cell table:number-columns-repeated="{_LAST_COLUMN - len(values)}"/>'
        body += f"<table:table-row{repeated}{hidden}>{cells}{empty}</table:table-row>"
    rest = _visibility(1, [1] if rest_hidden else [])
    styles = "".join(
        f'<style:style style:name="co{number}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width}"/></style:style>'
        for number, width in (widths or {}).items()
    )
    return zipped(
        f"<office:document-content {_NAMESPACES} office:version='1.3'>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(sheet)}>{columns}"
        f'<table:table-column table:number-columns-repeated="{_LAST_COLUMN - count}"/>{body}'
        f'<table:table-row table:number-rows-repeated="{_LAST_ROW - len(rows)}"{rest}>'
        f'<table:table-cell table:number-columns-repeated="{_LAST_COLUMN}"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )


def zipped(content: str) -> bytes:
    """An ods whose content.xml is this."""
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _KIND, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return made.getvalue()


def _visibility(number: int, hidden: Collection[int], how: str = "collapse") -> str:
    return f' table:visibility="{how}"' if number in hidden else ""


def _cell(value: object, is_formula: bool, shown: str | None, calcext: bool, unit: str) -> str:
    if value is None:
        return "<table:table-cell/>"
    formula = ' table:formula="of:=1"' if is_formula or isinstance(value, Broken) else ""
    if isinstance(value, Broken):
        error = ' calcext:value-type="error"' if calcext else ""
        stored = f' office:value-type="string" office:string-value=""{error}' if value.shown else ""
        return f"<table:table-cell{formula}{stored}>{_text(value.shown)}</table:table-cell>"
    stored, usual = _stored(value)
    if unit:
        kind = "percentage" if unit == "%" else f'currency" office:currency="{unit}'
        stored = stored.replace("float", kind)
    return f"<table:table-cell{formula}{stored}>{_text(usual if shown is None else shown)}</table:table-cell>"


def _stored(value: object) -> tuple[str, str]:
    """A value's attributes, and what it shows."""
    if isinstance(value, bool):
        return f' office:value-type="boolean" office:boolean-value="{str(value).lower()}"', str(value).upper()
    if isinstance(value, int | float):
        return f' office:value-type="float" office:value="{value}"', str(value)
    if isinstance(value, dt.date):
        return f' office:value-type="date" office:date-value="{value.isoformat()}"', str(value)
    return ' office:value-type="string"', str(value)


def _text(shown: str) -> str:
    return f"<text:p>{escape(shown)}</text:p>" if shown else ""
