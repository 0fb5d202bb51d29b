"""Scenario files: text to values, with every fault at its place in the file."""
