"""Plays that were recorded once and lie beside this file, so that what is drawn of them can be compared.

Run this file as a program, from the repository's root, to record them again; read the diff then.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from harness.capture.saved import load_transcript, save_transcript
from harness.transcript import Connection, Transcript
from harness.verdict import EndView, Facts, PolicyOpinion, Remedy, Stage, StepVerdict, Verdict

FOLDER = Path(__file__).parent / "stories"
BLOCK = "127.88.3"

# Name of the file: scenario, TLS version, network. On the loopback a TLS 1.3 client is done before it hears
# of its refusal, as in the field; in memory chance decides.
STORIES = {
    "no-certificate-1.2": ("b2b/b02-no-certificate-on-the-mutual-port", "1.2", "memory"),
    "no-certificate-1.3": ("b2b/b02-no-certificate-on-the-mutual-port", "1.3", "loopback"),
    "call-from-the-cloud-1.3": ("cloud-inbound/i01-call-from-the-cloud", "1.3", "memory"),
    "name-refused-1.2": ("cloud-inbound/i04-subject-name-typo", "1.2", "memory"),
    "jabber-on-the-mutual-port-1.2": ("mra/m02-mutual-tls-on-the-default-zone", "1.2", "memory"),
    "cloud-root-absent-1.3": ("cloud-outbound/o09-cloud-root-absent", "1.3", "memory"),
    "firewall-resets-1.2": ("cloud-inbound/i06-firewall-resets-the-handshake", "1.2", "memory"),
    "plain-sip-1.3": ("b2b/b17-plain-sip-on-the-tls-port", "1.3", "memory"),
}


@cache
def story(name: str) -> Transcript:
    """One recorded play."""
    return load_transcript((FOLDER / f"{name}.json").read_bytes(), file=name)


def no_certificate_verdict(version: str = "1.3") -> Verdict:
    """What is to be said of the partner without a certificate who dials the mutual port."""
    late = version == "1.3"
    step = StepVerdict(
        step="call",
        actor="b2b-peer",
        stopped_at=Stage.ACCEPTANCE if late else Stage.HANDSHAKE,
        by="expressway-e",
        refused="b2b-peer",
        alert=116 if late else 40,
        status=None,
        closing="fin",
        connection=3,
        facts=Facts(handshake_finished=late, certificate_accepted=False, sip_answered=None),
        ends=(
            EndView("b2b-peer", ("finished its handshake", "was told alert 116")),
            EndView("expressway-e", ("got an empty Certificate message",)),
        ),
    )
    return Verdict(
        scenario="b2b/b02-no-certificate-on-the-mutual-port",
        tls_version=version,
        network="loopback",
        steps=(step,),
        cause="no-client-certificate",
        diagnosis="Port 5062 demands a client certificate, and B2B peer has none.",
        remedies=(
            Remedy("Dial 5061.", screen="Configuration > Protocols > SIP", command="xConfiguration SIP TLS Port"),
        ),
        warnings=("MRA clients have no certificate either.",),
        cannot_tell=("mra-on-mutual-port",),
        probe="Whether the caller is a phone.",
        names=("callservice.webex.com",),
        opinions=(
            PolicyOpinion("expressway", True, "callservice.webex.com", "the common name matches"),
            PolicyOpinion("rfc5922", False, "", "the name stands only in the common name"),
            PolicyOpinion("rfc9525", False, "", "the name stands only in the common name"),
        ),
    )


def _slim(transcript: Transcript) -> Transcript:
    """Leave out what no report shows: the set-up's bytes, and what the path checks knew."""
    return replace(transcript, connections=tuple(map(_slim_connection, transcript.connections)), authorities=())


def _slim_connection(connection: Connection) -> Connection:
    hidden = connection.step == "set-up"
    ends = (
        replace(
            end,
            trusted=(),
            verified_chain=(),
            states=(),
            chunks=() if hidden else end.chunks,
            key_log=() if hidden else end.key_log,
        )
        for end in connection.ends
    )
    return replace(connection, ends=tuple(ends))


def _record() -> None:
    import trio  # noqa: PLC0415  # the tests need none of these
    import trio.testing  # noqa: PLC0415

    from harness.run.library import Library  # noqa: PLC0415
    from harness.run.play import new_network, perform  # noqa: PLC0415
    from harness.scenario.plan import plan_of  # noqa: PLC0415

    library = Library()
    FOLDER.mkdir(exist_ok=True)
    for name, (scenario, version, network) in STORIES.items():
        plan = plan_of(library.scenarios((scenario,))[0], library.healthy, version)
        clock = trio.testing.MockClock(autojump_threshold=0) if network == "memory" else None
        put_on = partial(perform, plan, library.lab_pki, new_network(network), block=BLOCK)
        transcript = trio.run(put_on, clock=clock)
        (FOLDER / f"{name}.json").write_bytes(save_transcript(_slim(transcript)))


if __name__ == "__main__":
    _record()
