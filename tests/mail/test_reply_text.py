"""What a reply says, in the styles of the usual mail programs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from approvals.mail.reply_text import MAX_READ, Reply, Word, html_to_text, own_words, understand

GMAIL_EN = """\
approve

Looks right to me.

On Tue, Nov 24, 2026 at 9:14 AM Placet <placet@example.org> wrote:

> Your decision is needed.
>
> reject - reject it
"""
GMAIL_EN_WRAPPED = """\
approve

On Tue, 24 Nov 2026 at 09:14, Placet <placet@a-very-long-domain-name.example.org>
wrote:

> Your decision is needed.
"""
GMAIL_DE = """\
reject

Der Betrag stimmt nicht mit dem Beleg überein.

Am Di., 24. Nov. 2026 um 09:14 Uhr schrieb Placet <placet@example.org>:

> Your decision is needed.
> approve - approve it
"""
GMAIL_FR = """\
approve

Le mar. 24 nov. 2026 à 09:14, Placet <placet@example.org> a écrit :

> Your decision is needed.
"""
APPLE_EN = """\
escalate
This has waited since Monday.

> On 24 Nov 2026, at 09:14, Placet <placet@example.org> wrote:
>
> Your decision is needed.
"""
APPLE_DE = """\
approve

Von meinem iPhone gesendet

> Am 24.11.2026 um 09:14 schrieb Placet <placet@example.org>:
>
> Your decision is needed.
"""
APPLE_FR = """\
approve
Merci pour le détail.

Envoyé de mon iPhone

> Le 24 nov. 2026 à 09:14, Placet <placet@example.org> a écrit :
>
> Your decision is needed.
"""
OUTLOOK_EN = """\
reject
The receipt is missing.

________________________________
From: Placet <placet@example.org>
Sent: Tuesday, November 24, 2026 9:14 AM
To: Bo Berg <bo@example.org>
Subject: Please decide: Taxi (#1042)

Your decision is needed.
approve - approve it
"""
OUTLOOK_DE = """\
approve

Von: Placet <placet@example.org>
Gesendet: Dienstag, 24. November 2026 09:14
An: Bo Berg <bo@example.org>
Betreff: Please decide: Taxi (#1042)

Your decision is needed.
"""
OUTLOOK_FR = """\
approve

De : Placet <placet@example.org>
Envoyé : mardi 24 novembre 2026 09:14
À : Bo Berg <bo@example.org>
Objet : Please decide: Taxi (#1042)

Your decision is needed.
"""
OUTLOOK_IN_ANOTHER_LANGUAGE = """\
approve

________________________________
Lähettäjä: Placet <placet@example.org>
Lähetetty: tiistai 24. marraskuuta 2026 9.14

Your decision is needed.
"""
OLD_OUTLOOK = """\
approve

-----Original Message-----
From: Placet
Sent: Tuesday, November 24, 2026 9:14 AM

Your decision is needed.
"""
SIGNED = """\
approve

Fine.
--\x20
Bo Berg
Budget, third floor
"""


@pytest.mark.parametrize(
    ("sample", "word", "text"),
    [
        pytest.param(GMAIL_EN, Word.APPROVE, "Looks right to me.", id="gmail-en"),
        pytest.param(GMAIL_EN_WRAPPED, Word.APPROVE, "", id="gmail-en-wrapped"),
        pytest.param(GMAIL_DE, Word.REJECT, "Der Betrag stimmt nicht mit dem Beleg überein.", id="gmail-de"),
        pytest.param(GMAIL_FR, Word.APPROVE, "", id="gmail-fr"),
        pytest.param(APPLE_EN, Word.ESCALATE, "This has waited since Monday.", id="apple-en"),
        pytest.param(APPLE_DE, Word.APPROVE, "", id="apple-de"),
        pytest.param(APPLE_FR, Word.APPROVE, "Merci pour le détail.", id="apple-fr"),
        pytest.param(OUTLOOK_EN, Word.REJECT, "The receipt is missing.", id="outlook-en"),
        pytest.param(OUTLOOK_DE, Word.APPROVE, "", id="outlook-de"),
        pytest.param(OUTLOOK_FR, Word.APPROVE, "", id="outlook-fr"),
        pytest.param(OUTLOOK_IN_ANOTHER_LANGUAGE, Word.APPROVE, "", id="outlook-in-another-language"),
        pytest.param(OLD_OUTLOOK, Word.APPROVE, "", id="old-outlook"),
        pytest.param(SIGNED, Word.APPROVE, "Fine.", id="signature"),
        pytest.param(GMAIL_EN.replace("\n", "\r\n"), Word.APPROVE, "Looks right to me.", id="crlf"),
    ],
)
def test_the_quotation_is_cut_off(sample: str, word: Word, text: str) -> None:
    reply = understand(sample)
    assert (reply.word, reply.text) == (word, text)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("approve", Word.APPROVE),
        ("  Approve.  ", Word.APPROVE),
        ("*APPROVED*!", Word.APPROVE),
        ("Reject", Word.REJECT),
        ("changes", Word.CHANGES),
        ("Request changes:", Word.CHANGES),
        ("abstain", Word.ABSTAIN),
        ("Escalate", Word.ESCALATE),
    ],
)
def test_a_word_alone_asks_for_something(line: str, word: Word) -> None:
    assert understand(f"\n\n{line}\nBecause.").word is word


@pytest.mark.parametrize(
    "text",
    [
        "I approve",
        "approve once the amount is right",
        "Not approved",
        "approve?reject?",
        "Please do not approve\napprove",
        "> approve",
    ],
)
def test_anything_more_on_the_line_is_a_comment(text: str) -> None:
    assert understand(text).word is None


def test_a_line_that_begins_with_a_word_is_remembered_as_almost_one() -> None:
    assert understand("Approve, thanks").almost is Word.APPROVE
    assert understand("Thanks, approve").almost is None
    assert understand("Approved budgets look different").almost is Word.APPROVE


def test_an_answer_below_the_quotation_is_found() -> None:
    text = "On Mon, 2 Mar 2026, Placet wrote:\n> Your decision is needed.\n> reject\n\napprove\n\nFine.\n"
    assert understand(text) == Reply(Word.APPROVE, "Fine.")


@pytest.mark.parametrize(
    "text",
    [
        "On Mon, 2 Mar 2026, Placet wrote:\n> approve\n",
        "From: Placet <placet@example.org>\nSent: Monday\nTo: Bo\nSubject: x\n\napprove\n",
        "",
    ],
)
def test_a_quotation_alone_says_nothing(text: str) -> None:
    assert understand(text) == Reply(None, "")


def test_thanks_in_a_comment_are_not_taken_for_a_signature() -> None:
    text = "Thanks, I have checked the receipts.\nOne of them is from May."
    assert understand(text).text == text


def test_html_becomes_what_its_reader_sees() -> None:
    html = (
        "<html><head><style>p{color:red}</style><title>x</title></head><body><div dir='ltr'>approve</div>"
        "<div>All <b>fine</b> &amp; good.</div><br><div class='gmail_quote'><div>On Tue someone wrote:</div>"
        "<blockquote>reject</blockquote></div><script>alert(1)</script></body></html>"
    )
    assert html_to_text(html) == "approve\n\nAll fine & good."


def test_an_old_message_in_outlooks_html_is_left_out() -> None:
    html = (
        "<body><div>approve</div><div id='appendonsend'></div><hr>"
        "<div id='divRplyFwdMsg'><b>From:</b> Placet</div><div>reject</div></body>"
    )
    assert html_to_text(html) == "approve"


def test_apple_mails_html_quotation_is_left_out() -> None:
    html = (
        "<body>approve<br><div><br><blockquote type='cite'><div>On 24 Nov 2026, Placet wrote:</div>"
        "<div>reject</div></blockquote></div></body>"
    )
    assert html_to_text(html) == "approve"


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    reply = understand(text)
    assert "\x00" not in reply.text
    reply.text.encode()


@given(st.text(alphabet="<>/&;#ab \n\"'=!-divblockquotescript"))
def test_no_html_is_too_strange(html: str) -> None:
    assert "\x00" not in html_to_text(html)


@example(["approve", "\n", "\n", "_" * 32, "On ", "approve", "approve"])
@given(
    st.lists(st.sampled_from(["On ", "Am ", "From:", "> ", "--", "_" * 32, "wrote:", "\n", "approve", " "]))
)
def test_own_words_are_words_of_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert set(own_words(text).split()) <= set(text.split())


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n \n\n  "])
@pytest.mark.parametrize("drawn", ["_" * 32, "-" * 40, "_" * 20])
def test_the_text_ends_at_a_drawn_line(gap: str, drawn: str) -> None:
    assert own_words(f"Fine.{gap}{drawn}\nreject") == "Fine."


def test_words_behind_a_drawn_line_are_words_of_the_text() -> None:
    drawn = "_" * 32
    assert own_words(f"Fine.\n\n{drawn}here") == f"Fine.\n{drawn}here"


def test_what_is_read_has_an_end() -> None:
    assert len(own_words("a b " * MAX_READ)) <= MAX_READ * 1.01
