"""Which transaction a message belongs to (RFC 3261 17.1.3 and 17.2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.sip.address import tag_of
from harness.sip.message import Message, Request
from harness.sip.via import top_via

MAGIC_COOKIE = "z9hG4bK"


@dataclass(frozen=True, slots=True)
class TransactionKey:
    """Equal keys, same transaction. `sent_by` is empty on the client's side, where branches are our own."""

    branch: str
    sent_by: str
    method: str


def client_key(message: Message) -> TransactionKey:
    """Return the key of a request that we sent, or of a response to it: top branch and CSeq method."""
    via = top_via(message.headers)
    method = (message.headers.get("cseq") or "").split()[-1:] or [""]
    return TransactionKey(via.branch if via else "", "", method[0])


def server_key(request: Request, method: str = "") -> TransactionKey:
    """Return the key of a request that came in; an ACK has the key of its INVITE.

    `method` asks for another method's: the INVITE that a CANCEL is about (9.2). A branch without the magic
    cookie is of RFC 2543 and proves nothing, nor does the bare cookie (RFC 4475 3.2.1), so there the Request-URI, From
    tag, Call-ID, CSeq number and top Via stand in for it.
    """
    via = top_via(request.headers)
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    if via is not None and _proves_something(via.branch):
        host, port = via.sent_by
        return TransactionKey(via.branch, f"{host}:{port}", method)
    return TransactionKey(_old_branch(request), str(via), method)


def _proves_something(branch: str) -> bool:
    return branch.lower().startswith(MAGIC_COOKIE.lower()) and len(branch) > len(MAGIC_COOKIE)


def _old_branch(request: Request) -> str:
    headers = request.headers
    number = (headers.get("cseq") or "").split()[:1]
    return " ".join((request.uri, tag_of(headers.get("from")), headers.get("call-id") or "", *number))
