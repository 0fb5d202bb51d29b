"""The TLS craft: one handshake at a time, sans-IO, with everything about it observed."""
