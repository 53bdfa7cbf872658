"""Where notices arrive in tests: a mail server and a web hook on this machine, which keep what they are given."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass
class Letter:
    """What arrived: all its text, and its files by name."""

    title: str
    text: str
    files: dict[str, bytes]


@dataclass
class PostOffice:
    """One of the two; `url` is what BATCHINVOICE_NOTIFY gets. `answer`: what a web hook answers with."""

    port: int
    url: str
    letters: list[Letter] = field(default_factory=list)
    answer: int = 200


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    office: PostOffice


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a sender without login uses."""

    server: _Server
    _ANSWERS: ClassVar = {b"EHLO": "250 here", b"HELO": "250 here", b"DATA": "354 go on", b"QUIT": "221 bye"}

    def handle(self) -> None:
        self._say("220 here")
        while word := self.rfile.readline()[:4].upper():
            self._say(self._ANSWERS.get(word, "250 ok"))
            if word == b"DATA":
                self.server.office.letters.append(_letter(b"".join(iter(self._line, None))))
                self._say("250 kept")
            if word == b"QUIT":
                return

    def _line(self) -> bytes | None:
        line = self.rfile.readline()
        return None if line == b".\r\n" else line.removeprefix(b".")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def _letter(sent: bytes) -> Letter:
    message = email.message_from_bytes(sent, _class=EmailMessage, policy=email.policy.default)
    files = {part.get_filename() or "": part.get_content() for part in message.iter_attachments()}
    texts = [
        *(f"{name}: {value}" for name, value in message.items()),
        *(part.get_content() for part in message.walk() if part.get_content_maintype() == "text"),
    ]
    return Letter(str(message["Subject"]), "\n".join(texts).replace("\r\n", "\n"), files)


class _Hook(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        files = {each["filename"]: base64.b64decode(each["base64"]) for each in told.pop("attachments", [])}
        self.server.office.letters.append(Letter(told["title"], f"{self.headers}\n{json.dumps(told)}", files))
        self.send_response(self.server.office.answer)
        if 300 <= self.server.office.answer < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    do_GET = do_POST  # noqa: N815 (interface)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def mail_server() -> Iterator[PostOffice]:
    """A mail server for noura@example.com."""
    with _running(
        _Server(("127.0.0.1", 0), _Mail), "mailto://127.0.0.1:{}?from=tool@example.com&to=noura@example.com"
    ) as o:
        yield o


@contextmanager
def web_hook() -> Iterator[PostOffice]:
    """A web hook whose address is a secret, as those of Teams and Slack are."""
    with _running(ThreadingHTTPServer(("127.0.0.1", 0), _Hook), "json://hook:pass-w0rd@127.0.0.1:{}/t0ken") as office:
        yield office


@contextmanager
def _running(server: Any, url: str) -> Iterator[PostOffice]:
    port = server.server_address[1]
    server.office = PostOffice(port, url.format(port))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.office
    finally:
        server.shutdown()
        server.server_close()
