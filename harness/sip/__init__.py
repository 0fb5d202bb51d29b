"""The SIP craft (RFC 3261): messages, transactions, dialogs and proxies, without any input or output.

Reading order: `splitting`, `parameters`, `uri`, `via`, `address` (values); `headers`, `scanner`, `message`,
`findings`, `building`, `framing` (messages); `transaction_tables`, `transaction_actions`, `transactions`,
`transaction_keys`, `dialog` (conversation); `proxy`, `registrar`, `digest`, `sdp` (what an element does with
a message); `identifiers` (where branches and tags come from).

`sipmessage` reads CSeq and media types. Its other value parsers were measured and left: one Digest challenge
of 22 odd parameters takes 1.3 s and each further one doubles that, two quoted display names become one
address, and `qop="auth,auth-int"`, hosts like `host1` and `received=::1` are refused.
"""
