"""The stage: put the cast on, play the steps, give the transcript. It records and never decides."""
