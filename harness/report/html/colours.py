"""The colours of the pages as one table: what each stands for, on light ground and on dark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour: its name in the style sheets (`--name`), and its value in each theme.

    `grounds` are the colours on which text or strokes of it stand; a ground itself has none.
    """

    name: str
    light: str
    dark: str
    grounds: tuple[str, ...] = ()


_PAPER = ("ground", "raised", "band")

COLOURS: tuple[Colour, ...] = (
    Colour("ground", "#ffffff", "#14171c"),
    Colour("raised", "#f4f6f8", "#1d2229"),
    Colour("band", "#e6ebf0", "#29303a"),
    Colour("ink", "#16191d", "#eceff3", _PAPER),
    Colour("quiet", "#4b5663", "#b4bfcc", _PAPER),
    Colour("link", "#0a4fae", "#8ec1ff", _PAPER),
    Colour("good", "#0b6330", "#6edb98", _PAPER),
    Colour("bad", "#ab1420", "#ff9c97", _PAPER),
    Colour("warn", "#7a4300", "#f6bf66", _PAPER),
    Colour("dns", "#6a3d9a", "#cdb0f5", _PAPER),
    Colour("tls", "#0b5c72", "#7fd3ea", _PAPER),
    Colour("sip", "#0a4fae", "#8ec1ff", _PAPER),
    Colour("http", "#6b4f00", "#e6cb74", _PAPER),
)
"""Every colour of both pages. A test holds that text on its ground has a contrast of at least 4.5 (WCAG 2.2, 1.4.3)."""


def custom_properties() -> str:
    """Return the style sheet that gives the colours their names; paper is always light."""
    light = "".join(f"--{colour.name}:{colour.light};" for colour in COLOURS)
    dark = "".join(f"--{colour.name}:{colour.dark};" for colour in COLOURS)
    return (
        f":root{{color-scheme:light dark;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
        "@media print{:root{color-scheme:light}}\n"
    )
