"""What a probe says above TLS, one request, and what it hears, until it has an answer."""

from __future__ import annotations

from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.sip.building import request as build_request
from harness.sip.framing import MessageFramed, StreamFramer, Violation
from harness.sip.identifiers import Identifiers
from harness.sip.message import Message, Response
from harness.sip.via import Via
from harness.transcript import Direction, HttpSeen, Oddity, SipSeen

_LONGEST_ANSWER = 32768
_LOWEST_FINAL = 200
_ME = "probe.invalid"


class Conversation:
    """SIP or HTTP on one link that has finished its handshake."""

    def __init__(self, link: Link, recorder: Recorder) -> None:
        self._link = link
        self._recorder = recorder
        self._framer = StreamFramer(_LONGEST_ANSWER)
        self._heard = b""
        self.over = False

    async def ask(self, name: str, protocol: str, identifiers: Identifiers) -> None:
        """Send OPTIONS to `name`: of SIP, or of HTTP where the protocol is `https`."""
        host = f"[{name}]" if ":" in name else name
        if protocol == "https":
            head = f"OPTIONS / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sip-mtls probe\r\nConnection: close\r\n\r\n"
            self._note_http(Direction.SENT, head)
            await self._link.send(head.encode("ascii"))
        else:
            message = _options(host, identifiers)
            self._note_sip(Direction.SENT, message)
            await self._link.send(message)

    async def hear(self) -> str:
        """Wait for a final answer; return it in a few words, empty where none came before the end.

        The end is that of the connection, or of all sense in what came: `over` says so.
        """
        while not self.over and (data := await self._link.receive()):
            self._heard = (self._heard + data)[:_LONGEST_ANSWER]
            if self._heard.startswith(b"HTTP/"):
                head = self._heard.partition(b"\r\n\r\n")[0].decode("latin-1")
                self._note_http(Direction.RECEIVED, head)
                return head.splitlines()[0]
            self._framer.feed(data)
            if answer := self._sip_answer():
                return answer
        return ""

    def _sip_answer(self) -> str:
        for framed in self._framer.events():
            match framed:
                case MessageFramed(message=message):
                    self._note_sip(Direction.RECEIVED, message.to_bytes())
                    if answer := _final(message):
                        return answer
                case Violation(reason=reason):
                    what = f"answered with bytes that are neither SIP nor HTTP: {reason}"
                    self._recorder.note(Oddity(self._recorder.now(), self._link.actor, self._link.number, what))
                    self.over = True
        return ""

    def _note_sip(self, direction: Direction, message: bytes) -> None:
        self._recorder.note(SipSeen(self._recorder.now(), self._link.actor, self._link.number, direction, message))

    def _note_http(self, direction: Direction, head: str) -> None:
        self._recorder.note(HttpSeen(self._recorder.now(), self._link.actor, self._link.number, direction, head))


def _final(message: Message) -> str:
    """Return a final response in a few words, empty for everything else."""
    is_final = isinstance(message, Response) and message.status >= _LOWEST_FINAL
    return f"SIP {message.start_line.partition(' ')[2]}" if is_final else ""


def _options(host: str, identifiers: Identifiers) -> bytes:
    headers = [
        ("Via", str(Via.of("TLS", _ME, None, identifiers.branch()).with_parameter("rport", None))),
        ("From", f"<sip:probe@{_ME}>;tag={identifiers.tag()}"),
        ("To", f"<sip:{host}>"),
        ("Call-ID", identifiers.call_id(_ME)),
        ("CSeq", "1 OPTIONS"),
        ("Contact", f"<sip:probe@{_ME};transport=tls>"),
        ("User-Agent", "sip-mtls probe"),
    ]
    return build_request("OPTIONS", f"sip:{host}", headers=headers).to_bytes()
