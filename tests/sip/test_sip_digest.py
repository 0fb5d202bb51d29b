"""Digest authentication, against the examples of the RFCs and between our own two ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.digest import DigestResult, answer, challenge, fields, ha1, verify

REALM = "http-auth@example.org"
NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
# The two RFCs differ in one capital letter.
CIRCLE = ("Circle of Life", "Circle Of Life")
RIGHT, GUESS = "the word on the phone", "1234"


def trusting(_nonce: str, _count: str) -> bool:
    return True


def password_file(username: str, realm: str, algorithm: str) -> str | None:
    return ha1(username, realm, RIGHT, algorithm) if username == "alice" else None


def alice(challenged: str, password: str = RIGHT, username: str = "alice") -> str:
    written = answer(
        challenged, username=username, password=password, method="REGISTER", uri="sip:example.com", cnonce="c"
    )
    assert written is not None
    return written


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616_come_out(algorithm: str, response: str) -> None:
    asked = challenge(algorithm=algorithm, realm=REALM, nonce=NONCE, opaque=OPAQUE)
    written = answer(asked, username="Mufasa", password=CIRCLE[0], method="GET", uri="/dir/index.html",
                     cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")  # fmt: skip
    assert written is not None
    assert fields(written)["response"] == response


def test_the_example_of_rfc_2617_comes_out_although_its_server_offers_auth_int_too() -> None:
    offered = ('Digest realm="testrealm@host.com", qop="auth,auth-int", '
               'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
               'opaque="5ccc069c403ebaf9f0171e9517f40e41"')  # fmt: skip
    written = answer(offered, username="Mufasa", password=CIRCLE[1], method="GET",
                     uri="/dir/index.html", cnonce="0a4f113b")  # fmt: skip
    assert written is not None
    assert fields(written)["response"] == "6629fae49393a05397450978507c4ef1"
    assert "qop=auth, " in written
    assert "nc=00000001" in written


def test_the_right_password_is_accepted_and_the_wrong_one_is_not() -> None:
    asked = challenge(realm="example.com", nonce="n1")
    assert _verified(alice(asked)) is DigestResult.ACCEPTED
    assert _verified(alice(asked, password=GUESS)) is DigestResult.WRONG
    assert _verified(alice(asked, username="mallory")) is DigestResult.UNKNOWN_USER
    assert _verified(alice(asked), method="INVITE") is DigestResult.WRONG


def test_a_challenge_of_the_old_form_is_answered_in_the_old_form() -> None:
    written = alice('Digest realm="example.com", nonce="n"')
    assert "qop" not in fields(written)
    assert _verified(written) is DigestResult.ACCEPTED


def test_a_nonce_that_is_no_longer_ours_is_stale_only_for_who_knows_the_password() -> None:
    def never(nonce: str, count: str) -> bool:
        assert (nonce, count) == ("n1", "00000001")
        return False

    asked = challenge(realm="example.com", nonce="n1", stale=True)
    good, bad = alice(asked), alice(asked, password=GUESS)
    judged = [verify(given, method="REGISTER", ha1_of=password_file, nonce_is_fresh=never) for given in (good, bad)]
    assert judged == [DigestResult.STALE, DigestResult.WRONG]


@pytest.mark.parametrize(
    "offered",
    ["Basic realm=x", 'Digest realm="r", nonce="n", algorithm=SHA-512-256', 'Digest nonce="n"',
     'Digest realm="r", nonce="n", qop="auth-int"', ""],
)  # fmt: skip
def test_a_challenge_that_we_cannot_meet_is_not_answered(offered: str) -> None:
    assert answer(offered, username="a", password=GUESS, method="REGISTER", uri="sip:x", cnonce="c") is None


def test_credentials_that_lack_a_part_are_malformed() -> None:
    whole = alice(challenge(realm="example.com", nonce="n"))
    for name in ("username", "realm", "nonce", "uri", "response", "cnonce", "nc"):
        assert _verified(whole.replace(f" {name}=", " lost=")) is DigestResult.MALFORMED, name
    assert _verified(whole.replace("qop=auth", "qop=auth-int")) is DigestResult.MALFORMED


def test_of_a_repeated_parameter_the_first_one_counts() -> None:
    assert fields('Digest realm="one", realm="two"') == {"realm": "one"}


@given(
    st.text(max_size=80) | st.text(alphabet='username="rlmnocuip,q\\', max_size=80).map(lambda text: "Digest " + text)
)
def test_any_text_as_credentials_has_an_outcome_and_it_is_never_acceptance(text: str) -> None:
    assert _verified(text) is not DigestResult.ACCEPTED


@given(realm=st.text(max_size=12), username=st.text(max_size=12), password=st.text(max_size=12),
       algorithm=st.sampled_from(["MD5", "SHA-256"]))  # fmt: skip
def test_whatever_the_names_both_ends_agree(realm: str, username: str, password: str, algorithm: str) -> None:
    asked = challenge(realm=realm, nonce="n", algorithm=algorithm)
    written = alice(asked, password=password, username=username)
    judged = verify(written, method="REGISTER", nonce_is_fresh=trusting,
                    ha1_of=lambda name, place, how: ha1(name, place, password, how))  # fmt: skip
    assert judged is DigestResult.ACCEPTED


def _verified(authorization: str, method: str = "REGISTER") -> DigestResult:
    return verify(authorization, method=method, ha1_of=password_file, nonce_is_fresh=trusting)


def test_a_challenge_says_what_it_was_made_with_and_no_more() -> None:
    plain = {"realm": "r", "nonce": "n", "algorithm": "MD5", "qop": "auth"}
    assert fields(challenge(realm="r", nonce="n")) == plain
    assert fields(challenge(realm="r", nonce="n", opaque="o", stale=True)) == plain | {"opaque": "o", "stale": "true"}


def test_what_the_server_calls_opaque_comes_back() -> None:
    assert fields(alice(challenge(realm="r", nonce="n", opaque="o")))["opaque"] == "o"
    assert "opaque" not in fields(alice(challenge(realm="r", nonce="n")))


def test_the_requests_with_one_nonce_are_counted_in_hexadecimal() -> None:
    """RFC 7616 3.4: nc is eight hexadecimal digits."""
    written = answer(
        challenge(realm="r", nonce="n"), username="a", password=GUESS, method="BYE", uri="sip:b", cnonce="c", nc=26
    )
    assert written is not None
    assert fields(written)["nc"] == "0000001a"
