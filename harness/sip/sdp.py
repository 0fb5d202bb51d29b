"""Session descriptions (RFC 8866) and the offer/answer model for audio and video (RFC 3264).

Enough of it to say which media a call ended up with; a refused medium is a port of 0, as where a cloud
answers 200 with `m=audio 0` because no codec fits (domain.md 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from harness.sip.headers import whole_number

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_MIRRORED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


class Codec(NamedTuple):
    """A codec as SDP names it: the medium, our payload number, the encoding name, the clock rate in Hz."""

    medium: str
    payload: int
    name: str
    rate: int


# Payload numbers under 96 are those of RFC 3551; G722 really samples at 16000 Hz (RFC 3551 4.5.2).
CODECS = (
    Codec("audio", 0, "PCMU", 8000),
    Codec("audio", 8, "PCMA", 8000),
    Codec("audio", 9, "G722", 8000),
    Codec("audio", 18, "G729", 8000),
    Codec("video", 97, "H264", 90000),
)
_OF_AN_ADDRESS = (
    "a=candidate:", "a=remote-candidates:", "a=end-of-candidates", "a=ice-", "a=rtcp:",
)  # fmt: skip
_BY_NAME = {codec.name: codec for codec in CODECS}
_STATIC = {str(codec.payload): codec.name for codec in CODECS if codec.payload < 96}


@dataclass(frozen=True, slots=True)
class Media:
    """One m= section. `formats` are payload numbers as written, `lines` what follows, without line ends."""

    medium: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def direction(self) -> str:
        """The direction seen from the end that wrote it, "" where the section does not say."""
        return _direction(self.lines)

    @property
    def codec_names(self) -> dict[str, str]:
        """Encoding names in capitals by payload number; numbers that nothing names are left out."""
        named = dict(_rtpmap(line) for line in self.lines if line.startswith("a=rtpmap:"))
        known = {**_STATIC, **named}
        return {number: known[number] for number in self.formats if known.get(number)}


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """The session's lines up to the first m=, and its media in order."""

    lines: tuple[str, ...]
    media: tuple[Media, ...] = ()

    @classmethod
    def parse(cls, body: bytes) -> SessionDescription:
        """Read a body; every one has a reading, lines that make no sense are kept as they are."""
        lines = [line for line in body.decode("utf-8", "surrogateescape").replace("\r", "").split("\n") if line]
        edges = [place for place, line in enumerate(lines) if line.startswith("m=")] + [len(lines)]
        media = tuple(_section(lines[start:end]) for start, end in pairwise(edges))
        return cls(tuple(lines[: edges[0]]), media)

    @property
    def is_rejected(self) -> bool:
        """Whether no medium is left: every port is 0."""
        return all(media.port == 0 for media in self.media)

    def direction_of(self, media: Media) -> str:
        """Return the direction of a medium: its own, else the session's, else sendrecv (RFC 8866 6.7)."""
        return media.direction or _direction(self.lines) or "sendrecv"

    def to_bytes(self) -> bytes:
        """Return the body with CRLF line ends."""
        lines = [*self.lines, *(line for media in self.media for line in (_media_line(media), *media.lines))]
        return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


def make_offer(
    host: str,
    port: int,
    codecs: tuple[str, ...] = ("G722", "PCMU", "PCMA"),
    *,
    protocol: str = "RTP/AVP",
    media_lines: tuple[str, ...] = (),
    session: int = 1,
    version: int = 1,
) -> SessionDescription:
    """Return an offer of these codecs (names of `CODECS`, best first) at `host`.

    Audio comes at `port`, video, where a video codec is named, at `port` + 2. `media_lines` go into each
    section as they are (`a=crypto:…` for RTP/SAVP); `session` is the number in o=,
    `version` its own, which counts up with each new description of a session.
    """
    chosen = [_BY_NAME[name] for name in codecs]
    media = []
    for offset, medium in ((0, "audio"), (2, "video")):
        ours = [codec for codec in chosen if codec.medium == medium]
        if ours:
            formats = tuple(str(codec.payload) for codec in ours)
            lines = (*(f"a=rtpmap:{codec.payload} {codec.name}/{codec.rate}" for codec in ours), *media_lines)
            media.append(Media(medium, port + offset, protocol, formats, (*lines, "a=sendrecv")))
    return SessionDescription(_session_lines(host, session, version), tuple(media))


def answer(
    offer: SessionDescription,
    host: str,
    port: int,
    codecs: tuple[str, ...] = ("G722", "PCMU", "PCMA"),
    *,
    media_lines: tuple[str, ...] = (),
    session: int = 1,
    version: int = 1,
) -> SessionDescription:
    """Return the answer (RFC 3264 6): a section for each offered one, in order, port 0 where no codec fits.

    Payload numbers and the profile (RTP/AVP, RTP/SAVP) are the offerer's, the direction is its mirror. Only
    the first audio and the first video section are taken.
    """
    taken: set[str] = set()
    media = []
    for offered in offer.media:
        chosen = () if offered.medium in taken else _chosen(offered, codecs)
        if not chosen:
            media.append(replace(offered, port=0, lines=()))
            continue
        taken.add(offered.medium)
        place = port + (2 if offered.medium == "video" else 0)
        direction = _MIRRORED[offer.direction_of(offered)]
        lines = (*_rtpmaps(offered, chosen), *media_lines, f"a={direction}")
        media.append(Media(offered.medium, place, offered.protocol, chosen, lines))
    return SessionDescription(_session_lines(host, session, version), tuple(media))


def at_host(body: bytes, host: str) -> bytes:
    """Return a session description in which media go to `host`: o= and c= name it, no other address is left.

    Ports stay. What names addresses otherwise, ICE and a=rtcp, is taken out (RFC 8839, RFC 3605).
    """
    family = "IP6" if ":" in host else "IP4"
    described = SessionDescription.parse(body)
    lines = tuple(_moved(line, f"IN {family} {host}") for line in described.lines if _is_ours(line))
    media = tuple(
        replace(each, lines=tuple(_moved(line, f"IN {family} {host}") for line in each.lines if _is_ours(line)))
        for each in described.media
    )
    return SessionDescription(lines, media).to_bytes()


def _moved(line: str, place: str) -> str:
    match line[:2]:
        case "c=":
            return f"c={place}"
        case "o=":
            return " ".join((*line.split()[:3], place))
        case _:
            return line


def _is_ours(line: str) -> bool:
    return not line.startswith(_OF_AN_ADDRESS)


def _chosen(offered: Media, codecs: tuple[str, ...]) -> tuple[str, ...]:
    if offered.port == 0 or not offered.protocol.upper().startswith("RTP/"):
        return ()
    ours = {name for name in codecs if _BY_NAME[name].medium == offered.medium}
    return tuple(number for number, name in offered.codec_names.items() if name in ours)


def _rtpmaps(offered: Media, chosen: tuple[str, ...]) -> tuple[str, ...]:
    names = offered.codec_names
    return tuple(f"a=rtpmap:{number} {names[number]}/{_BY_NAME[names[number]].rate}" for number in chosen)


def _session_lines(host: str, session: int, version: int) -> tuple[str, ...]:
    family = "IP6" if ":" in host else "IP4"
    return ("v=0", f"o=- {session} {version} IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0")


def _media_line(media: Media) -> str:
    return " ".join((f"m={media.medium} {media.port} {media.protocol}", *media.formats))


def _section(lines: list[str]) -> Media:
    words = lines[0].removeprefix("m=").split()
    medium, port, protocol = (*words[:3], "", "", "")[:3]
    # `49170/2` is a pair of ports; a port that is no number is one that nobody can send to.
    number = whole_number(port.partition("/")[0], 65535) or 0
    return Media(medium, number, protocol, tuple(words[3:]), tuple(lines[1:]))


def _rtpmap(line: str) -> tuple[str, str]:
    number, _, encoding = line.removeprefix("a=rtpmap:").partition(" ")
    return number, encoding.partition("/")[0].strip().upper()


def _direction(lines: tuple[str, ...]) -> str:
    return next((line[2:].strip() for line in lines if line[2:].strip() in DIRECTIONS and line[:2] == "a="), "")
