"""The cast: one file for each role, each a real network endpoint."""
