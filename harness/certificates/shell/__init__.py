"""Certificates over their life, where files are read and plays are run."""
