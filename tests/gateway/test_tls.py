"""HTTPS: a certificate that is not trusted, or is another host's, is refused before a byte of a request leaves."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import NotSent

LOGIN = b'{"status": true, "response": {"token": {"access_token": "tok-en", "expires_in": 900}}}'
CREATED = b'{"status": true, "message": "done", "response": {"id": 7001}}'


def certificate(folder: Path, address: str) -> Path:
    """A self-signed certificate for one address, with its key, in one PEM file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "gateway")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    signed = builder.add_extension(own, critical=False).sign(key, hashes.SHA256())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path = folder / f"{address}.pem"
    path.write_bytes(key.private_bytes(*form) + signed.public_bytes(serialization.Encoding.PEM))
    return path


class Secure:
    """A gateway over HTTPS. `requests`: the paths of those that came, the login's among them."""

    def __init__(self, pem: Path) -> None:
        self.pem, self.requests = pem, list[str]()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        # The handshake is made by the thread that serves the connection.
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self.base_url = f"https://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        requests = self.requests

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with suppress(OSError):  # the handshake is refused
                    super().handle()

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()

            def do_POST(self) -> None:
                requests.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                answer = LOGIN if self.path.endswith("/login") else CREATED
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None: ...

        return Handler


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Callable[[str], Secure]]:
    opened: list[Secure] = []

    def open_server(address: str = "127.0.0.1") -> Secure:
        opened.append(Secure(certificate(tmp_path, address)))
        return opened[-1]

    yield open_server
    for server in opened:
        server.close()


def test_a_certificate_that_is_trusted_lets_calls_through(
    secure: Callable[..., Secure], connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    server = secure()
    gateway = connect(server.base_url, ca_file=server.pem)
    assert [gateway.create(payload).invoice.id for _ in range(2)] == ["7001", "7001"]
    assert len(server.requests) == 3


def test_a_certificate_that_nobody_trusts_is_refused_before_anything_leaves(
    secure: Callable[..., Secure], connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    server = secure()
    with pytest.raises(NotSent, match="its certificate is not trusted"):
        connect(server.base_url, tries=1).create(payload)
    assert server.requests == []


def test_a_certificate_of_another_host_is_refused_before_anything_leaves(
    secure: Callable[..., Secure], connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    server = secure("127.0.0.2")
    with pytest.raises(NotSent, match="its certificate is not trusted"):
        connect(server.base_url, ca_file=server.pem, tries=1).create(payload)
    assert server.requests == []


def test_the_environment_cannot_have_another_certificate_trusted(
    secure: Callable[..., Secure],
    connect: Callable[..., Gateway],
    payload: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = secure()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(server.pem))
    with pytest.raises(NotSent, match="its certificate is not trusted"):
        connect(server.base_url, tries=1).create(payload)
    assert server.requests == []
