"""A DNS message that somebody else sent: what it asks, or what it answers, by its own bytes alone."""

from __future__ import annotations

from dataclasses import dataclass

import dns.flags
import dns.rdataclass
from dns.opcode import Opcode
from dns.rdatatype import RdataType

from harness.dns.domain_names import text_of
from harness.dns.message import read_answer
from harness.dns.records import Answer, Question, is_type
from harness.dns.wire import MAX_IN_RESPONSE, parsed


@dataclass(frozen=True, slots=True)
class Overheard:
    """A message between others: its id, what it is about, and what it answers; None for a question.

    The answer is None too where it was cut off.
    """

    number: int
    question: Question
    is_response: bool
    answer: Answer | None = None


def overheard(octets: bytes) -> Overheard | None:
    """Return what a message says, None where the bytes are no question with one name, nor an answer to one."""
    read = parsed(octets, MAX_IN_RESPONSE)
    if read is None or read.opcode() != Opcode.QUERY or len(read.question) != 1:
        return None
    asked = read.question[0]
    if asked.rdclass != dns.rdataclass.IN:
        return None
    question = Question(text_of(asked.name), RdataType.to_text(asked.rdtype))
    if not is_type(question.type):
        return None
    if not read.flags & dns.flags.QR:
        return Overheard(read.id, question, is_response=False)
    return Overheard(read.id, question, is_response=True, answer=read_answer(octets, question, number=read.id))
