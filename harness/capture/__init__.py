"""Transcripts that were not made by a play just now: saved ones, and captures."""
