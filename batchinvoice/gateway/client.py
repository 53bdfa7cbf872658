"""The gateway as the tool sees it: a handful of calls, each of which keeps the retry table by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from batchinvoice.gateway import calls
from batchinvoice.gateway.answers import LONGEST_WAIT, UNREADABLE_REQUEST, Answer
from batchinvoice.gateway.assumptions import Assumptions
from batchinvoice.gateway.caller import Caller
from batchinvoice.gateway.credentials import Credentials
from batchinvoice.gateway.errors import (
    GatewayError,
    LoginRefused,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Undecipherable,
    WrongKeys,
)
from batchinvoice.gateway.patience import Patience
from batchinvoice.gateway.records import GatewayInvoice, Source, read_invoice, read_page
from batchinvoice.gateway.traffic import Lately
from batchinvoice.gateway.transport import Transport

__all__ = ["Credentials", "Done", "Gateway", "Sent", "longest_call"]

TRIES = 6
_PROBE_TRIES = 3  # enough to see through a hiccup, quick enough for somebody who waits for the verdict


@dataclass(frozen=True, slots=True)
class Done:
    """A create or update that succeeded: the invoice as the gateway echoed it, and how many requests it took."""

    invoice: GatewayInvoice
    attempts: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A bulk send that succeeded as a whole; the gateway says nothing about single ids."""

    message: str
    attempts: int


class Gateway:
    """One merchant at one gateway, over one pool of connections; safe to use from many threads.

    timeout: seconds for each request, from connecting to the last byte of the answer. tries: requests at most for
    one call. ca_file: a PEM file to trust instead of the usual authorities. Raises BadSetting before anything is sent.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        *,
        connections: int = 8,
        timeout: float = 30.0,
        tries: int = TRIES,
        ca_file: Path | None = None,
        assumptions: Assumptions | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._merchant_code = credentials.merchant_code
        self._transport = Transport(base_url, connections=connections, timeout=timeout, ca_file=ca_file)
        self._caller = Caller(credentials, self._transport, patience or Patience(), clock)
        self._tries = tries
        self._assumptions = assumptions or Assumptions()

    def __repr__(self) -> str:
        return f"Gateway(merchant {self._merchant_code})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def lately(self) -> Lately:
        """What was exchanged since this was last asked: for the one who decides how many calls may be under way."""
        return self._caller.lately()

    def prove(self) -> None:
        """Log in and read one look-up page: nothing is changed, and keys, codes and network are known to work.

        Raises LoginRefused, WrongKeys, NotSent, Throttled or OutcomeUnknown; the message names the setting to check.
        """
        today = datetime.now(UTC).date()
        try:
            self._page("", today, today, self._assumptions.look_up_types[0], 1, _PROBE_TRIES)
        except Undecipherable as error:
            raise _wrong_keys("Its answers cannot be decrypted", error) from None
        except Unauthorised as error:
            said = "The login worked, but a look-up was refused (401). Check HESABE_ACCESS_CODE."
            raise LoginRefused(said, attempts=error.attempts) from None
        except Refused as error:
            if error.code == UNREADABLE_REQUEST:
                raise _wrong_keys(f"It cannot read what we encrypt (code {error.code})", error) from None
            said = f"{error.message}. The login worked; check HESABE_MERCHANT_CODE and HESABE_ACCESS_CODE."
            raise LoginRefused(said, attempts=error.attempts) from None

    def create(self, payload: Mapping[str, object]) -> Done:
        """Create an invoice (seed 004); the payload is sent as it is, `merchantCode` included.

        Repeated only when it was certainly never carried out (NotSent, Throttled). After a 401 the login is renewed
        and Unauthorised raised; after anything else, OutcomeUnknown: look the reference up first. Raises Refused.
        """
        answer, attempts = self._caller.call(calls.CREATE, payload, tries=self._tries)
        return Done(_invoice(answer, "create", attempts), attempts)

    def update(self, invoice_id: str, payload: Mapping[str, object]) -> Done:
        """Update an invoice (seed 001). Idempotent, so repeated after unknown outcomes and 401. Raises GatewayError."""
        answer, attempts = self._caller.call(calls.UPDATE, payload, tries=self._tries, invoice_id=invoice_id)
        return Done(_invoice(answer, "update", attempts), attempts)

    def send_bulk(self, ids: Sequence[str]) -> Sent:
        """Have the gateway text these invoices (seed 000), at least one. Never repeated once its outcome is unknown."""
        if not ids:
            raise ValueError("a bulk send needs at least one id")
        payload = {"merchantCode": self._merchant_code, "ids": [str(each) for each in ids]}
        answer, attempts = self._caller.call(calls.SEND_BULK, payload, tries=self._tries)
        return Sent(answer.message, attempts)

    def find(self, search: str, since: date, until: date) -> list[GatewayInvoice]:
        """Every invoice of the look-up, all pages. The search is free text: filter what comes back by reference.

        Raises GatewayError; a list cut short is an OutcomeUnknown, so that "not found" can be believed.
        """
        found: dict[str, GatewayInvoice] = {}
        for kind in self._assumptions.look_up_types:
            found |= self._all_pages(search, since, until, kind)
        return list(found.values())

    def invoice(self, invoice_id: str) -> GatewayInvoice:
        """One invoice by its id. Raises GatewayError."""
        answer, attempts = self._caller.call(calls.INVOICE, self._merchant(), tries=self._tries, invoice_id=invoice_id)
        return _invoice(answer, "invoice", attempts)

    def _all_pages(self, search: str, since: date, until: date, kind: str) -> dict[str, GatewayInvoice]:
        found: dict[str, GatewayInvoice] = {}
        for page in range(1, self._assumptions.most_pages + 1):
            invoices, pages = self._page(search, since, until, kind, page, self._tries)
            fresh = {each.id: each for each in invoices if each.id not in found}
            found |= fresh
            # A page that brings nothing new is the end, even where the gateway repeats its last page for ever.
            if not fresh or page == pages:
                return found
        raise OutcomeUnknown(f"The look-up has more than {self._assumptions.most_pages} pages. Narrow the dates.")

    def _page(
        self, search: str, since: date, until: date, kind: str, page: int, tries: int
    ) -> tuple[list[GatewayInvoice], int | None]:
        form = self._assumptions.date_format
        dates = {"fromDate": since.strftime(form), "toDate": until.strftime(form)}
        query = {**dates, "page": str(page), "search": search, "invoiceType": kind}
        try:
            answer, attempts = self._caller.call(calls.FIND, self._merchant(), tries=tries, query=query)
        except Refused as error:
            if error.reason.lower() in self._assumptions.nothing_found:
                return [], page
            raise
        listed = read_page(answer.response)
        if listed is None:
            raise OutcomeUnknown("The look-up answered in a form that is not known.", attempts=attempts)
        return listed

    def _merchant(self) -> dict[str, object]:
        return {"merchantCode": self._merchant_code}


def longest_call(timeout: float, tries: int = TRIES) -> float:
    """Seconds that one call can take at most: each try with a new login, and the longest pause before it."""
    return tries * (3 * timeout + LONGEST_WAIT)


def _invoice(answer: Answer, source: Source, attempts: int) -> GatewayInvoice:
    invoice = read_invoice(answer.response, source)
    if invoice is None:
        raise OutcomeUnknown("The gateway reported success but gave no invoice id. Look it up.", attempts=attempts)
    return invoice


def _wrong_keys(what: str, error: GatewayError) -> WrongKeys:
    check = "Check HESABE_SECRET_KEY and HESABE_IV_KEY, and that they belong to HESABE_MERCHANT_CODE."
    return WrongKeys(f"The gateway's keys do not fit. {what}. {check}", attempts=error.attempts)
