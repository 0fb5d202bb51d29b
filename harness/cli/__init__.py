"""The door: commands and exit codes, nothing else. Heavy imports happen inside the commands."""

from __future__ import annotations

from harness.cli.entrance import main

__all__ = ["main"]
