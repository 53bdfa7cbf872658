"""A table's cells → columns of exact values, one for each Field, and the problems found on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from batchinvoice.invoices import cells, choices
from batchinvoice.invoices.addresses import email
from batchinvoice.invoices.amounts import amount, comma_decimals, point_or_group, quantity
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.coded import Coded
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import NUMBERS, Field
from batchinvoice.invoices.dates import date, declared_order
from batchinvoice.invoices.invoice import SUB_TYPES, TEXTED_TYPE, Delivery
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.phone import country_code, phone
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table

RAW_TYPES = "raw_types"
_BY_SUB_TYPE = {sub_type: delivery for delivery, sub_type in SUB_TYPES.items()}
_Reader = Callable[[Any], Any]


class Normalised(NamedTuple):
    """`columns` of exact values, one for each Field; `problems` are (position, field, what is wrong), in any order."""

    columns: dict[str, Coded]
    problems: list[tuple[int, Field, Problem]]


def normalise(table: Table, columns: Mapping[Field, int], rules: Rules) -> Normalised:
    """Read every cell of the table, each distinct one once; a cell with a problem is empty in its column."""
    problems: list[tuple[int, Field, Problem]] = []
    raw = {field: table.column(index) for field, index in columns.items()}
    _take_out(table, columns, raw, problems)
    count = len(table.rows)
    read: dict[str, Coded] = {}
    for field, reader in _readers(table, columns, rules).items():
        column = raw[field].map(reader) if field in raw else Coded.same(reader(None), count)
        if field in (Field.AMOUNT, Field.ITEM_RATE, Field.ITEM_AMOUNT) and field in raw:
            column = _doubt_points(raw[field], column, rules)
        read[field] = _accepted(field, column, problems)
    if Field.MOBILE in raw:
        pairs = raw[Field.MOBILE].zipped(read[Field.COUNTRY_CODE])
        numbers = pairs.map(lambda pair: phone(pair[0], pair[1] or None, rules.country_code))
        read[Field.MOBILE] = _accepted(Field.MOBILE, numbers, problems)
    else:
        read[Field.MOBILE] = Coded.same(None, count)
    _settle_delivery(read, rules, problems)
    return Normalised(read, problems)


def _take_out(
    table: Table,
    columns: Mapping[Field, int],
    raw: dict[Field, Coded],
    problems: list[tuple[int, Field, Problem]],
) -> None:
    """Numbers that their cells show as something else are not read at all: nothing is to be made of them."""
    if not table.otherwise:
        return
    position_of = {row: position for position, row in enumerate(table.rows)}
    for field in filter(raw.get, NUMBERS):
        empty: dict[int, None] = {}
        for (row, index), otherwise in table.otherwise.items():
            position = position_of.get(row)
            if index != columns[field] or position is None:
                continue
            if isinstance(cell := raw[field][position], (int, float)):
                said = {"value": shown(cell), "shown": otherwise.shown, "format": otherwise.format}
                problems.append((position, field, problem(Code.SHOWN_OTHERWISE, **said)))
                empty[position] = None
        raw[field] = raw[field].edited(empty)


def _accepted(field: Field, column: Coded, problems: list[tuple[int, Field, Problem]]) -> Coded:
    """The column without its problems, which are noted at each row that has them."""
    if Problem not in set(map(type, column.values)):
        return column
    bad = column.where(lambda value: isinstance(value, Problem))
    problems.extend((position, field, column[position]) for position in bad)
    return column.map(lambda value: None if isinstance(value, Problem) else value)


def _readers(table: Table, columns: Mapping[Field, int], rules: Rules) -> dict[Field, _Reader]:
    heading = table.headings[columns[Field.EXPIRY]] if Field.EXPIRY in columns else ""
    order = declared_order(heading) or rules.date_order

    def kwd(cell: Cell) -> Any:
        return amount(cell, rules.decimal_mark)

    return {
        Field.INVOICE_ID: cells.invoice_id,
        Field.REFERENCE: cells.identifier,
        Field.CUSTOMER: cells.text,
        Field.COUNTRY_CODE: country_code,
        Field.EMAIL: email,
        Field.AMOUNT: kwd,
        Field.DESCRIPTION: cells.text,
        Field.EXPIRY: lambda cell: date(cell, order, table.serial_dates),
        Field.DELIVERY: choices.delivery,
        Field.PAYMENT_METHODS: lambda cell: choices.payment_types(cell, rules.payment_types),
        Field.LANGUAGE: choices.language,
        Field.SUBSCRIPTION: choices.subscription,
        Field.CURRENCY: choices.currency,
        Field.MERCHANT_CODE: cells.code,
        Field.INVOICE_TYPE: choices.invoice_type,
        Field.INVOICE_SUB_TYPE: choices.invoice_sub_type,
        Field.ITEM_TITLE: cells.text,
        Field.ITEM_RATE: kwd,
        Field.ITEM_QUANTITY: quantity,
        Field.ITEM_AMOUNT: kwd,
    }


def _doubt_points(cells_: Coded, read: Coded, rules: Rules) -> Coded:
    """Where a comma begins the fils in some cell of a column, `1.500` of another may be one and a half thousand."""
    texts = {code: cell for code, cell in enumerate(cells_.values) if isinstance(cell, str)}
    if rules.decimal_mark or not any(map(comma_decimals, texts.values())):
        return read
    values = list(read.values)
    for code, cell in texts.items():
        if values[code] is not None and not isinstance(values[code], Problem) and (doubt := point_or_group(cell)):
            values[code] = doubt
    return Coded(values, read.codes)


def _settle_delivery(read: dict[str, Coded], rules: Rules, problems: list[tuple[int, Field, Problem]]) -> None:
    """One delivery from Delivery, Invoice Type and Invoice Sub Type, which must not contradict each other."""
    said = read[Field.DELIVERY].zipped(read[Field.INVOICE_TYPE], read[Field.INVOICE_SUB_TYPE])
    settled = said.map(lambda values: _settled(rules, *values))
    conflicts = settled.map(lambda meant: meant[2])
    at = conflicts.where(lambda what: what is not None)
    problems.extend((position, Field.DELIVERY, conflicts[position]) for position in at)
    read[Field.DELIVERY] = settled.map(lambda meant: meant[0])
    read[RAW_TYPES] = settled.map(lambda meant: meant[1])


def _settled(
    rules: Rules, stated: Delivery | None, invoice_type: str | None, sub_type: str | None
) -> tuple[Delivery, tuple[str, str] | None, Problem | None]:
    """What the three say together: the delivery, the raw types if any was given, and what contradicts itself."""
    if invoice_type is None and sub_type is None:
        return stated or rules.delivery, None, None
    if sub_type is None:
        sub_type = SUB_TYPES[_usual(invoice_type, stated)]
    raw = (invoice_type or "0", sub_type)
    # Delivery sms with type 0 and subtype 3 is just how a bulk SMS is made.
    meant = Delivery.SMS if stated is Delivery.SMS and raw == ("0", "3") else _BY_SUB_TYPE[sub_type]
    if stated is None or stated is meant:
        return meant, raw, None
    said = {"stated": stated, "type": raw[0], "sub_type": raw[1], "meant": meant}
    return meant, raw, problem(Code.DELIVERY_CONFLICT, **said)


def _usual(invoice_type: str | None, stated: Delivery | None) -> Delivery:
    """What Invoice Sub Type means where it is empty: type 1 is a text message, and type 0 must not become one."""
    if invoice_type == TEXTED_TYPE:
        return Delivery.SMS
    return Delivery.LINK if stated in (None, Delivery.SMS) else stated
