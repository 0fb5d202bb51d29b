"""Transcripts on disk: saved ones, captures for Wireshark, and the secrets that open them."""
