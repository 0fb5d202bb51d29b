"""Zones: from master-file text to record sets, every fault with its place."""
