"""What a reply says: the words its author wrote, without the quotation, and what they ask for. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser  # type: ignore[import-untyped]

MAX_READ = 100_000
"""Characters of a text that are looked at: what a person wrote stands at the top."""
MAX_LINE = 2_000
"""Longer lines are broken: the time to find a quotation grows with the square of a line's length."""

_LINE_BELOW_A_GAP = re.compile(r"\n+(?=[_-]{32})")
"""The parser takes away such a line, and what is below would read on as the author's words; without the gap it
leaves the line, and the text ends there."""
_PARSER = EmailReplyParser(languages=["en", "de", "fr", "nl", "it", "es", "sv", "da", "pl"])


class Word(StrEnum):
    """What a first line can ask for."""

    APPROVE = "approve"
    REJECT = "reject"
    CHANGES = "changes"
    ABSTAIN = "abstain"
    ESCALATE = "escalate"
    CONFLICT = "conflict"


_SPELLINGS = {
    "approve": Word.APPROVE,
    "approved": Word.APPROVE,
    "reject": Word.REJECT,
    "rejected": Word.REJECT,
    "changes": Word.CHANGES,
    "request changes": Word.CHANGES,
    "abstain": Word.ABSTAIN,
    "escalate": Word.ESCALATE,
    "conflict": Word.CONFLICT,
    "conflict of interest": Word.CONFLICT,
}


@dataclass(frozen=True)
class Reply:
    """What somebody wrote. ``almost`` is the word a first line began with but did not end at: it is no command,
    since "approve once the amount is right" approves nothing."""

    word: Word | None
    text: str
    almost: Word | None = None


def understand(text: str) -> Reply:
    """Read a reply: a first line that is one of the words and nothing else asks for it, and what follows is the
    comment; any other text is a comment as a whole."""
    written = own_words(text)
    first, _, rest = written.partition("\n")
    line = _plain(first)
    if word := _SPELLINGS.get(line):
        return Reply(word, rest.strip())
    begun = next((word for spelling, word in _SPELLINGS.items() if line.startswith(f"{spelling} ")), None)
    return Reply(None, written, begun)


def _plain(line: str) -> str:
    """A line in small letters without marks around or after its words."""
    return " ".join(re.sub(r"[^\w\s]+", " ", line.lower()).split())


def own_words(text: str) -> str:
    """The text without the message it quotes, and without a signature behind "-- "."""
    top = clean(text)[:MAX_READ].lstrip()
    lines = [piece.strip() for line in top.split("\n") for piece in _broken(line)]
    bounded = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    first = _PARSER.read(_LINE_BELOW_A_GAP.sub("\n", bounded)).replies[0]
    words = _below_the_quotation(first.content, first.headers) if first.headers else first.content
    return _above_the_fold(words.split("\n")).strip()


def _below_the_quotation(text: str, head: str) -> str:
    """What stands below a quotation that the text begins with; empty where its lines are not marked as quoted."""
    lines = text.removeprefix(head).strip().split("\n")
    if not lines[0].startswith(">"):
        return ""
    return "\n".join(line for line in lines if not line.startswith(">"))


def _broken(line: str) -> list[str]:
    line = re.sub(r"[ \t\xa0]{3,}", "  ", line.rstrip())
    return [line[start : start + MAX_LINE] for start in range(0, len(line), MAX_LINE)] or [""]


_FOLD = re.compile(
    r"^(--|[_-]{20,}|-{2,} ?(original message|ursprüngliche nachricht|message d.origine) ?-{2,})$"
    r"|^(begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié) ?:$"
    r"|^(sent from my \w|get outlook for|von meinem .{1,40} gesendet$|envoyé de mon \w)",
    re.IGNORECASE,
)


def _above_the_fold(lines: list[str]) -> str:
    """The lines above the first that begins a signature or an old message, quoted lines at their end cut off."""
    cut = next((number for number, line in enumerate(lines) if _FOLD.match(line.strip())), len(lines))
    kept = lines[:cut]
    while kept and (not kept[-1].strip() or kept[-1].startswith(">")):
        kept.pop()
    return "\n".join(kept)


def clean(text: str) -> str:
    """The text with one kind of line end and without what PostgreSQL cannot keep: NUL and lone surrogates."""
    whole = text.encode("utf-8", "replace").decode()
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b]", "", re.sub(r"\r\n?", "\n", whole))


_BLOCKS = frozenset(
    {
        *("address", "article", "div", "dl", "dt", "dd", "fieldset", "footer", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)
_SILENT = frozenset({"script", "style", "title", "blockquote"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
_QUOTES = ("gmail_quote", "gmail_extra", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")
_OLD_MESSAGE = ("divrplyfwdmsg", "appendonsend", "x_divrplyfwdmsg", "mail-editor-reference-message-container")


def html_to_text(html: str) -> str:
    """The text of an HTML message as a reader sees it, quoted messages left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects visible text. Everything after the head of an old message in Outlook's style belongs to it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        self._over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").lower() for name, value in attrs}
        if values.get("id", "") in _OLD_MESSAGE:
            self._over = True
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.append(tag)
        elif tag in _SILENT or (tag not in _VOID and any(q in values.get("class", "") for q in _QUOTES)):
            self._hidden.append(tag)
        if tag == "br" or tag in _BLOCKS:
            self._write("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag == self._hidden[0]:
            self._hidden.pop()
        if tag in _BLOCKS:
            self._write("\n")

    def handle_data(self, data: str) -> None:
        self._write(data.replace("\n", " "))

    def _write(self, text: str) -> None:
        if not self._hidden and not self._over:
            self.pieces.append(text)
