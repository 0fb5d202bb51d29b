"""How a head falls into lines and header fields."""

from __future__ import annotations

import pytest

from harness.sip.scanner import Violation, content_length, head_end, leading_blank_lines, split_head


@pytest.mark.parametrize("blank", [" ", "\t", " \t "])
def test_a_line_that_starts_with_a_blank_continues_the_header_above(blank: str) -> None:
    head = f"OPTIONS sip:a SIP/2.0\r\nSubject: one\r\n{blank}two\r\n{blank}\r\nTo: x\r\n\r\n".encode()
    line, (subject, to) = split_head(head)
    assert line == "OPTIONS sip:a SIP/2.0"
    assert (subject.name, subject.value.split(), to.value) == ("Subject", ["one", "two"], "x")
    assert subject.raw + to.raw == head.removeprefix(b"OPTIONS sip:a SIP/2.0\r\n").removesuffix(b"\r\n")


def test_a_lone_carriage_return_ends_no_line_and_never_reaches_a_value() -> None:
    _, (field,) = split_head(b"OPTIONS sip:a SIP/2.0\nTo: x\rEvil: y\n\n")
    assert (field.name, field.value) == ("To", "x Evil: y")
    assert head_end(b"a\r\rb\n\r\n", 0, 100) == 7


def test_bytes_outside_utf_8_survive_in_the_text() -> None:
    _, (field,) = split_head(b"OPTIONS sip:a SIP/2.0\r\nSubject: caf\xe9\r\n\r\n")
    assert field.value.encode("utf-8", "surrogateescape") == b"caf\xe9"


def test_empty_lines_in_front_are_counted_in_bytes() -> None:
    assert leading_blank_lines(b"\r\n\n\r\nSIP") == 5
    assert leading_blank_lines(b"\rSIP") == 0


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"x\nContent-Length: 5\n\n", 5),
        (b"x\nl:\n 5\nCONTENT-LENGTH :05\n\n", 5),
        (b"x\nContent-Length: 5, 5\n\n", Violation("Content-Length is not a number")),
        (b"x\nTo: y\n\n", None),
    ],
)
def test_a_body_has_the_size_that_every_length_field_agrees_on(head: bytes, length: object) -> None:
    assert content_length(split_head(head)[1]) == length
