"""Connections that hold an answer to its deadline and tell a connection that never came about from a lost answer."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class NeverConnectedError(NewConnectionError):
    """Connecting failed, so no byte of the request left. `words` say why, without addresses or headers."""

    def __init__(self, connection: HTTPConnection, words: str) -> None:
        super().__init__(connection, words)
        self.words = words


class DeadlineReader(io.RawIOBase):
    """A socket's bytes, each read allowed only the time left: a server that drips cannot hold us any longer."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the answer was not complete in time")
        self._sock.settimeout(remaining)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class DeadlineResponse(http.client.HTTPResponse):
    """An answer whose headers and body together are due within the time-out its socket has when reading starts."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        seconds = sock.gettimeout()
        if seconds is not None:
            self.fp.close()
            self.fp = io.BufferedReader(DeadlineReader(sock, time.monotonic() + seconds))


class DeadlineHTTPConnection(HTTPConnection):
    """Plain HTTP, for loopback.

    A request is written at once: head and body on their own would be two packets, and twice the work on both sides.
    """

    response_class = DeadlineResponse
    _parts: list[bytes] | None = None

    def connect(self) -> None:
        try:
            super().connect()
        except Exception as error:
            raise NeverConnectedError(self, why_not_connected(error)) from error

    def request(self, *words: Any, **named: Any) -> None:
        self._parts = []
        try:
            super().request(*words, **named)
        finally:
            parts, self._parts = self._parts, None
        super().send(b"".join(parts))

    def send(self, data: Any) -> None:
        if self._parts is None:
            super().send(data)
        else:
            self._parts.append(data)


class DeadlineHTTPSConnection(DeadlineHTTPConnection, HTTPSConnection):
    """HTTPS. The handshake is part of connecting: the request is written only after it."""


class DeadlineHTTPPool(HTTPConnectionPool):
    """A pool of plain connections."""

    ConnectionCls = DeadlineHTTPConnection


class DeadlineHTTPSPool(HTTPSConnectionPool):
    """A pool of TLS connections."""

    ConnectionCls = DeadlineHTTPSConnection


class DeadlineAdapter(HTTPAdapter):
    """What makes requests use these connections, for one gateway. Nothing is retried below our own retry table."""

    def __init__(self, connections: int) -> None:
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0, pool_block=True)
        self._pool: HTTPConnectionPool | None = None

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": DeadlineHTTPPool, "https": DeadlineHTTPSPool}

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> HTTPConnectionPool:
        """The one pool, worked out once: address and certificates are the same for every call."""
        if self._pool is None:
            # One of the classes above, which the manager makes; the stubs know only their common parent.
            pool: Any = super().get_connection_with_tls_context(request, verify, proxies, cert)
            self._pool = pool
        return self._pool

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """The answer as it came: no cookie is looked for."""
        response = Response()
        response.status_code, response.raw, response.headers = resp.status, resp, CaseInsensitiveDict(resp.headers)
        response.request = req
        return response


def why_not_connected(error: BaseException) -> str:
    """Plain words for the reason a connection did not come about."""
    if isinstance(error, NameResolutionError | socket.gaierror):
        return "the host name is not known; check BATCHINVOICE_BASE_URL and the network"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not trusted; check BATCHINVOICE_BASE_URL, the clock and any intercepting proxy"
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be agreed; check BATCHINVOICE_BASE_URL"
    if "refused" in str(error).lower():
        return "the connection was refused; check BATCHINVOICE_BASE_URL and that the gateway is up"
    if "timed out" in str(error).lower():
        return "nothing answered in time; check the network"
    return "the connection could not be made; check the network"
