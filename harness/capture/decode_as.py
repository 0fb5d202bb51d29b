"""What to tell Wireshark about ports: it knows SIP over TLS on 5061 alone (domain.md trap X21)."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from harness.transcript import Connection, DnsSeen, Transcript

_DISSECTORS = {"sip": "sip", "https": "http", "http": "http", "ssh-tunnel": "http"}
_KNOWN = {"tcp.port==80,http", "tcp.port==8080,http", "tcp.port==5060,sip", "udp.port==53,dns", "tcp.port==53,dns"}
_KNOWN |= {"tcp.port==443,tls", "tls.port==443,http", "tcp.port==5061,tls", "tls.port==5061,sip"}


def decode_as(transcripts: Iterable[Transcript]) -> tuple[str, ...]:
    """Return the rules, such as `tcp.port==5062,tls` and `tls.port==5062,sip`, that these plays need in Wireshark.

    A port on which somebody spoke in clear at both ends gets no rule for TLS.
    """
    plays = tuple(transcripts)
    spoken = [each for play in plays for each in play.connections if any(end.chunks for end in each.ends)]
    in_clear = {each.target.port for each in spoken if not any(end.tls for end in each.ends)}
    rules = {rule for each in spoken for rule in _rules(each, in_clear=each.target.port in in_clear)}
    rules |= {
        f"{event.transport}.port=={event.server.port},dns"
        for play in plays
        for event in play.events
        if isinstance(event, DnsSeen) and event.transport in {"udp", "tcp"}
    }
    return tuple(sorted(rules - _KNOWN, key=_by_port))


def _by_port(rule: str) -> tuple[int, str]:
    return int(rule.partition("==")[2].partition(",")[0]), rule


def tshark_command(file: str, rules: Iterable[str], *, width: int = 80) -> str:
    """Return the command that shows `file` with these rules, ready for a shell, in lines of about `width` columns."""
    lines = [f"tshark -r {shlex.quote(file)}"]
    for rule in rules:
        if len(lines[-1]) + len(rule) + 6 > width:
            lines.append("   ")
        lines[-1] += f" -d {rule}"
    return " \\\n".join(lines)


def _rules(connection: Connection, *, in_clear: bool) -> Iterator[str]:
    port, dissector = connection.target.port, _DISSECTORS.get(connection.protocol)
    if not in_clear:
        yield f"tcp.port=={port},tls"
    if dissector:
        yield f"{'tcp' if in_clear else 'tls'}.port=={port},{dissector}"
