"""One HTTP exchange: never sent, lost, or answered in whole before its deadline."""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Mapping
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import default_user_agent
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from batchinvoice.gateway.answers import Reply
from batchinvoice.gateway.deadline import DeadlineAdapter, NeverConnectedError
from batchinvoice.gateway.errors import BadSetting, GatewayError, NotSent, OutcomeUnknown

CONNECT_SECONDS = 10.0
LARGEST_ANSWER = 8 * 1024 * 1024  # bytes


class Transport:
    """One connection pool to one gateway; safe to use from many threads.

    A request is made ready here and given to the adapter of requests itself: what a session adds to each (proxies and
    passwords from the environment, cookies, redirects) is not wanted, and takes longer than the exchange.
    timeout: seconds for a whole exchange, from connecting to the last byte of the answer. Raises BadSetting.
    """

    def __init__(self, base_url: str, *, connections: int, timeout: float, ca_file: Path | None = None) -> None:
        self._base_url = checked_base_url(base_url)
        self._timeout = timeout
        self._verify: str | bool = str(ca_file) if ca_file else True
        self._adapter = DeadlineAdapter(connections)
        self._usual = {"User-Agent": default_user_agent(), "Connection": "keep-alive"}

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def exchange(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send one request, once. Raises NotSent or OutcomeUnknown; any answer, whatever its status, is a Reply."""
        request = requests.PreparedRequest()
        request.method = method
        request.url = f"{self._base_url}{path}{'?' if query else ''}{urlencode(query or {})}"
        request.body = None if json is None else dumps(json).encode()
        length = {} if request.body is None else {"Content-Length": str(len(request.body))}
        request.headers = CaseInsensitiveDict(self._usual | length | dict(headers))
        problem: GatewayError
        try:
            return self._send(request)
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            problem = _problem(error)
        # Raised outside the handler: the library's errors carry the request, and so the token, along.
        raise problem

    def _send(self, request: requests.PreparedRequest) -> Reply:
        # requests hands this object on as it is; its stubs know only numbers.
        timeout: Any = Timeout(connect=min(CONNECT_SECONDS, self._timeout), total=self._timeout)
        with self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify) as response:
            if response.status_code < 200:  # its true answer is yet to come, and must not be taken for the next call's
                raise OSError("an interim answer")
            # Each read from the socket is held to the deadline (deadline.py).
            body = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
            if len(body) > LARGEST_ANSWER:
                raise OSError("the answer is too large")
            return Reply(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


def checked_base_url(base_url: str) -> str:
    """The address without its last slash. Raises BadSetting unless it is https, or http to this very machine."""
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadSetting("BATCHINVOICE_BASE_URL is not an address. Example: https://merchantapi.hesabe.com") from None
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise BadSetting("BATCHINVOICE_BASE_URL must be https://, a host and nothing more.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise BadSetting(f"BATCHINVOICE_BASE_URL must begin with https://; {parts.scheme or 'no scheme'} is not safe.")
    return base_url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(error: BaseException) -> GatewayError:
    never = _never_connected(error)
    if never is not None:
        return NotSent(f"The gateway could not be reached: {never.words}.")
    late = isinstance(error, requests.Timeout | TimeoutError) or "timed out" in str(error)
    what = "did not answer in time" if late else "broke the connection off or sent an answer that cannot be read"
    return OutcomeUnknown(f"The gateway {what}. It may have carried the call out: look before sending it again.")


def _never_connected(error: BaseException) -> NeverConnectedError | None:
    """The proof, anywhere in the library's wrapping, that no connection came about."""
    seen: list[object] = [error]
    while seen:
        link = seen.pop()
        if isinstance(link, NeverConnectedError):
            return link
        if isinstance(link, BaseException):
            seen += [link.__cause__, getattr(link, "reason", None), *link.args]
    return None
