"""The lab of a test: whatever is wrong fails the test in plain words."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from harness.api.labs import LabInThread
from harness.testing.failing import plain_failures
from harness.verdict import StepVerdict


class KeptOpenLab(LabInThread):
    """A lab that is open inside a `with` block, in a thread of its own."""

    def __enter__(self) -> Self:
        """Open it."""
        with plain_failures():
            return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        with plain_failures():
            super().__exit__(kind, error, at)

    def address(self, actor: str) -> str:
        """Return the IP address of an actor, such as `expressway-e`."""
        with plain_failures():
            return super().address(actor)

    def perform(self, actor: str, verb: str, **options: Any) -> StepVerdict:
        """Let an actor do one step of docs/settings.md, such as `("jabber", "register", port=5062)`; return its end."""
        with plain_failures():
            return super().perform(actor, verb, **options)
