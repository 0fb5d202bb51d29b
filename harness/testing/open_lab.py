"""A lab that stays open on real sockets while a test goes on, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import trio

from harness.diagnosis.judge import judge
from harness.errors import Fault, ScenarioError
from harness.net.loopback import LoopbackNetwork
from harness.run.key_log import append_key_log
from harness.run.library import Library
from harness.run.play import LAST_WORDS_SECONDS, OpenLab, open_lab
from harness.scenario.model import Step
from harness.scenario.plan import Plan
from harness.scenario.plays import PlayReader
from harness.testing.failing import checked_word, plain_failures
from harness.testing.own_thread import run_alone
from harness.transcript import Transcript
from harness.verdict import StepVerdict, Verdict


class KeptOpenLab:
    """The lab of `plan`, open inside a `with` block; its actors listen on their usual ports."""

    def __init__(self, plan: Plan, library: Library) -> None:
        self._plan, self._library = plan, library
        self._thread = ThreadPoolExecutor(1, "sip-mtls lab")
        self._opened: Future[tuple[trio.lowlevel.TrioToken, OpenLab]] = Future()
        self._leave = trio.Event()

    def __enter__(self) -> Self:
        self._over = self._thread.submit(trio.run, self._keep)
        with plain_failures():
            self._opened.result()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(trio.RunFinishedError):  # it fell over before; the result says by what
            self._inside(self._set_leave)
        self._thread.shutdown()
        if kind is None:
            with plain_failures():
                self._over.result()

    async def _keep(self) -> None:
        try:
            async with open_lab(
                self._plan.lab, self._library.workshop, LoopbackNetwork(), tls_version=self._plan.tls_version
            ) as opened:
                self._opened.set_result((trio.lowlevel.current_trio_token(), opened))
                await self._leave.wait()
                append_key_log(await self._transcript())
        except BaseException as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    async def _set_leave(self) -> None:
        self._leave.set()

    def _inside(self, call: Callable[..., Any], *words: Any) -> Any:
        """Return what an asynchronous `call` does in the lab's own thread."""
        token, _ = self._opened.result()
        return run_alone(lambda: trio.from_thread.run(call, *words, trio_token=token))

    def address(self, actor: str) -> str:
        """Return the IP address of an actor, such as `expressway-e`."""
        with plain_failures():
            directory = self._opened.result()[1].directory
            return directory.address_of(checked_word("actor", actor, directory.octets))

    def perform(self, actor: str, verb: str, **options: Any) -> StepVerdict:
        """Let an actor do one step of docs/settings.md, such as `("jabber", "register", port=5062)`; return its end."""
        with plain_failures():
            step = self._named_anew(self._read({actor: verb, **options}))
        self._inside(self._opened.result()[1].perform, step)
        return next(each for each in self.verdict.steps if each.step == step.name)

    def _read(self, written: dict[str, Any]) -> Step:
        faults: list[Fault] = []

        def report(_place: object, message: str, hint: str = "", **_: object) -> None:
            faults.append(Fault("step", 0, 0, message, hint))

        (step,) = PlayReader(report, self._library.catalogue).read([written], ())
        if step is None or faults:
            raise ScenarioError(faults)
        return step

    def _named_anew(self, step: Step) -> Step:
        """Return the step under a name that no earlier one has."""
        taken = sum(each.step.split(" #")[0] == step.name for each in self.verdict.steps)
        return replace(step, name=f"{step.name} #{taken + 1}") if taken else step

    @property
    def transcript(self) -> Transcript:
        """What was seen so far, the connections of real clients too."""
        transcript: Transcript = self._inside(self._transcript)
        return transcript

    async def _transcript(self) -> Transcript:
        opened = self._opened.result()[1]
        await trio.sleep(LAST_WORDS_SECONDS)
        return opened.transcript(self._plan, self._library.workshop, "loopback", self._library.as_of)

    @property
    def verdict(self) -> Verdict:
        """The judge's answer to the steps so far."""
        return judge(self.transcript)
