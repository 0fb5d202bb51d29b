"""Makes a capture that no code of ours made: openssl, GnuTLS, nginx, stunnel, curl and Kamailio, by dumpcap.

Every case has a port of its own, so that its connection is found again. By hand:

    .venv/bin/python tests/interop/real_captures.py FOLDER

which leaves `real.pcapng`, `keys.log` and `cases.json` there, and says what the judge makes of each.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interop_bench import Files

NAME = "us-expe1.example.com"
PROGRAMS = ("dumpcap", "openssl", "gnutls-cli", "gnutls-serv", "nginx", "stunnel", "curl")
_HOST = "127.0.0.1"
_PATIENCE = 4.0
_REQUEST = b"GET / HTTP/1.0\r\n\r\n"
_SIP = (
    "OPTIONS sip:{0}@example.com SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK{0}\r\nFrom: <sip:a@b>;tag=1\r\n"
    "To: <sip:c@d>\r\nCall-ID: {0}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)
_LISTENING = "0A"
_BEHIND = 21_000
"""Where stunnel leads to."""


@dataclass(frozen=True, slots=True)
class Case:
    """One meeting: who listens, who dials, what is wrong, and the causes that are true of it.

    `worn` and `shown` are the faults of the listener's and the dialler's certificate; `shown` None: it shows none.
    `manner` is something else that is wrong.
    """

    server: str
    client: str
    tls: str
    worn: str = ""
    shown: str | None = ""
    manner: str = ""
    truth: tuple[str, ...] = ()
    port: int = 0

    @property
    def name(self) -> str:
        """What the case is called."""
        wrong = self.manner or (f"listener {self.worn}" if self.worn else "")
        wrong = wrong or ("nothing shown" if self.shown is None else f"dialler {self.shown}" if self.shown else "sound")
        return f"{self.server} and {self.client}, TLS {self.tls}: {wrong}"


DIALLERS_FAULTS: dict[str | None, tuple[str, ...]] = {
    None: ("no-client-certificate",),
    "expired": ("certificate-expired",),
    "not-yet-valid": ("certificate-not-yet-valid",),
    "unknown-root": ("unknown-root",),
    "self-signed": ("self-signed-certificate",),
    "missing-intermediate": ("missing-intermediate",),
    "server-auth-only": ("eku-no-client-auth",),
}
LISTENERS_FAULTS: dict[str, tuple[str, ...]] = {
    "expired": ("certificate-expired",),
    "not-yet-valid": ("certificate-not-yet-valid",),
    "unknown-root": ("unknown-root",),
    "self-signed": ("self-signed-certificate",),
    "missing-intermediate": ("missing-intermediate",),
    "client-auth-only": ("eku-no-server-auth",),
}
MANNERS = {
    "another name": ("server-name-mismatch", "name-unknown"),
    "no version in common": ("no-common-version", "only-old-versions"),
    "no cipher in common": ("no-common-cipher",),
    "plain request to TLS": ("plaintext-on-tls-port",),
    "TLS to a plain port": ("tls-on-plaintext-port",),
    "nobody listens": ("syn-refused",),
    "a silent listener": ("silent-in-handshake",),
    "a silent dialler": ("open",),
}


def cases() -> Iterator[Case]:
    """Yield every case, each with a port."""
    ports = count(21_001)
    for tls in ("1.2", "1.3"):
        for server, client in (
            ("openssl", "openssl"),
            ("gnutls", "gnutls"),
            ("stunnel", "gnutls"),
            ("nginx", "curl"),
            ("kamailio", "openssl"),
        ):
            if server == "kamailio" and shutil.which(server) is None:
                continue
            sound = ("sip-refused",) if server == "kamailio" else ()
            yield Case(server, client, tls, truth=sound, port=next(ports))
            for shown, truth in DIALLERS_FAULTS.items():
                asks_no_usage = server == "gnutls" and shown == "server-auth-only"
                truths = () if asks_no_usage else truth
                yield Case(server, client, tls, shown=shown, truth=truths, port=next(ports))
        for server, client in (("openssl", "gnutls"), ("gnutls", "openssl"), ("stunnel", "curl")):
            for worn, truth in LISTENERS_FAULTS.items():
                yield Case(server, client, tls, worn=worn, truth=truth, port=next(ports))
        for manner, truth in MANNERS.items():
            for server, client in (("openssl", "gnutls"), ("gnutls", "openssl")):
                yield Case(server, client, tls, manner=manner, truth=truth, port=next(ports))


# --- those who take part ---


@dataclass(frozen=True, slots=True)
class Stage:
    """Where files go, and the certificates by role and fault."""

    folder: Path
    worn: dict[str, Files]
    shown: dict[str, Files]

    @property
    def keys(self) -> Path:
        """The key log to which every program that can writes its secrets."""
        return self.folder / "keys.log"


def _stage(folder: Path) -> Stage:
    from interop_bench import files  # noqa: PLC0415  # by hand, its folder is not on the path before

    worn: dict[str, Files] = {}
    shown: dict[str, Files] = {}
    for role, faults, found in (
        ("expressway-e", ("", *LISTENERS_FAULTS), worn),
        ("b2b-peer", ("", *(each for each in DIALLERS_FAULTS if each)), shown),
    ):
        for fault in faults:
            place = folder / "certificates" / role / (fault or "sound")
            place.mkdir(parents=True, exist_ok=True)
            found[fault] = files(place, role, *([fault] if fault else []))
    return Stage(folder, worn, shown)


def _server(case: Case, stage: Stage) -> list[str]:
    worn, port = stage.worn[case.worn], str(case.port)
    mutual = not case.worn and not case.manner
    old = case.manner == "no version in common"
    match case.server:
        case "openssl":
            version = {"1.2": "-tls1_2", "1.3": "-tls1_3"}[("1.3" if case.tls == "1.2" else "1.2") if old else case.tls]
            words: list[object] = [
                "openssl",
                "s_server",
                "-accept",
                f"{_HOST}:{port}",
                "-cert",
                worn.leaf,
                "-key",
                worn.key,
                version,
            ]
            words += ["-cert_chain", worn.issuers] if worn.issuers.read_text("ascii").strip() else []
            words += ["-cert", worn.leaf, "-key", worn.key, "-CAfile", worn.trusted, "-keylogfile", stage.keys]
            words += ["-Verify", "5", "-verify_return_error"] if mutual else []
            if case.manner == "no cipher in common":
                words += ["-cipher", "ECDHE-RSA-AES256-SHA"] if case.tls == "1.2" else ["-groups", "P-521"]
            return [str(each) for each in words]
        case "gnutls":
            other = {"1.2": "1.3", "1.3": "1.2"}[case.tls]
            priority = f"NORMAL:-VERS-ALL:+VERS-TLS{other if old else case.tls}"
            if case.manner == "no cipher in common":
                priority += ":-GROUP-ALL:+GROUP-FFDHE8192" if case.tls == "1.3" else ":-KX-ALL:+DHE-RSA"
            words = ["gnutls-serv", "--port", port, "--x509certfile", worn.chain, "--x509keyfile", worn.key, "-q"]
            words += ["--x509cafile", worn.trusted, "--priority", priority, "--http"]
            words += ["--require-client-cert", "--verify-client-cert"] if mutual else ["--disable-client-cert"]
            return [str(each) for each in words]
        case "kamailio":
            file = str(_kamailio(case, stage, worn))
            return ["kamailio", "-f", file, "-DD", "-E", "-m", "16", "-M", "4", "-w", str(stage.folder)]
        case "stunnel":
            return ["stunnel", str(_stunnel(case, stage, worn, mutual=mutual))]
        case _:
            return ["nginx", "-e", "stderr", "-p", str(stage.folder), "-c", str(_nginx(case, stage, worn))]


def _stunnel(case: Case, stage: Stage, worn: Files, *, mutual: bool) -> Path:
    file = stage.folder / f"stunnel-{case.port}.conf"
    verify = f"CAfile = {worn.trusted}\nverifyChain = yes\n" if mutual else ""
    file.write_text(
        f"foreground = yes\npid =\n[it]\naccept = {_HOST}:{case.port}\nconnect = {_HOST}:{_BEHIND}\n"
        f"cert = {worn.chain}\nkey = {worn.key}\nsslVersion = TLSv{case.tls}\n{verify}"
    )
    return file


def _kamailio(case: Case, stage: Stage, worn: Files) -> Path:
    """A SIP server that says 403 to everybody who gets in."""
    file = stage.folder / f"kamailio-{case.port}.cfg"
    modules = "".join(f'loadmodule "{name}.so"\n' for name in ("tls", "pv", "sl"))
    settings = {
        "tls_method": {"1.2": "TLSv1.2", "1.3": "TLSv1.2+"}[case.tls],  # the dialler offers 1.3 alone
        "certificate": worn.chain,
        "private_key": worn.key,
        "ca_list": worn.trusted,
    }
    told = "".join(f'modparam("tls", "{name}", "{value}")\n' for name, value in settings.items())
    told += "".join(f'modparam("tls", "{name}", 1)\n' for name in ("verify_certificate", "require_certificate"))
    file.write_text(
        f"#!KAMAILIO\ndebug=0\nlog_stderror=yes\nchildren=1\ntcp_children=1\nenable_tls=yes\n"
        f"listen=tls:{_HOST}:{case.port}\n{modules}{told}"
        'request_route {\n sl_send_reply("403", "Not here");\n}\n'
    )
    return file


def _nginx(case: Case, stage: Stage, worn: Files) -> Path:
    file = stage.folder / f"nginx-{case.port}.conf"
    file.write_text(
        f"daemon off; master_process off; pid {stage.folder}/nginx-{case.port}.pid; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {stage.folder}/t1; proxy_temp_path {stage.folder}/t2;\n"
        f"fastcgi_temp_path {stage.folder}/t3; uwsgi_temp_path {stage.folder}/t4; scgi_temp_path {stage.folder}/t5;\n"
        f"server {{ listen {_HOST}:{case.port} ssl; ssl_certificate {worn.chain}; ssl_certificate_key {worn.key};\n"
        f"ssl_protocols TLSv{case.tls}; ssl_client_certificate {worn.trusted}; ssl_verify_client on;\n"
        "ssl_verify_depth 5;\n"
        "location / { return 204; } } }\n"
    )
    return file


def _client(case: Case, stage: Stage) -> list[str]:
    shown = stage.shown[case.shown or ""]
    wanted = "another.example.net" if case.manner == "another name" else NAME
    shows = case.shown is not None
    match case.client:
        case "openssl":
            version = {"1.2": "-tls1_2", "1.3": "-tls1_3"}[case.tls]
            words: list[object] = [
                "openssl",
                "s_client",
                "-connect",
                f"{_HOST}:{case.port}",
                "-servername",
                wanted,
                version,
            ]
            words += ["-verify_hostname", wanted, "-CAfile", shown.trusted, "-verify_return_error"]
            words += ["-servername", wanted, "-keylogfile", stage.keys]
            if shows:
                words += ["-cert", shown.leaf, "-key", shown.key]
                words += ["-cert_chain", shown.issuers] if shown.issuers.read_text("ascii").strip() else []
            if case.manner == "no cipher in common":
                words += ["-cipher", "ECDHE-RSA-AES128-SHA"] if case.tls == "1.2" else ["-groups", "X25519"]
            return [str(each) for each in words]
        case "gnutls":
            priority = f"NORMAL:-VERS-ALL:+VERS-TLS{case.tls}"
            if case.manner == "no cipher in common":
                priority += ":-KX-ALL:+DHE-RSA" if case.tls == "1.2" else ":-GROUP-ALL:+GROUP-X25519"
            words = ["gnutls-cli", "--port", case.port, _HOST, "--sni-hostname", wanted, "--verify-hostname", wanted]
            words += ["--x509cafile", shown.trusted, "--priority", priority]
            words += ["--x509certfile", shown.chain, "--x509keyfile", shown.key] if shows else []
            return [str(each) for each in words]
        case _:
            words = ["curl", "-s", "--max-time", "3", "--noproxy", "*", "--resolve", f"{wanted}:{case.port}:{_HOST}"]
            words += ["--cacert", shown.trusted, f"--tlsv{case.tls}", "--tls-max", case.tls]
            words += ["--cert", shown.chain, "--key", shown.key] if shows else []
            return [str(each) for each in (*words, f"https://{wanted}:{case.port}/")]


# --- the meetings ---


def _listens(port: int) -> bool:
    """Whether somebody listens on a port; asked of the kernel, since a connection would be in the capture."""
    wanted = f":{port:04X}"
    lines = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()]
    return any(line[1].endswith(wanted) and line[3] == _LISTENING for line in lines)


@contextmanager
def _listening(case: Case, stage: Stage) -> Iterator[None]:
    if case.manner == "nobody listens":
        yield
    elif case.manner in {"TLS to a plain port", "a silent listener"}:
        with _plain(case):
            yield
    else:
        environment = {**os.environ, "SSLKEYLOGFILE": str(stage.keys)}
        command = _server(case, stage)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env=environment) as process:  # fmt: skip
            _wait(lambda: _listens(case.port) or process.poll() is not None)
            try:
                yield
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_PATIENCE)
                process.kill()


@contextmanager
def _web_server_behind_stunnel() -> Iterator[None]:
    with socket.create_server((_HOST, _BEHIND)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    with listener.accept()[0] as taken:
                        taken.settimeout(_PATIENCE)
                        with suppress(OSError):
                            taken.recv(65_536)
                            taken.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield


@contextmanager
def _plain(case: Case) -> Iterator[None]:
    """Listen without TLS, and answer in clear or not at all."""
    with socket.create_server((_HOST, case.port)) as listener:

        def serve() -> None:
            with suppress(OSError), listener.accept()[0] as taken:
                taken.settimeout(_PATIENCE * 2)
                taken.recv(65_536)
                if case.manner == "TLS to a plain port":
                    taken.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
                    time.sleep(0.3)
                else:
                    while taken.recv(65_536):
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(_PATIENCE * 2)


def _wait(ready: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not ready() and time.monotonic() < until:
        time.sleep(0.02)


def _meet(case: Case, stage: Stage) -> None:
    with _listening(case, stage):
        if case.manner in {"plain request to TLS", "a silent dialler"}:
            _speak_plainly(case)
            return
        environment = {**os.environ, "SSLKEYLOGFILE": str(stage.keys)}
        with subprocess.Popen(_client(case, stage), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=environment) as process:  # fmt: skip
            with suppress(OSError):
                assert process.stdin is not None
                time.sleep(0.3)
                process.stdin.write(_SIP.format(case.port).encode() if case.server == "kamailio" else _REQUEST)
                process.stdin.flush()
            with suppress(subprocess.TimeoutExpired):
                process.wait(2.5 if case.manner == "a silent listener" else 0.7)
            with suppress(OSError):
                assert process.stdin is not None
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(1.5)
            process.kill()


def _speak_plainly(case: Case) -> None:
    with socket.create_connection((_HOST, case.port), timeout=_PATIENCE) as dialler, suppress(OSError):
        if case.manner == "a silent dialler":
            time.sleep(_PATIENCE / 2)
            return
        head = f"OPTIONS sip:example.com SIP/2.0\r\nCall-ID: {case.port}\r\nCSeq: 1 OPTIONS\r\n"
        dialler.sendall(f"{head}Content-Length: 0\r\n\r\n".encode())
        while dialler.recv(4096):
            pass


def make(folder: Path) -> list[Case]:
    """Leave a capture, its key log and the list of its cases in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    stage, every = _stage(folder), list(cases())
    capture = folder / "real.pcapng"
    ports = f"tcp portrange {every[0].port}-{every[-1].port}"
    with subprocess.Popen(["dumpcap", "-q", "-i", "lo", "-f", ports, "-w", str(capture)],
                          stderr=subprocess.PIPE) as dumpcap:  # fmt: skip
        time.sleep(1.5)
        if dumpcap.poll() is not None:
            raise PermissionError((dumpcap.stderr.read() if dumpcap.stderr else b"").decode("utf-8", "replace")[:200])
        with _web_server_behind_stunnel(), ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda case: _meet(case, stage), every))
        time.sleep(1.0)
        dumpcap.terminate()
    (folder / "cases.json").write_text(json.dumps([asdict(case) for case in every], indent=1))
    return every


def missing() -> str:
    """Return the first program that is not installed, empty where all are."""
    return next((program for program in PROGRAMS if shutil.which(program) is None), "")


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
    from real_verdicts import table

    target = Path(sys.argv[1])
    print(table(make(target), target))
