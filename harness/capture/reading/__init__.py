"""From a capture that somebody else made to transcripts, one for each connection or call."""
