"""From a destination to the targets that are to be tried: RFC 3263, RFC 2782 and Expressway's own way."""
