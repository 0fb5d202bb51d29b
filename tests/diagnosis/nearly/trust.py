"""A trust store and its CAs: `harness.diagnosis.causes.trust`."""

from __future__ import annotations

from meeting import DIALLER, authority, chain

from nearly.certificates import OWN_LIST, USUAL_LIST, says
from nearly.row import but, row
from nearly.stories import PUBLIC, SERVER_REFUSED

EXPIRED, UNTRUSTED = 10, 20
PERMITTED, EXCLUDED, PATH_LENGTH, INVALID_CA, NO_KEY_SIGN, BAD_SIGNATURE = 47, 48, 25, 24, 32, 7
YESTERDAYS = chain("expressway-e", "expired")[0]
BY_CLOUD = SERVER_REFUSED.but(
    dialler="webex-cloud", port=5062, shows=chain("expressway-e"), dialler_trusts=(YESTERDAYS,), decisions=OWN_LIST
)
NAMESAKE = "TEST ONLY cucm.example.com"
CUCM = chain("unified-cm", issuer="namesake-root")
BY_NAMESAKE = SERVER_REFUSED.but(
    dialler="expressway-c",
    listener="unified-cm",
    port=5561,
    shows=CUCM,
    dialler_trusts=(authority("namesake-root-twin"),),
)
DEAD, ALIVE = authority("gte-root"), authority("go-daddy-g2-root")
BY_AGED_LIST = SERVER_REFUSED.but(dialler_trusts=(PUBLIC, ALIVE, DEAD))
OUT_OF_DATE = SERVER_REFUSED.but(**says(DIALLER, EXPIRED))
OLD_ROOT = chain("expressway-e", issuer="dst-root")
OLD_ISSUER, NEW_ISSUER = authority("digicert-issuing-2013"), authority("digicert-issuing")
DIGICERT = authority("digicert-root")
IN_STORE = OUT_OF_DATE.but(
    shows=chain("expressway-e", issuer="digicert-issuing"), dialler_trusts=(OLD_ISSUER, DIGICERT)
)

ROWS = (
    row(
        "uploaded-leaf",
        BY_CLOUD,
        but("the cloud goes by its usual list", "unknown-root", decisions=USUAL_LIST),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
        but("the list holds the certificate of somebody else", "uploaded-list-overrides",
            dialler_trusts=(chain("b2b-peer")[0],)),
        but("the list holds a CA", "uploaded-list-overrides", dialler_trusts=(authority("private-root"),)),
        but("the list is empty", "uploaded-list-overrides", dialler_trusts=()),
    ),
    row(
        "uploaded-leaf",
        BY_CLOUD.but(
            shows=chain("expressway-e", common_name=NAMESAKE),
            dialler_trusts=chain("expressway-e", "expired", common_name=NAMESAKE)[:1],
        ),
        but("the list holds a CA of that name", "uploaded-list-overrides",
            dialler_trusts=(authority("namesake-root"),)),
    ),
    row(
        "same-subject-ca",
        BY_NAMESAKE,
        but("the CA trusted has another name", "unknown-root", dialler_trusts=(authority("stranger-root"),)),
        but("the list is empty", "unknown-root", dialler_trusts=()),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
        but("the certificate is of another CA", "unknown-root", shows=chain("unified-cm")),
        but("the CA trusted is that very one", "incomplete-or-unknown-chain",
            dialler_trusts=(authority("namesake-root"),)),
    ),
    row(
        "outdated-trust-list",
        BY_AGED_LIST,
        but("the roots that it holds are in date", "unknown-root", dialler_trusts=(PUBLIC, ALIVE)),
        but("the intermediate is all that is missing", "missing-intermediate",
            shows=chain("expressway-e", "missing-intermediate")),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "expired-root",
        OUT_OF_DATE.but(shows=OLD_ROOT, dialler_trusts=(authority("dst-root"),)),
        but("it is an intermediate that has run out", "expired-intermediate",
            shows=chain("expressway-e", "expired-intermediate")),
        but("it is the certificate itself", "certificate-expired", shows=chain("expressway-e", "expired")),
        but("the signature is refused", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
    ),
    row(
        "expired-intermediate-in-store",
        IN_STORE,
        but("the new one is held", "certificate-expired", dialler_trusts=(NEW_ISSUER, DIGICERT)),
        but("the signature is refused", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
    ),
    row(
        "expired-intermediate",
        OUT_OF_DATE.but(shows=chain("expressway-e", "expired-intermediate"), dialler_trusts=(PUBLIC,)),
        but("it is the certificate itself", "certificate-expired", shows=chain("expressway-e", "expired")),
        but("the whole chain is in date", "certificate-expired", shows=chain("expressway-e")),
        but("the signature is refused", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
    ),
    *(
        row(
            cause,
            SERVER_REFUSED.but(shows=chain("expressway-e"), **says(DIALLER, code)),
            but("the signature is refused", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
            but("no certificate was shown", "unexplained", shows=None),
        )
        for cause, code in (
            *(("name-constraints", code) for code in (47, 48, 49, 51, 53)),
            ("path-length", 25),
            *(("leaf-as-issuer", code) for code in (24, 79)),
        )
    ),
)  # fmt: skip
