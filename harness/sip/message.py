"""SIP messages: requests, responses, and how bytes become one (RFC 3261 section 7).

A message that came in prints back byte for byte. A bad value in it is a finding on that header (`findings`),
never a lost message; only bytes without a SIP start line or without a clear end are a `Violation`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from harness.sip.findings import Finding, header_findings
from harness.sip.headers import HeaderField, Headers, sequence_number, whole_number
from harness.sip.scanner import Violation, content_length, head_end, leading_blank_lines, split_head
from harness.sip.splitting import TOKEN, excerpt

__all__ = [
    "SIP_VERSION", "Finding", "HeaderField", "Headers", "Message", "Request", "Response", "Violation", "compose",
    "cseq_number", "findings", "parse_head", "parse_message", "parse_start_line",
]  # fmt: skip

SIP_VERSION = "SIP/2.0"

# The version may come in any case (RFC 3261 7.1); it is kept and sent in capitals.
_VERSION = r"((?i:SIP)/[0-9]+\.[0-9]+)"
_REQUEST_LINE = re.compile(rf"({TOKEN})[ \t]+(\S.*)[ \t]{_VERSION}", re.ASCII | re.DOTALL)
_STATUS_LINE = re.compile(rf"{_VERSION}[ \t]+([1-6][0-9][0-9])(?:[ \t](.*))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `uri` is the Request-URI as written, of any scheme.

    `raw` are the bytes in which it came, empty for one that was made or changed here; the `with_` methods
    drop them, so change a message by those and not by `dataclasses.replace`.
    """

    method: str
    uri: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    raw: bytes = field(default=b"", compare=False, repr=False)
    version: str = SIP_VERSION

    @property
    def start_line(self) -> str:
        """The request line without its line end."""
        return f"{self.method} {self.uri} {self.version}"

    def with_headers(self, headers: Headers) -> Request:
        """Return a copy with these headers."""
        return replace(self, headers=headers, raw=b"")

    def with_uri(self, uri: str) -> Request:
        """Return a copy with that Request-URI."""
        return replace(self, uri=uri, raw=b"")

    def to_bytes(self) -> bytes:
        """Return the message for the wire: byte for byte as it came where nothing was changed."""
        return self.raw or _printed(self)


@dataclass(frozen=True, slots=True)
class Response:
    """A response with its status (100-699) and reason phrase; `raw` as in `Request`."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    raw: bytes = field(default=b"", compare=False, repr=False)
    version: str = SIP_VERSION

    @property
    def start_line(self) -> str:
        """The status line without its line end."""
        return f"{self.version} {self.status} {self.reason}"

    @property
    def is_provisional(self) -> bool:
        """Whether the answer is still to come (1xx)."""
        return self.status < 200

    @property
    def is_success(self) -> bool:
        """Whether the request was accepted (2xx)."""
        return 200 <= self.status < 300

    def with_headers(self, headers: Headers) -> Response:
        """Return a copy with these headers."""
        return replace(self, headers=headers, raw=b"")

    def to_bytes(self) -> bytes:
        """Return the message for the wire: byte for byte as it came where nothing was changed."""
        return self.raw or _printed(self)


Message: TypeAlias = Request | Response

_HEAD_END = b"\r\n\r\n"


def parse_message(data: bytes) -> Message | Violation:
    """Read exactly one message, empty lines before it allowed.

    Without Content-Length the body is all that follows the head; bytes beyond a declared length are not part
    of the message and are dropped (RFC 3261 18.3, datagram rule: streams go through `framing`).
    """
    start = leading_blank_lines(data)
    end = head_end(data, start, len(data))
    if end is None:
        return Violation("the head has no end", len(data))
    start_line, fields = split_head(data[start:end])
    message = parse_start_line(start_line)
    length = content_length(fields)
    if isinstance(message, Violation) or isinstance(length, Violation):
        return Violation(_reason(message, length), start)
    stop = len(data) if length is None else end + length
    if stop > len(data):
        return Violation("the body is shorter than its Content-Length", len(data))
    return compose(message, fields, body=data[end:stop], raw=data[:stop])


def parse_head(data: bytes) -> Message | Violation:
    """Read the start line and the headers of a message whose body may be cut, as in a capture; it is left out."""
    start = leading_blank_lines(data)
    end = head_end(data, start, len(data))
    start_line, fields = split_head(data[start:] + _HEAD_END if end is None else data[start:end])
    message = parse_start_line(start_line)
    return message if isinstance(message, Violation) else replace(message, headers=Headers(fields))


def parse_start_line(line: str) -> Message | Violation:
    """Read a start line into a message without headers. An odd version is a finding, not a violation."""
    if status := _STATUS_LINE.fullmatch(line):
        return Response(int(status[2]), (status[3] or "").strip(), version=status[1].upper())
    if request := _REQUEST_LINE.fullmatch(line):
        return Request(request[1], request[2].rstrip(), version=request[3].upper())
    return Violation(f"not a SIP start line: {excerpt(line)}")


def compose(start: Message, fields: tuple[HeaderField, ...], *, body: bytes, raw: bytes) -> Message:
    """Return the message whose parts a scanner found."""
    return replace(start, headers=Headers(fields), body=body, raw=raw)


def findings(message: Message) -> tuple[Finding, ...]:
    """Return what is wrong with a message, as (header, problem) pairs.

    `request-line` and `status-line` stand for the start line.
    """
    match message:
        case Request(method=method, uri=uri):
            return (
                *_line_findings("request-line", message.version, uri),
                *header_findings(message.headers, method),
            )
        case Response():
            return (
                *_line_findings("status-line", message.version, ""),
                *header_findings(message.headers, None),
            )


def cseq_number(headers: Headers) -> int:
    """Return the number in CSeq, 0 where it is missing or unreadable."""
    number = (headers.get("cseq") or "").split()[:1]
    return (sequence_number(number[0]) if number else None) or 0


def max_forwards(headers: Headers) -> int | None:
    """Return Max-Forwards, None where it is missing or no number of 0 to 255 (RFC 3261 20.22)."""
    return whole_number(headers.get("max-forwards"), 255)


def _line_findings(line: str, version: str, uri: str) -> tuple[Finding, ...]:
    wrong = (
        (version != SIP_VERSION, f"version {version} (RFC 3261 21.5.6)"),
        (any(character.isspace() for character in uri), "blank inside the Request-URI"),
        (uri[:1] == "<", "Request-URI in angle brackets (RFC 3261 7.1)"),
    )
    return tuple(Finding(line, problem) for found, problem in wrong if found)


def _printed(message: Message) -> bytes:
    head = f"{message.start_line}\r\n".encode("utf-8", "surrogateescape")
    return head + b"".join(header.raw for header in message.headers) + b"\r\n" + message.body


def _reason(*parts: object) -> str:
    return next(part.reason for part in parts if isinstance(part, Violation))
