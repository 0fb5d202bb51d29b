"""The wire: the only place where bytes and trio meet."""
