"""The stable names of all issues, and which of them stop what."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """An error needs a person (and keeps a row that was not sent yet from being sent); a warning is only said."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """Stable names of all issues; `docs/issues.md` lists them."""

    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_CONFIRMED = "column-confirmed"
    COLUMN_HIDDEN = "column-hidden"
    SHEET_UNUSED = "sheet-unused"
    ROWS_HIDDEN = "rows-hidden"
    HIDDEN_SKIPPED = "hidden-skipped"
    HIDDEN_INCLUDED = "hidden-included"
    ITEMS_HIDDEN = "items-hidden"
    ITEMS_SKIPPED = "items-skipped"
    ITEMS_INCLUDED = "items-included"
    HEADER_REPEATED = "header-repeated"
    HEADER_OTHER = "header-other"
    ROW_TOTAL = "row-total"
    ROW_COUNT = "row-count"
    ROW_NOTE = "row-note"
    ROW_TOTAL_UNREAD = "row-total-unread"
    ROWS_BLANK = "rows-blank"
    TOTAL_DIFFERS = "total-differs"
    TOTAL_UNSURE = "total-unsure"
    COUNT_DIFFERS = "count-differs"
    SLIP_OVERRULED = "slip-overruled"
    SECTION_DOUBT = "section-doubt"
    ROW_DONE = "row-done"
    CELL_ERROR = "cell-error"
    CELL_EMPTY = "cell-empty"
    FORMULA_EMPTY = "formula-empty"
    TEXT_LONG = "text-long"
    NUMBER_LOSSY = "number-lossy"
    NUMBER_FRACTION = "number-fraction"
    TEXT_IS_DATE = "text-is-date"
    INVOICE_ID_BAD = "invoice-id-bad"
    PHONE_UNREADABLE = "phone-unreadable"
    PHONE_EXPONENT = "phone-exponent"
    PHONE_IMPLAUSIBLE = "phone-implausible"
    PHONE_UNUSUAL = "phone-unusual"
    PHONE_COUNTRY = "phone-country"
    COUNTRY_CODE_BAD = "country-code-bad"
    EMAIL_BAD = "email-bad"
    EMAIL_NEEDED = "email-needed"
    AMOUNT_UNREADABLE = "amount-unreadable"
    AMOUNT_DECIMALS = "amount-decimals"
    AMOUNT_AMBIGUOUS = "amount-ambiguous"
    AMOUNT_NOT_POSITIVE = "amount-not-positive"
    AMOUNT_LARGE = "amount-large"
    AMOUNT_MERGED = "amount-merged"
    SHOWN_OTHERWISE = "shown-otherwise"
    QUANTITY_BAD = "quantity-bad"
    DATE_UNREADABLE = "date-unreadable"
    DATE_AMBIGUOUS = "date-ambiguous"
    DATE_SERIAL = "date-serial"
    DATE_PAST = "date-past"
    DATE_FAR = "date-far"
    CHOICE_UNKNOWN = "choice-unknown"
    PAYMENT_METHOD_UNKNOWN = "payment-method-unknown"
    DELIVERY_CONFLICT = "delivery-conflict"
    MERCHANT_OTHER = "merchant-other"
    CURRENCY_OTHER = "currency-other"
    ITEM_INCOMPLETE = "item-incomplete"
    ITEM_AMOUNT_DIFFERS = "item-amount-differs"
    ITEM_AMOUNT_FRACTION = "item-amount-fraction"
    ITEM_ROW = "item-row"
    ITEM_ROWS_DIFFER = "item-rows-differ"
    ITEM_ROWS_TOTAL = "item-rows-total"
    ITEMS_TWICE = "items-twice"
    ITEMS_ABOVE_AMOUNT = "items-above-amount"
    ITEM_ROW_REPEATED = "item-row-repeated"
    ITEM_ORPHAN = "item-orphan"
    ITEM_BAD = "item-bad"
    ITEMS_BELOW_AMOUNT = "items-below-amount"
    REPEAT_IDENTICAL = "repeat-identical"
    REPEAT_DIFFERS = "repeat-differs"
    REFERENCE_LIKE = "reference-like"
    REFERENCE_LIKE_SAME = "reference-like-same"
    REFERENCE_LIKE_FORGOTTEN = "reference-like-forgotten"
    AMOUNT_TIMES = "amount-times"
    AMOUNT_SAME = "amount-same"
    ID_REPEATED = "id-repeated"
    ID_CONFLICT = "id-conflict"
    ID_UNKNOWN = "id-unknown"
    ID_OTHER = "id-other"
    ID_UNSEEN = "id-unseen"
    ID_PAID = "id-paid"
    ID_CANCELLED = "id-cancelled"
    INVOICE_FORGOTTEN = "invoice-forgotten"
    UPDATE_CANNOT = "update-cannot"
    UPDATE_NEEDS_EMAIL = "update-needs-email"
    OUTCOME_UNKNOWN = "outcome-unknown"
    CHANGE_UNKNOWN = "change-unknown"
    LOOK_UP_FAILED = "look-up-failed"
    LOOK_UP_BLIND = "look-up-blind"
    SEVERAL_AT_GATEWAY = "several-at-gateway"
    OTHER_AT_GATEWAY = "other-at-gateway"
    CANCELLED_AT_GATEWAY = "cancelled-at-gateway"
    PRESENT_AT_GATEWAY = "present-at-gateway"
    ID_TAKEN = "id-taken"
    SUPERSEDED = "superseded"
    SUPERSEDED_UNSURE = "superseded-unsure"
    GIVEN_UP = "given-up"
    STRICT = "strict"
    NO_SMS = "no-sms"
    GATEWAY_REFUSED = "gateway-refused"
    ECHO_DIFFERS = "echo-differs"


# What a row says while its outcome is not known; once that is settled, it says something else, or nothing.
UNSETTLED = frozenset(
    {
        Code.OUTCOME_UNKNOWN,
        Code.CHANGE_UNKNOWN,
        Code.LOOK_UP_FAILED,
        Code.LOOK_UP_BLIND,
        Code.SEVERAL_AT_GATEWAY,
        Code.OTHER_AT_GATEWAY,
        Code.CANCELLED_AT_GATEWAY,
    }
)


# What must be answered or mended before anything of the sheet is sent.
STOPS = frozenset(
    {
        *(Code.ROWS_HIDDEN, Code.ITEMS_HIDDEN, Code.HEADER_OTHER, Code.SECTION_DOUBT),
        *(Code.TOTAL_DIFFERS, Code.TOTAL_UNSURE, Code.COUNT_DIFFERS),
    }
)
