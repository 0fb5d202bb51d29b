"""Whatever is answered: a walk ends, within its limits, and makes nothing up."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from harness.dns.destination import read_destination
from harness.dns.journey import MAX_QUESTIONS, MAX_TARGETS
from harness.dns.locate import FINDINGS, NOTES, Behaviour, Located, Policy, locate, run_walk
from harness.dns.records import Answer, Host, Naptr, Outcome, Question, Record, Srv, Text

WRITTEN = [
    "example.com",
    "sip:example.com",
    "sip:example.com;transport=tcp",
    "_sip._udp.example.com",
    "sip:example.com:5",
]
NAMES = st.one_of(
    st.sampled_from(["a.example", "b.example", "_sips._tcp.example.com", ".", "", "192.0.2.1", "EXAMPLE.com."]),
    st.text(max_size=5),
)
ADDRESSES = st.one_of(st.ip_addresses().map(str), st.text(max_size=4))
NUMBERS = st.one_of(st.integers(-1, 3), st.integers(0, 70000))
SERVICES = st.sampled_from(["SIPS+D2T", "sip+d2t", "SIP+D2U", "SIPSM+D2T", "E2U+sip", "\u0130"])
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(Srv, NUMBERS, NUMBERS, NUMBERS, NAMES),
    st.builds(
        Naptr, NUMBERS, NUMBERS, st.sampled_from(["s", "S", "u", ""]), SERVICES, st.sampled_from(["", "!"]), NAMES
    ),
    st.builds(Host, ADDRESSES),
    st.builds(Text, st.text(max_size=5)),
)
POLICIES = st.builds(
    Policy,
    behaviour=st.sampled_from(Behaviour),
    transports=st.lists(st.sampled_from(["tls", "tcp", "udp"]), unique=True).map(tuple),
    fallback_transport=st.sampled_from(["tls", "tcp", "udp"]),
    include_address_record=st.booleans(),
    mutual=st.booleans(),
    override_domain=st.one_of(st.just(""), NAMES),
    families=st.sampled_from([("A",), ("A", "AAAA"), ()]),
)


class Anything:
    """Answers anything at all, and remembers what it was asked and what it offered."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.asked: list[Question] = []
        self.addresses: set[str] = set()
        self.ports: set[int] = set()

    def __call__(self, question: Question) -> Answer:
        self.asked.append(question)
        draw = self._data.draw
        records = tuple(draw(st.lists(RECORDS, max_size=4)))
        along = {name: (address,) for name, address in draw(st.dictionaries(NAMES, ADDRESSES, max_size=2)).items()}
        outcome = draw(st.one_of(st.just(Outcome.FOUND), st.sampled_from(Outcome)))
        self.addresses |= {each.address for each in records if isinstance(each, Host)}
        self.addresses |= {address for addresses in along.values() for address in addresses}
        self.ports |= {each.port for each in records if isinstance(each, Srv)}
        return Answer(question, outcome, records, tuple(draw(st.lists(NAMES, max_size=1))), along)


def _check(located: Located, asked: int) -> None:
    assert (located.finding is None) is bool(located.targets)
    assert located.finding is None or located.finding.kind in FINDINGS
    assert {note.kind for note in located.notes} <= set(NOTES)
    assert not {"text", "topic", "outcome", "connection"} & {fact for note in located.notes for fact in note.facts}
    assert asked <= MAX_QUESTIONS
    assert len(located.targets) <= MAX_TARGETS


@given(st.data(), st.sampled_from(WRITTEN), POLICIES, st.integers())
def test_any_answers_lead_to_targets_that_were_offered_or_to_a_finding(
    data: st.DataObject, written: str, policy: Policy, seed: int
) -> None:
    zone, chance = Anything(data), Random(seed)  # noqa: S311  # chance for a test

    located = run_walk(locate(read_destination(written), policy, lambda most: chance.randint(0, most)), zone)

    _check(located, len(zone.asked))
    assert {target.address for target in located.targets} <= zone.addresses
    assert {target.port for target in located.targets} <= zone.ports | {5, 5060, 5061}
    assert {target.transport for target in located.targets} <= set(policy.transports)


@given(st.data(), st.lists(st.sampled_from(["tls", "tcp", "udp"]), unique=True).map(tuple))
def test_a_strict_caller_never_asks_for_the_sips_label_of_a_sip_uri(
    data: st.DataObject, transports: tuple[str, ...]
) -> None:
    zone = Anything(data)
    walk = locate(read_destination("sip:user1@example.com"), Policy(Behaviour.RFC3263, transports), lambda _: 0)

    run_walk(walk, lambda question: Answer(question, Outcome.NO_RECORD) if question.type == "NAPTR" else zone(question))

    assert "_sips._tcp.example.com" not in [question.name for question in zone.asked if question.type == "SRV"]


@given(st.data())
def test_a_secure_destination_never_ends_in_the_clear(data: st.DataObject) -> None:
    policy = data.draw(POLICIES)

    located = run_walk(locate(read_destination("sips:example.com"), policy, lambda _: 0), Anything(data))

    assert {target.transport for target in located.targets} <= {"tls"}


class Hostile:
    """A server whose SRV record has a thousand targets, or targets with a thousand addresses."""

    def __init__(self, targets: int, addresses: int) -> None:
        self._targets, self._addresses = targets, addresses
        self.asked = 0

    def __call__(self, question: Question) -> Answer:
        self.asked += 1
        if question.type == "SRV":
            return self._found(question, [Srv(1, 1, 5062, f"h{n}.example.com") for n in range(self._targets)])
        if question.type == "A":
            return self._found(question, [Host(f"192.0.2.{n % 256}") for n in range(self._addresses)])
        return Answer(question, Outcome.NO_RECORD)

    @staticmethod
    def _found(question: Question, records: list[Srv] | list[Host]) -> Answer:
        return Answer(question, Outcome.FOUND if records else Outcome.NO_RECORD, tuple(records))


def _walk(server: Hostile) -> Located:
    located = run_walk(locate(read_destination("example.com"), Policy(Behaviour.RFC3263), lambda _: 0), server)
    _check(located, server.asked)
    return located


def test_a_thousand_targets_are_cut_to_what_a_walk_takes() -> None:
    located = _walk(Hostile(1000, 1))

    assert len(located.targets) == MAX_QUESTIONS - 2
    assert [note.kind for note in located.notes].count("cut-short") == 2


def test_a_thousand_addresses_are_cut_to_what_a_walk_takes() -> None:
    server = Hostile(2, 1000)

    located = _walk(server)

    assert len(located.targets) == MAX_TARGETS
    assert server.asked == 3
    assert "cut-short" in [note.kind for note in located.notes]


def test_a_thousand_targets_without_addresses_end_as_a_walk_that_has_no_end() -> None:
    located = _walk(Hostile(1000, 0))

    assert located.finding is not None
    assert located.finding.kind == "too-long"


def test_what_is_noted_stays_short() -> None:
    located = _walk(Hostile(1000, 1))

    assert max(len(note.text) for note in located.notes) < 1000
