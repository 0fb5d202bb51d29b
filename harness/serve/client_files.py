"""Files for other programs, beside the certificates: a call for SIPp, and a baresip that speaks to the lab."""

from __future__ import annotations

from harness.lab.directory import Directory
from harness.lab.settings import Lab
from harness.run.folders import NewFile

CALLER = "b2b-peer"
"""The role whose certificate these programs wear."""

SIPP_CALL, BARESIP = "sipp/call.xml", "baresip"
_MODULES = "/usr/lib/baresip/modules"

_SDP = """\
v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""

_REQUEST = """\
  <send><![CDATA[
{method} {target} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
{more}From: <sip:bob@{domain}>;tag=[call_number]
To: <sip:{user}>{tag}
Call-ID: [call_id]
CSeq: {number} {method}
Contact: <sip:bob@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
{body}
]]></send>
"""

_NO_BODY = "Content-Length: 0\n"
_OFFER = f"Content-Type: application/sdp\nContent-Length: [len]\n\n{_SDP}"


def files_for_programs(lab: Lab, directory: Directory, folder: str) -> dict[str, NewFile]:
    """Return the files by their path in `folder`, the absolute path of the folder in which they will lie."""
    both = f"{folder}/{BARESIP}/certificate-and-key.pem"
    edge = lab.expressway_e
    account = (
        f"<sip:bob@{lab.b2b_peer.domain};transport=tls>;regint=0"
        f';outbound="sip:{edge.host_name}:{edge.sip.tls_port};transport=tls"\n'
    )
    server = f"{directory.address_of('name-server')}:{lab.name_server.port}"
    return {
        SIPP_CALL: NewFile(sipp_call(lab).encode()),
        f"{BARESIP}/accounts": _private(account),
        f"{BARESIP}/contacts": _private(""),
        f"{BARESIP}/config": _private(_config(both, f"{folder}/trust/jabber.pem", server)),
    }


def sipp_call(lab: Lab) -> str:
    """Return a SIPp scenario: a call to the user of the lab, answered and hung up."""
    user = lab.unified_cm.user
    words = {"domain": lab.b2b_peer.domain, "user": user}
    inside = {**words, "target": "[next_url]", "more": "[routes]\n", "tag": "[peer_tag_param]", "body": _NO_BODY}
    invite = {**words, "target": f"sip:{user}", "more": "", "tag": "", "body": _OFFER}
    return "".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="a call to the lab">\n',
            _REQUEST.format(method="INVITE", number=1, **invite),
            '  <recv response="100" optional="true"/>\n  <recv response="180" optional="true"/>\n',
            '  <recv response="200" rrs="true"/>\n',
            _REQUEST.format(method="ACK", number=1, **inside),
            '  <pause milliseconds="500"/>\n',
            _REQUEST.format(method="BYE", number=2, **inside),
            '  <recv response="200"/>\n</scenario>\n',
        )
    )


def _config(certificate: str, trusted: str, name_server: str) -> str:
    modules = "".join(f"module {name}.so\n" for name in ("account", "menu", "g711"))
    return (
        f"module_path {_MODULES}\n{modules}"
        "net_interface 127.0.0.1\nsip_listen 127.0.0.1:0\nsip_verify_server yes\n"
        f"dns_server {name_server}\nsip_certificate {certificate}\nsip_cafile {trusted}\n"
    )


def _private(text: str) -> NewFile:
    """Return a file of the folder in which a key lies, which is closed to others."""
    return NewFile(text.encode(), private=True)
