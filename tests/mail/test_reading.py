"""Taking messages apart: encodings, attachments, machines, and what is broken."""

import base64
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from approvals.mail.reading import Incoming, read

PLAIN = b"From: Bo <bo@example.org>\r\nSubject: Re: Taxi\r\nMessage-ID: <1@example.org>\r\n"


def reading(headers: bytes, body: bytes = b"approve\r\n", sender: str = "bo@example.org") -> Incoming:
    return read(headers + b"\r\n" + body, sender)


def test_a_plain_message() -> None:
    found = reading(PLAIN)
    assert found == Incoming(("bo@example.org",), "Re: Taxi", "<1@example.org>", "", "approve\n")


def test_encoded_words_in_the_subject() -> None:
    found = reading(b"Subject: =?utf-8?B?w4RuZGVydW5n?= =?iso-8859-1?Q?f=FCr?= Bo\r\n")
    assert found.subject == "Änderungfür Bo"


def test_an_unknown_charset_is_read_as_it_can_be() -> None:
    headers = PLAIN + b"Content-Type: text/plain; charset=klingon\r\n"
    assert reading(headers, "grüß\r\n".encode()).text == "grüß\n"
    assert reading(b"Subject: =?klingon?B?w4Q=?=\r\n").subject == "=?klingon?B?w4Q=?="


def test_base64() -> None:
    headers = PLAIN + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
    assert reading(headers, base64.b64encode("approve\nschön".encode())).text == "approve\nschön"


def test_quoted_printable_in_latin_1() -> None:
    headers = PLAIN + (
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    )
    assert reading(headers, b"approve\r\nsch=F6n=\r\n er").text == "approve\nschön er"


def test_html_alone() -> None:
    headers = PLAIN + b"Content-Type: text/html; charset=utf-8\r\n"
    assert reading(headers, b"<p>approve</p><p>fine</p>").text == "approve\n\nfine"


def test_of_alternatives_the_plain_one() -> None:
    message = EmailMessage()
    message.set_content("approve")
    message.add_alternative("<p>reject</p>", subtype="html")
    assert read(message.as_bytes(), "bo@example.org").text.strip() == "approve"


def test_an_empty_plain_part_gives_way_to_html() -> None:
    message = EmailMessage()
    message.set_content(" \n")
    message.add_alternative("<p>approve</p>", subtype="html")
    assert read(message.as_bytes(), "bo@example.org").text == "approve"


def test_attachments_are_not_read() -> None:
    message = EmailMessage()
    message.set_content("<p>fine</p>", subtype="html")
    message.add_attachment("approve", filename="a.txt")
    assert read(message.as_bytes(), "bo@example.org").text == "fine"


def test_a_message_in_the_message_does_not_speak() -> None:
    inner = EmailMessage()
    inner.set_content("approve")
    message = EmailMessage()
    message["From"] = "bo@example.org"
    message.set_content("\n")
    message.add_attachment(inner, disposition="inline")
    assert read(message.as_bytes(), "bo@example.org").text.strip() == ""


def test_several_senders_are_none() -> None:
    assert reading(b"From: bo@example.org, cy@example.org\r\n").sender == ""
    assert reading(b"From: bo@example.org\r\nFrom: cy@example.org\r\n").sender == ""
    assert reading(b"Subject: x\r\n").sender == ""


def test_a_name_that_looks_like_an_address_is_a_name() -> None:
    assert reading(b'From: "bo@example.org" <eve@evil.example>\r\n').sender == "eve@evil.example"


def test_without_message_id_the_same_mail_is_the_same_on_another_way() -> None:
    headers = b"From: bo@example.org\r\nDate: Tue, 24 Nov 2026 09:14:00 +0100\r\n"
    first = reading(b"Received: by a\r\n" + headers)
    assert first.message_id == reading(b"Received: by b\r\n" + headers).message_id
    assert first.message_id != reading(headers, b"reject\r\n").message_id


@pytest.mark.parametrize(
    ("headers", "machine"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "auto_reply"),
        (b"Auto-Submitted: auto-generated; owner-email=x\r\n", "auto_reply"),
        (b"Auto-Submitted: no\r\n", ""),
        (b"X-Autoreply: yes\r\n", "auto_reply"),
        (b"Precedence: auto_reply\r\n", "auto_reply"),
        (b"Subject: Automatic reply: Please decide\r\n", "auto_reply"),
        (b"Subject: Abwesenheitsnotiz: Urlaub\r\n", "auto_reply"),
        (b"Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_Taxi?=\r\n", "auto_reply"),
        (b"Precedence: list\r\n", "mailing_list"),
        (b"List-Id: <all.example.org>\r\n", "mailing_list"),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n", "bounce"),
    ],
)
def test_what_no_person_wrote(headers: bytes, machine: str) -> None:
    assert reading(headers).machine == machine


@pytest.mark.parametrize("sender", ["", "<>", " "])
def test_a_null_sender_is_a_bounce(sender: str) -> None:
    assert reading(PLAIN, sender=sender).machine == "bounce"


def test_nesting_without_end_is_unreadable() -> None:
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)
    )
    found = read(PLAIN + parts, "bo@example.org")
    assert found.machine == "unreadable" or found.text == ""


@given(st.binary(max_size=2000))
@example(b"\xff\xfe")
@example(b"Content-Type: text/plain; charset*=x''%ff\r\n\r\nx")
@example(b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n")
@example(b"From: =?utf-8?q?=FF?= <\xff@\xff>\r\nMessage-ID: \x00\r\n\r\n")
def test_no_bytes_are_too_strange(raw: bytes) -> None:
    _is_storable(read(raw, "bo@example.org"))


HEADERS = st.sampled_from(
    ["From", "Subject", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
)
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "text/plain; charset=",
            "text/html; charset=utf-7",
            "multipart/alternative; boundary=x",
            "message/rfc822",
            "base64",
            "quoted-printable",
            "uuencode",
            "attachment; filename*=utf-8''%ff",
            "=?utf-8?B?////?=",
            "=?utf-16?Q?a?=",
            "=?idna?Q?a?=",
        ]
    ),
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=6), st.text(max_size=200))
def test_no_headers_are_too_strange(headers: list[tuple[str, str]], body: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    raw = f"{head}\r\n{body}\r\n--x\r\n{head}\r\n{body}\r\n--x--\r\n".encode("utf-8", "surrogatepass")
    _is_storable(read(raw, "bo@example.org"))


def _is_storable(found: Incoming) -> None:
    for value in (found.sender, found.subject, found.message_id, found.text):
        value.encode()
        assert "\x00" not in value
