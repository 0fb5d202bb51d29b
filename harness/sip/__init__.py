"""The SIP craft (RFC 3261): messages, transactions, dialogs and proxies, without any input or output.

Reading order: `splitting`, `parameters`, `uri`, `via`, `address` (values); `headers`, `scanner`, `message`,
`findings`, `building`, `framing` (messages); `transaction_tables`, `transaction_actions`, `transactions`,
`transaction_keys`, `dialog` (conversation); `proxy`, `registrar`, `digest`, `sdp` (what an element does with
a message); `identifiers` (where branches and tags come from).

All values are read here. The parsers of `sipmessage` were measured and left: one Digest challenge of 22 odd parameters
takes 1.3 s and each further one doubles that, two quoted display names become one address, an escaped quote ends a
quoted value, a CSeq may have digits of any script, and `qop="auth,auth-int"`, hosts like `host1`, `received=::1` and a
quoted semicolon are refused.
Tests hold ours against them where both should agree.
"""
