"""What a name server knows and says: bytes of a query in, bytes of a response out."""
