"""The estate's model: every setting of every actor, and the directory of who lives at which address."""
