"""A lab that stays open on real sockets: inside a program of trio, or in a thread for everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import trio

from harness.api.own_thread import run_alone
from harness.api.reading import Day, FileName, checked_word, library_of
from harness.diagnosis.judge import judge
from harness.errors import Fault, ScenarioError
from harness.net.loopback import LoopbackNetwork
from harness.run.key_log import append_key_log
from harness.run.library import Library
from harness.run.play import LAST_WORDS_SECONDS, OpenLab
from harness.run.play import open_lab as put_on
from harness.scenario.model import TLS_VERSIONS, Step
from harness.scenario.plan import Plan, plan_of
from harness.scenario.plays import PlayReader
from harness.transcript import Transcript
from harness.verdict import StepVerdict, Verdict


@asynccontextmanager
async def open_lab(
    scenario: FileName = "", *, tls: str = "1.3", lab: FileName = "", at: Day = ""
) -> AsyncIterator[RunningLab]:
    """Open the healthy lab, or the one that a scenario makes of it, on real sockets: `async with`, in trio.

    `tls` is the highest version that the lab's clients offer; `lab` is a lab file, `at` the day to which the lab is
    set. Its addresses lie in a block of 127.0.0.0/8 of its own. ScenarioError where a word or file is wrong, LabError
    where a port cannot be opened.
    """
    library, plan = planned(scenario, tls, lab, at)
    async with put_on(plan.lab, library.lab_pki, LoopbackNetwork(), tls_version=plan.tls_version) as opened:
        running = RunningLab(plan, library, opened)
        yield running
        append_key_log(await running.transcript())


def open_lab_in_thread(scenario: FileName = "", *, tls: str = "1.3", lab: FileName = "", at: Day = "") -> LabInThread:
    """Return the lab of `open_lab` for a `with` block: it runs in a thread of its own, for programs without trio."""
    library, plan = planned(scenario, tls, lab, at)
    return LabInThread(plan, library)


def planned(scenario: FileName, tls: str, lab: FileName, at: Day) -> tuple[Library, Plan]:
    """Return what was read of a lab, and the plan of the lab that a scenario makes of it."""
    library = library_of(lab, at)
    checked_word("tls", tls, TLS_VERSIONS)
    if not scenario:
        return library, Plan("open lab", tls, library.healthy, ())
    found = library.scenarios((str(scenario),))
    if len(found) != 1:
        raise ScenarioError([Fault(str(scenario), 0, 0, f"{len(found)} scenarios are called so", "name one of them")])
    return library, plan_of(found[0], library.healthy, tls)


class RunningLab:
    """A lab that is open; its actors listen on their usual ports."""

    def __init__(self, plan: Plan, library: Library, opened: OpenLab) -> None:
        self._plan, self._library, self._opened = plan, library, opened

    def address(self, actor: str) -> str:
        """Return the IP address of an actor, such as `expressway-e`."""
        directory = self._opened.directory
        return directory.address_of(checked_word("actor", actor, directory.octets))

    async def perform(self, actor: str, verb: str, **options: Any) -> StepVerdict:
        """Let an actor do one step of docs/settings.md, such as `("jabber", "register", port=5062)`; return its end."""
        step = self._named_anew(self._read({actor: verb, **options}), await self.verdict())
        await self._opened.perform(step)
        return next(each for each in (await self.verdict()).steps if each.step == step.name)

    def _read(self, written: dict[str, Any]) -> Step:
        faults: list[Fault] = []

        def report(_place: object, message: str, hint: str = "", **_: object) -> None:
            faults.append(Fault("step", 0, 0, message, hint))

        (step,) = PlayReader(report, self._library.catalogue).read([written], ())
        if step is None or faults:
            raise ScenarioError(faults)
        return step

    @staticmethod
    def _named_anew(step: Step, before: Verdict) -> Step:
        """Return the step under a name that no earlier one has."""
        taken = sum(each.step.split(" #")[0] == step.name for each in before.steps)
        return replace(step, name=f"{step.name} #{taken + 1}") if taken else step

    async def transcript(self) -> Transcript:
        """Return what was seen so far, the connections of real clients too."""
        await trio.sleep(LAST_WORDS_SECONDS)
        return self._opened.transcript(self._plan, self._library.lab_pki, LoopbackNetwork.name, self._library.as_of)

    async def verdict(self) -> Verdict:
        """Return the judge's answer to the steps so far."""
        return judge(await self.transcript())


class LabInThread:
    """The lab of `plan`, open inside a `with` block in a thread of its own; its actors listen on their usual ports."""

    def __init__(self, plan: Plan, library: Library) -> None:
        self._plan, self._library = plan, library
        self._thread = ThreadPoolExecutor(1, "sip-mtls lab")
        self._opened: Future[tuple[trio.lowlevel.TrioToken, RunningLab]] = Future()
        self._leave = trio.Event()

    def __enter__(self) -> Self:
        self._over = self._thread.submit(trio.run, self._keep)
        self._opened.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(trio.RunFinishedError):  # it fell over before; the result says by what
            self._inside(self._set_leave)
        self._thread.shutdown()
        if kind is None:
            self._over.result()

    async def _keep(self) -> None:
        try:
            async with put_on(
                self._plan.lab, self._library.lab_pki, LoopbackNetwork(), tls_version=self._plan.tls_version
            ) as opened:
                running = RunningLab(self._plan, self._library, opened)
                self._opened.set_result((trio.lowlevel.current_trio_token(), running))
                await self._leave.wait()
                append_key_log(await running.transcript())
        except BaseException as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    async def _set_leave(self) -> None:
        self._leave.set()

    def _inside(self, call: Callable[..., Any]) -> Any:
        """Return what an asynchronous `call` does in the lab's own thread."""
        token, _ = self._opened.result()
        return run_alone(lambda: trio.from_thread.run(call, trio_token=token))

    @property
    def _running(self) -> RunningLab:
        return self._opened.result()[1]

    def address(self, actor: str) -> str:
        """Return the IP address of an actor, such as `expressway-e`."""
        return self._running.address(actor)

    def perform(self, actor: str, verb: str, **options: Any) -> StepVerdict:
        """Let an actor do one step, as `RunningLab.perform` does; return its end."""
        done: StepVerdict = self._inside(lambda: self._running.perform(actor, verb, **options))
        return done

    @property
    def transcript(self) -> Transcript:
        """What was seen so far, the connections of real clients too."""
        transcript: Transcript = self._inside(self._running.transcript)
        return transcript

    @property
    def verdict(self) -> Verdict:
        """The judge's answer to the steps so far."""
        return judge(self.transcript)
