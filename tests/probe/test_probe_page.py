"""docs/probe.md shows what a probe prints, and names every role and option that there is."""

from __future__ import annotations

from pathlib import Path

from probe_bench import laboratory, probed

from harness.probe.card_text import probe_text
from harness.probe.roles import ROLES

PAGE = (Path(__file__).parents[2] / "docs" / "probe.md").read_text(encoding="utf-8")


async def test_the_card_on_the_page_is_one_that_is_printed() -> None:
    async with laboratory() as lab:
        found = await probed(f"{lab.directory.address_of('expressway-e')}:5062", "jabber")

    printed = probe_text(found, width=80, unicode=True).splitlines()
    shown = PAGE.partition("…\n")[2].partition("\n```")[0].splitlines()
    assert len(shown) > 10
    assert [line for line in shown if line not in {*printed, "…"}] == []


def test_the_page_tells_of_every_role() -> None:
    assert [name for name in ROLES if f"| `{name}` |" not in PAGE] == []
