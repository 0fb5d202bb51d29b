"""Media types, and bodies of several parts (RFC 2046 5.1, RFC 5621) as far as one part of them is to be changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.sip.parameters import Parameters
from harness.sip.splitting import TOKEN, excerpt

_CRLF = b"\r\n"
_VALUE = rf"""{TOKEN}|\[[0-9A-Fa-f:.]+\]|"(?:[^"\\]|\\.)*+\""""
_MEDIA_TYPE = re.compile(rf"\s*{TOKEN}\s*/\s*{TOKEN}(?:\s*;\s*{TOKEN}(?:\s*=\s*(?:{_VALUE}))?)*+\s*", re.ASCII)


def kind_of(content_type: str | None) -> str:
    """Return the media type that a Content-Type names, in lower case and without its parameters."""
    return "".join((content_type or "").partition(";")[0].split()).lower()


def media_type(text: str) -> str:
    """Return the media type in a Content-Type as `kind_of` does; ValueError where it is none (RFC 3261 25.1).

    A parameter may lack its value, which the grammar does not allow and nobody minds.
    """
    if _MEDIA_TYPE.fullmatch(text) is None:
        raise ValueError(f"not a media type: {excerpt(text)}")
    return kind_of(text)


def with_part_changed(body: bytes, content_type: str | None, kind: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a body in which what is of that media type is changed: the whole of it, or parts of a multipart."""
    written = kind_of(content_type)
    if written == kind:
        return change(body)
    boundary = Parameters.parse((content_type or "").partition(";")[2]).get("boundary")
    if not written.startswith("multipart/") or not boundary:
        return body
    delimiter = b"--" + boundary.encode("utf-8", "surrogateescape")
    preamble, *parts = (_CRLF + body).split(_CRLF + delimiter)
    changed = [preamble, *(_part_changed(part, kind, change) for part in parts)]
    return (_CRLF + delimiter).join(changed).removeprefix(_CRLF)


def _part_changed(part: bytes, kind: str, change: Callable[[bytes], bytes]) -> bytes:
    head, empty_line, content = part.partition(_CRLF * 2)
    is_meant = any(_is_type(line, kind) for line in head.split(_CRLF))
    return head + empty_line + change(content) if is_meant else part


def _is_type(line: bytes, kind: str) -> bool:
    name, _, value = line.partition(b":")
    return name.strip().lower() == b"content-type" and kind_of(value.decode("utf-8", "surrogateescape")) == kind
