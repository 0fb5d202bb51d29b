"""The Domain Name System: zones, an authority that answers from them, and the walk from a name to an address."""
