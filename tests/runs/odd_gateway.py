"""A small gateway over a real socket whose every answer a test can decide."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from batchinvoice.emulator.sandbox import IV_KEY, SECRET_KEY
from batchinvoice.gateway.cipher import ANSWER_BLOCK, Cipher

CIPHER = Cipher(SECRET_KEY, IV_KEY)
TOKEN = {"status": True, "message": "", "response": {"token": {"access_token": "tok", "expires_in": 900}}}
Answer = tuple[int, Mapping[str, Any]]
Behaviour = Callable[[Mapping[str, Any]], Answer]


class OddGateway:
    """Calls are `create`, `update`, `send` and `find`; each behaves as the like-named entry of `behaviours` says.

    `arrived` runs when the first line of a request is there, before its headers and body. `seen` lists what came.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, Mapping[str, Any]]] = []
        self.arrived: Callable[[str], None] = lambda _: None
        self.behaviours: dict[str, Behaviour] = {
            "create": lambda payload: yes(created(7001, payload)),
            "update": lambda payload: yes(updated(7001, payload)),
            "send": lambda _: yes(None),
            "find": lambda _: yes({"invoices": {"data": [], "pagination": {}}}),
        }
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No new connection is taken from here on."""
        self._server.shutdown()
        self._server.server_close()

    def listed(self, *invoices: Mapping[str, Any]) -> None:
        """Let the look-up find these."""
        self.behaviours["find"] = lambda _: yes({"invoices": {"data": list(invoices), "pagination": {}}})

    def count(self, name: str) -> int:
        return sum(seen == name for seen, _ in self.seen)

    def answer(self, name: str, payload: Mapping[str, Any]) -> Answer:
        self.seen.append((name, payload))
        return self.behaviours[name](payload)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        odd = self

        class Handler(BaseHTTPRequestHandler):
            def parse_request(self) -> bool:
                path = self.raw_requestline.split()[1].decode()
                name = _name(self.raw_requestline.split()[0].decode(), urlsplit(path).path)
                odd.arrived(name)
                return super().parse_request()

            def _serve(self) -> None:
                url = urlsplit(self.path)
                name = _name(self.command, url.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if name == "login":
                    return self._answer(200, json.dumps(TOKEN))
                sealed = parse_qs(url.query)["data"][0] if self.command == "GET" else json.loads(body)["data"]
                status, answer = odd.answer(name, CIPHER.decrypt(sealed))
                if answer.get("status") is True:
                    return self._answer(status, json.dumps({"response": CIPHER.encrypt(answer, block=ANSWER_BLOCK)}))
                return self._answer(status, json.dumps(answer))

            do_GET = do_POST = do_PUT = _serve  # noqa: N815 (interface)

            def _answer(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None: ...

        return Handler


def _name(method: str, path: str) -> str:
    tail = path.removeprefix("/api/v1/")
    known = {"login": "login", "invoice": "create", "invoice/bulk": "send", "invoice-dashboard": "find"}
    return known.get(tail, "update" if method == "PUT" else tail)


def yes(response: object) -> Answer:
    return 200, {"status": True, "message": "done", "response": response}


def no(status: int, message: str) -> Answer:
    return status, {"status": False, "message": message, "response": None}


def created(number: int, payload: Mapping[str, Any], **other: object) -> dict[str, Any]:
    """The echo of a create; `other` is what it says differently."""
    return {
        "id": number,
        "token": f"t{number}",
        "url": f"https://pay.example/{number}",
        "reference_number": payload["referenceNumber"],
        "amount": payload["amount"],
        "customer": {"phone_number": payload["countryCode"].lstrip("+") + payload["mobileNumber"]},
        **other,
    }


def updated(number: int, payload: Mapping[str, Any], **other: object) -> dict[str, Any]:
    """The echo of an update; `other` is what it says differently."""
    told = {name: payload[name] for name in ("reference_number", "name", "phone", "email", "amount")}
    return {"id": number, **told, **other}
