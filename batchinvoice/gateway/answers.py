"""What an answer of the gateway means: framing, refusals and outcomes, without any network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import NoReturn

from batchinvoice.gateway.cipher import Cipher, DecryptionError
from batchinvoice.gateway.errors import OutcomeUnknown, Refused, Throttled, Unauthorised, Undecipherable

UNREADABLE_REQUEST = 506  # the gateway's own code for a request it could not decrypt or understand
LONGEST_WAIT = 120.0  # seconds: no Retry-After may hold the workers longer than this
USUAL_WAIT = 5.0  # seconds: when a 429 does not say how long

_HEX = re.compile(r"(?:[0-9a-fA-F]{32})+")
_LOOK = "It may have been carried out: look before sending it again."


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, read whole. `headers` has lowercase names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: the gateway said status:true."""

    message: str
    response: object


def understand(reply: Reply, cipher: Cipher) -> Answer:
    """The success in a reply.

    Raises Unauthorised, Throttled, Refused, Undecipherable or OutcomeUnknown, by the retry table in docs/gateway.md.
    """
    if 300 <= reply.status < 400:
        raise OutcomeUnknown(
            f"The gateway redirected the call (HTTP {reply.status}) and redirects are never followed, because the"
            " credentials would travel along. Check BATCHINVOICE_BASE_URL."
        )
    _raise_for_gate(reply.status, reply)
    content = unwrap(reply, cipher)
    code = _code(content)
    if content.get("status") is False:
        _raise_for_gate(code, reply)
        raise _refusal(reply.status, code, content)
    if 400 <= reply.status < 500 and reply.status != HTTPStatus.REQUEST_TIMEOUT and content.get("status") is None:
        raise _refusal(reply.status, code, content)
    if not 200 <= reply.status < 300 or content.get("status") is not True:
        raise OutcomeUnknown(f"The gateway answered HTTP {reply.status} without saying whether it succeeded. {_LOOK}")
    return Answer(_words(content.get("message")), content.get("response"))


def unwrap(reply: Reply, cipher: Cipher) -> Mapping[str, object]:
    """The JSON object in a reply, whichever framing it came in: bare hex, a JSON string of hex,
    {"response": hex}, {"data": hex} or plain JSON. Raises Undecipherable or OutcomeUnknown."""
    text = _decode(reply.body).strip()
    if not text or text.startswith("<"):
        kind = "a web page" if text else "nothing"
        raise OutcomeUnknown(f"The gateway, or something in between, answered HTTP {reply.status} with {kind}. {_LOOK}")
    content: object = text if _HEX.fullmatch(text) else _json(text)
    sealed = _sealed(content)
    if sealed is not None:
        content = _decrypt(sealed, cipher)
    if not isinstance(content, Mapping):
        raise OutcomeUnknown(f"The gateway answered HTTP {reply.status} in a form that is not known. {_LOOK}")
    return content


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to wait after a 429, from `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3); 0 to 120.

    A date is measured from the answer's own `Date` where it has one, so that a wrong clock here does no harm.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]+", value):
        return LONGEST_WAIT if len(value) > 6 else min(float(value), LONGEST_WAIT)
    until = _http_date(value)
    if until is None:
        return USUAL_WAIT
    since = _http_date(headers.get("date", "")) or now
    return min(max((until - since).total_seconds(), 0.0), LONGEST_WAIT)


def _raise_for_gate(status: int | None, reply: Reply) -> None:
    """401 and 429 are answered before any work is done, whether as HTTP status or as code of a refusal."""
    if status == HTTPStatus.UNAUTHORIZED:
        raise Unauthorised("The gateway did not accept the token or the access code (401). Check HESABE_ACCESS_CODE.")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = retry_after(reply.headers, datetime.now(UTC))
        raise Throttled("The gateway asked us to slow down (429). Lower BATCHINVOICE_MAX_RATE.", retry_after=seconds)


def _refusal(status: int, code: int | None, content: Mapping[str, object]) -> Refused | OutcomeUnknown:
    reason = _words(content.get("message"))
    fields = _fields(content.get("response")) or _fields(content.get("errors"))
    faulty = status >= 500 or (code is not None and 500 <= code < 600 and code != UNREADABLE_REQUEST)
    explained = code == UNREADABLE_REQUEST or bool(fields) or reason.lower().startswith("request not found")
    # A crash dressed up as status:false may have come after the invoice was made: only a stated reason is a refusal.
    if faulty and not explained:
        return OutcomeUnknown(f"The gateway failed inside (HTTP {status}): {reason or 'no reason given'}. {_LOOK}")
    if not reason and not fields and status >= 400:
        return OutcomeUnknown(f"The gateway answered HTTP {status} without a reason. {_LOOK}")
    details = "; ".join(f"{field}: {', '.join(words)}" for field, words in fields.items())
    said = " - ".join(part for part in (reason, details) if part) or "no reason given"
    return Refused(f"The gateway refused: {said}", reason=reason, code=code, fields=fields)


def _fields(raw: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, Mapping):
        return {}
    told = {str(field): words if isinstance(words, list) else [words] for field, words in raw.items()}
    return {field: tuple(filter(None, map(_words, words))) for field, words in told.items()}


def _sealed(content: object) -> str | None:
    """The hex in the framing, or None when the content is plain."""
    if isinstance(content, Mapping) and not isinstance(content.get("status"), bool):
        content = next((content[key] for key in ("response", "data") if isinstance(content.get(key), str)), None)
    return content if isinstance(content, str) else None


def _decrypt(sealed: str, cipher: Cipher) -> object:
    try:
        return cipher.decrypt(sealed.strip())
    except DecryptionError as error:
        reason = str(error)
    raise Undecipherable(
        f"The answer could not be decrypted ({reason}). Check HESABE_SECRET_KEY and HESABE_IV_KEY. {_LOOK}"
    )


def _decode(body: bytes) -> str:
    # Replacement characters make the text fail the checks that follow, in the same way as any other damage.
    return body.decode("utf-8-sig", errors="replace")


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        pass
    # Raised outside the handler: the JSON error would carry the answer, and so personal data, along.
    raise OutcomeUnknown(f"The gateway's answer is garbled. {_LOOK}")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _code(content: Mapping[str, object]) -> int | None:
    code = content.get("code")
    text = str(code) if isinstance(code, int | str) and not isinstance(code, bool) else ""
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else None


def _words(raw: object) -> str:
    """Text fit for one line of a report: no control characters, 300 characters at most."""
    if not isinstance(raw, str | int | Decimal) or isinstance(raw, bool):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in str(raw)).split())[:300]


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
