"""Every cell of the four transaction machines, walked."""

from __future__ import annotations

import pytest

from harness.sip.transaction_tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    SECONDS,
    Happening,
    Input,
    State,
    Table,
    Timer,
)

# The figures of RFC 3261 section 17 and RFC 6026 section 8, arrow by arrow: from, what happens, to.
FIGURES = {
    "INVITE client": """
        calling     provisional       proceeding
        calling     success           accepted
        calling     refusal           completed
        calling     B                 terminated
        calling     transport_error   terminated
        proceeding  provisional       proceeding
        proceeding  success           accepted
        proceeding  refusal           completed
        accepted    success           accepted
        accepted    M                 terminated
        completed   refusal           completed
        completed   transport_error   terminated
        completed   D                 terminated
    """,
    "non-INVITE client": """
        trying      provisional       proceeding
        trying      success           completed
        trying      refusal           completed
        trying      F                 terminated
        trying      transport_error   terminated
        proceeding  provisional       proceeding
        proceeding  success           completed
        proceeding  refusal           completed
        proceeding  F                 terminated
        proceeding  transport_error   terminated
        completed   K                 terminated
    """,
    "INVITE server": """
        proceeding  request           proceeding
        proceeding  trying            proceeding
        proceeding  send_provisional  proceeding
        proceeding  send_success      accepted
        proceeding  send_refusal      completed
        proceeding  transport_error   proceeding
        accepted    ack               accepted
        accepted    send_success      accepted
        accepted    transport_error   accepted
        accepted    L                 terminated
        completed   request           completed
        completed   ack               confirmed
        completed   transport_error   completed
        completed   H                 terminated
        confirmed   I                 terminated
    """,
    "non-INVITE server": """
        trying      send_provisional  proceeding
        trying      send_success      completed
        trying      send_refusal      completed
        proceeding  request           proceeding
        proceeding  send_provisional  proceeding
        proceeding  send_success      completed
        proceeding  send_refusal      completed
        proceeding  transport_error   terminated
        completed   request           completed
        completed   transport_error   terminated
        completed   J                 terminated
    """,
}
TABLES: dict[str, Table] = {
    "INVITE client": INVITE_CLIENT, "non-INVITE client": NON_INVITE_CLIENT,
    "INVITE server": INVITE_SERVER, "non-INVITE server": NON_INVITE_SERVER,
}  # fmt: skip


def arrows(figure: str) -> dict[tuple[str, str], str]:
    words = (line.split() for line in figure.strip().splitlines())
    return {(start, what): end for start, what, end in words}


@pytest.mark.parametrize("machine", TABLES)
def test_each_machine_has_the_arrows_of_its_figure_and_no_other(machine: str) -> None:
    table = TABLES[machine]
    drawn = {(str(state), str(what)): str(cell.state) for (state, what), cell in table.items()}
    assert drawn == arrows(FIGURES[machine])


@pytest.mark.parametrize("machine", TABLES)
def test_a_timer_that_is_waited_for_was_started_on_the_way(machine: str) -> None:
    table = TABLES[machine]
    at_the_start = {Timer.B, Timer.F, Timer.TRYING}
    started = {cell.start for cell in table.values()} | at_the_start
    assert {what for _, what in table if isinstance(what, Timer)} <= started
    for cell in table.values():
        if cell.start is not None:
            assert (cell.state, cell.start) in table


@pytest.mark.parametrize("machine", TABLES)
def test_every_state_can_be_left_for_the_end(machine: str) -> None:
    table = TABLES[machine]
    ways: dict[State, set[State]] = {}
    for (state, _), cell in table.items():
        ways.setdefault(state, set()).add(cell.state)
    for state in ways:
        reached, edge = {state}, {state}
        while edge:
            edge = {after for before in edge for after in ways.get(before, ())} - reached
            reached |= edge
        assert State.TERMINATED in reached
    assert State.TERMINATED not in ways


def test_on_tcp_and_tls_repetitions_are_not_waited_for() -> None:
    assert {timer for timer, seconds in SECONDS.items() if seconds == 0} == {
        Timer.D,
        Timer.I,
        Timer.J,
        Timer.K,
    }
    assert {SECONDS[timer] for timer in (Timer.B, Timer.F, Timer.H, Timer.L, Timer.M)} == {32.0}
    inputs: set[Input] = {what for table in TABLES.values() for _, what in table}
    assert inputs == {*Happening, *Timer}
