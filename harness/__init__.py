"""A SIP/TLS mutual-authentication test harness: a hybrid-calling estate on one machine."""

__version__ = "0.1.0"
