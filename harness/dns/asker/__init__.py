"""The asker's side: queries, what their answers mean, and how long those may be kept."""
