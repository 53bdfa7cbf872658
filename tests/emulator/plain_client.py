"""Requests as anybody could make them, without our own client, and what comes back byte by byte."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import ACCESS_CODE, IV_KEY, MERCHANT_CODE, PASSWORD, SECRET_KEY, USERNAME
from batchinvoice.gateway.cipher import Cipher

CIPHER = Cipher(SECRET_KEY, IV_KEY)
CREATE: dict[str, object] = {
    "merchantCode": MERCHANT_CODE,
    "mobileNumber": "66666666",
    "customerName": "Noura",
    "referenceNumber": "R-1",
    "amount": "280.000",
    "countryCode": "+965",
    "invoiceType": "0",
    "invoiceSubType": "3",
    "allocatePayType": [1, 2],
    "expiresAt": "2026-12-31",
}
CHANGE = {"amount": "5.000", "name": "N", "email": "n@example.com", "phone": "96555555555", "reference_number": "R-2"}


@dataclass(frozen=True, slots=True)
class Received:
    """What one connection brought. end: closed, reset, or silent when nothing more came in time."""

    status: int | None
    headers: dict[str, str]
    body: bytes
    end: str


class Client:
    """A client that has logged in."""

    def __init__(self, running: RunningEmulator) -> None:
        self.running = running
        self.http = requests.Session()
        self.http.trust_env = False
        token = self.plain("/api/v1/login", {"username": USERNAME, "password": PASSWORD})["response"]["token"]
        self.token: dict[str, Any] = token
        self.headers = {"accessCode": ACCESS_CODE, "Authorization": f"Bearer {token['access_token']}"}

    def plain(self, path: str, body: object) -> Any:
        return self.http.post(self.running.base_url + path, json=body, timeout=10).json()

    def raw(self, method: str, path: str, payload: dict[str, object], **query: str) -> requests.Response:
        sealed = {"data": CIPHER.encrypt({"merchantCode": MERCHANT_CODE, **payload})}
        carried = {"params": {**query, **sealed}} if method == "GET" else {"json": sealed}
        return self.http.request(method, self.running.base_url + path, headers=self.headers, timeout=10, **carried)

    def call(self, method: str, path: str, payload: dict[str, object], **query: str) -> Any:
        return CIPHER.decrypt(self.raw(method, path, payload, **query).json()["response"])

    def create(self, reference: str = "R-1") -> Any:
        return self.call("POST", "/api/v1/invoice", CREATE | {"referenceNumber": reference})["response"]

    def found(self, path: str = "/api/v1/invoice-dashboard") -> list[str]:
        """The references that the first page of a look-up shows."""
        shown = self.call("GET", path, {})["response"]
        rows = shown if isinstance(shown, list) else shown["invoices"]["data"]
        return [row["reference_number"] for row in rows]

    def over_a_socket(self, method: str, path: str, payload: dict[str, object], timeout: float = 5) -> Received:
        """One request on a connection of its own, and whatever comes back until it ends."""
        sealed = {"data": CIPHER.encrypt({"merchantCode": MERCHANT_CODE, **payload})}
        body = b"" if method == "GET" else json.dumps(sealed).encode()
        target = f"{path}?{urlencode(sealed)}" if method == "GET" else path
        lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        url = urlsplit(self.running.base_url)
        with socket.create_connection((url.hostname or "", url.port or 0), timeout) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return _received(*_read_to_the_end(connection))


def _read_to_the_end(connection: socket.socket) -> tuple[bytes, str]:
    came = b""
    try:
        while part := connection.recv(65536):
            came += part
    except TimeoutError:
        return came, "silent"
    except ConnectionResetError:
        return came, "reset"
    return came, "closed"


def _received(came: bytes, end: str) -> Received:
    head, _, body = came.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Received(int(first.split()[1]) if first else None, headers, body, end)
