"""What nobody has documented about the gateway, as switches with the likeliest value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Unknown facts (docs/gateway.md lists them), each of which can be set otherwise.

    date_format: strftime form of fromDate and toDate. look_up_types: values of the look-up's `invoiceType` to ask for
    one after the other; "1" is a single invoice. most_pages: more pages than this is an error, never a shorter list.
    nothing_found: refusal texts (lowercase) with which a look-up says that there are no invoices; none is known.
    """

    date_format: str = "%Y-%m-%d"
    look_up_types: tuple[str, ...] = ("1",)
    most_pages: int = 100
    nothing_found: tuple[str, ...] = ()
