"""Names and paths: what a certificate says, whom it names, and whether its chain holds. Pure values."""
