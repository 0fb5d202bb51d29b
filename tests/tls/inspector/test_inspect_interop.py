"""A connection from openssl s_client, recorded by our listener and read."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL
from recorded_handshakes import authority, context, der, leaf

from harness.tls.inspector import KeyUpdate, Malformed, Undecrypted, inspect
from harness.transcript import Chunk, Direction

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl program is absent"),
]


class RecordedListener:
    """Our end of a socket: blocking reads into memory, and every byte kept."""

    def __init__(self, made: SSL.Context, link: socket.socket) -> None:
        self.key_log: list[str] = []
        self.chunks: list[Chunk] = []
        self._link = link
        self._end = SSL.Connection(made)
        self._end.set_app_data(self.key_log)
        self._end.set_accept_state()

    def hear(self) -> bytes:
        """Read until the caller said something, or its handshake failed."""
        while True:
            try:
                heard = self._end.recv(4096)
                assert isinstance(heard, bytes)
            except SSL.WantReadError:
                self.step()
            else:
                return heard

    def step(self) -> None:
        """Send what is due and take in one read."""
        self._flush()
        data = self._link.recv(65536)
        assert data, "the caller hung up"
        self._keep(Direction.RECEIVED, data)
        self._end.bio_write(data)

    def answer(self, data: bytes) -> None:
        self._end.sendall(data)
        self._flush()

    def _flush(self) -> None:
        try:
            data = self._end.bio_read(65536)
        except SSL.WantReadError:
            return
        self._keep(Direction.SENT, data)
        self._link.sendall(data)

    def _keep(self, direction: Direction, data: bytes) -> None:
        self.chunks.append(Chunk(float(len(self.chunks)), direction, data))


@pytest.fixture
def certificate_file(tmp_path: Path) -> Path:
    cloud = leaf("cloud")
    key = cloud.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "cloud.pem"
    file.write_bytes(key + cloud.certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_what_s_client_says_is_read_on_both_sides_of_its_key_update(
    version: str, certificate_file: Path, listening: socket.socket
) -> None:
    made = context(version, own=leaf("exp-e"), wants_certificate=True)
    command = [
        *("openssl", "s_client", "-connect", f"127.0.0.1:{listening.getsockname()[1]}"),
        *("-servername", "exp-e.lab.example", "-alpn", "sip/2", "-cert", str(certificate_file)),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as client:
        assert client.stdin is not None
        link, _address = listening.accept()
        with link:
            link.settimeout(10)
            end = RecordedListener(made, link)
            client.stdin.write(b"first\n")
            client.stdin.flush()
            assert end.hear() == b"first\n"
            if version == "1.3":
                client.stdin.write(b"K\n")
                client.stdin.flush()
                end.step()
            client.stdin.write(b"second\n")
            client.stdin.flush()
            assert end.hear() == b"second\n"
            end.answer(b"heard\n")
        client.stdin.close()
    seen = inspect(end.chunks, end.key_log, listens=True)
    assert seen.version == version
    assert seen.client_hello is not None
    assert (seen.client_hello.server_name, seen.client_hello.alpn) == ("exp-e.lab.example", ("sip/2",))
    assert seen.client_chain == (der(leaf("cloud")),)
    assert seen.server_chain == (der(leaf("exp-e")), der(authority()))
    updates = [item.from_client for item in seen.of_kind(KeyUpdate)]
    assert updates == ([True, False] if version == "1.3" else [])
    assert seen.application_data(client=True) == b"first\nsecond\n"
    assert seen.application_data(client=False) == b"heard\n"
    assert not [item for item in seen.items if isinstance(item, Undecrypted | Malformed)]
