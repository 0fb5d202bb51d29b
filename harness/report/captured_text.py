"""A judged capture as text: one line for each connection and call, then what stopped in full, each with its ladder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from harness.report.captured import OPEN, STOPPED, JudgedCapture, JudgedStory
from harness.report.columns import Paper
from harness.report.detail import verdict_detail
from harness.report.ladder import draw_ladder
from harness.report.wording import actor_names, refusal, stage_words

MOST_IN_FULL = 20
"""Stories that are shown in full; of more than these the rest has its line alone."""
_MARGIN = 5


def capture_text(judged: JudgedCapture, *, width: int = 80, unicode: bool = True) -> str:
    """Return all that is to be said of a capture as text of at most `width` columns; ASCII with `unicode` off."""
    paper = Paper(max(width, 60), unicode)
    lines = [*paper.hanging("", _head(judged), 0), ""]
    for each in judged.stories:
        lines += _line(each, paper)
    lines += _remarks(judged, paper)
    shown = [each for each in judged.stories if each.outcome == STOPPED][:MOST_IN_FULL]
    for each in shown:
        lines += ["", *_in_full(each, paper)]
    if left := len(judged.stopped) - len(shown):
        lines += ["", f"{left} more were stopped: --json has all of them in full."]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(judged: JudgedCapture) -> str:
    began = f", from {judged.began:%Y-%m-%d %H:%M:%S} UTC" if judged.began else ""
    numbers = {each.story.number for each in judged.stories}
    connections = _count(len(numbers), "connection") + " of TLS, SIP or HTTP"
    return f"{judged.file}: {_count(judged.packets, 'packet')}{began}; {connections}, {len(judged.stopped)} stopped."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _line(judged: JudgedStory, paper: Paper) -> Iterator[str]:
    story = judged.story
    number = f"{story.number:>{_MARGIN - 1}}"
    version = f"TLS {story.transcript.tls_version}" if story.transcript.tls_version else "no TLS"
    version = "UDP" if story.is_udp else version
    what = f"{story.source} to {story.target}, {version}" if not story.asked else f"call: {story.asked}"
    yield from paper.hanging(number, f"{_clock(story.began)} {what}: {_outcome(judged)}", _MARGIN)


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S.%f}"[:-3]


def _outcome(judged: JudgedStory) -> str:
    story, stopped = judged.story, judged.verdict.stopped
    if judged.outcome == OPEN:
        return f"not known: {story.is_open}"
    if stopped is None:
        requests = f", {_count(story.requests, 'request')}" if story.requests else ""
        return "the handshake stood, what was said inside is sealed" if story.is_sealed else f"stood{requests}"
    names = actor_names(story.transcript)
    told = f"{stage_words(stopped)}, {refusal(stopped, names)}: {judged.verdict.cause}"
    return told + (", or else" if judged.verdict.cannot_tell else "")


def _remarks(judged: JudgedCapture, paper: Paper) -> Iterator[str]:
    said = (*judged.remarks, *judged.dead_ends)
    if said:
        yield ""
    for sentence in said:
        yield from paper.hanging("note", sentence, _MARGIN + 1)


def _in_full(judged: JudgedStory, paper: Paper) -> Iterator[str]:
    story = judged.story
    rule = "━" if paper.unicode else "-"
    kind = f"call on connection {story.number}" if story.asked else f"connection {story.number}"
    yield f"{rule * 2} {kind} ".ljust(paper.width, rule)
    for sentence in _parties(judged):
        yield from paper.hanging("", sentence, 0)
    yield ""
    detail = verdict_detail(judged.verdict, story.transcript, width=paper.width, unicode=paper.unicode)
    yield from detail.rstrip("\n").split("\n")
    for sentence in story.remarks:
        yield from paper.hanging("note", sentence, 10)
    yield ""
    began = datetime.fromisoformat(story.transcript.started)
    drawn = draw_ladder(story.transcript, judged.verdict, width=paper.width, unicode=paper.unicode, began=began)
    yield from drawn.rstrip("\n").split("\n")


def _parties(judged: JudgedStory) -> Iterator[str]:
    story = judged.story
    names = actor_names(story.transcript)
    (connection,) = story.transcript.connections
    dialler, listener = (names.get(each, each) for each in (connection.dialler, connection.listener))
    named = f", {story.name}" if story.name else ""
    verb = "asks" if story.is_udp else "dials"
    yield f"{dialler[:1].upper()}{dialler[1:]} {story.source} {verb} {listener} {story.target}{named}."
    if story.asked:
        yield f"{story.asked}, Call-ID {story.call_id}"
