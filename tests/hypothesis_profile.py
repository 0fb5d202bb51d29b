"""Loaded by pyproject.toml for every test: Hypothesis measures no time, for the machine may have other work.

A deadline of 200 ms, and the limit on the time that drawing takes, fell where other processes held the cores. What is
too slow shows in `--durations`. The rest of the profile that Hypothesis chose stands; in CI it is one of its own.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("untimed", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow]))
settings.load_profile("untimed")
