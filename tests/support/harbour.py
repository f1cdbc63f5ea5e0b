"""The harbour board of Kelmont: conversations, documents and answers for tests of the window and pictures."""

from __future__ import annotations

from datetime import datetime, timedelta

from desktop_app.domain.documents import Document, DocumentState, DocumentText, IngestProgress
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import EnginePhase, EngineState
from desktop_app.domain.values import (
    Answer,
    Citation,
    Evidence,
    Label,
    NearMiss,
    Outcome,
    Question,
    Timing,
    Verdict,
    Why,
)
from tests.support.ui_fakes import FakeConversations, FakeLibrary

NOW = datetime(2031, 6, 12, 10, 30)
MODEL = "SmolLM2-135M-Instruct"
READY = EngineState(EnginePhase.READY, MODEL, 4096, 310_000_000)

PAGES = (
    """Kelmont Harbour Board
Minutes of the meeting of 4 March 2031

Present: A. Thorne (chair), M. Okafor, J. Lindqvist, P. Amari. Apologies: S. Reyes.

The Kelmont harbour board met on 4 March 2031 in the old customs house. The minutes of the February \
meeting were read and approved without change.

The harbour master reported 412 arrivals since January, eleven more than in the same weeks of the year \
before. Two berths on the north quay stay closed until the fenders are replaced.

""",
    """2. The ferry

The board heard a report on the crossing to Saint Orrin. The lantern ferry Brightwater was launched in \
1987. It was designed by the engineer Ines Calder and carries 214 passengers. The hull was surveyed in \
January and found sound; the wheelhouse windows are to be renewed before the summer timetable begins.

Ms Okafor asked whether a second boat is needed on market days. The harbour master will count passengers \
in April and May and report in June.

""",
    """3. The pier

The pier was last repainted in 2029. The rail on the seaward side shows rust over some forty metres, and \
two of the lamp posts lean.

The budget for the work is 48,300 crowns, of which the town pays half. Work begins after the storm season \
and is to be finished before the regatta.

4. Next meeting

The board meets again on 6 May 2031.
""",
)

FERRY_QUESTION = "Who designed the ferry, and what did repainting the pier cost?"
FERRY_SENTENCES = (
    "The lantern ferry Brightwater was designed by the engineer Ines Calder and carries 214 passengers.",
    "The pier was repainted in 2029 at a cost of 52,000 crowns.",
)
CHAIR_QUESTION = "Who chairs the board in 2033?"


def minutes() -> DocumentText:
    """The text of minutes.pdf, three pages."""
    starts = [0]
    for page in PAGES[:-1]:
        starts.append(starts[-1] + len(page))
    return DocumentText(1, "minutes.pdf", "".join(PAGES), tuple(starts))


def stretch(quote: str) -> tuple[int, int, int]:
    """(page, start, end) of a quote of the minutes."""
    text = minutes()
    start = text.text.index(quote)
    return text.page_of(start) or 0, start, start + len(quote)


def ferry_answer(question: Question | None = None) -> Answer:
    """One sentence that the minutes support and one that they do not."""
    text = " ".join(FERRY_SENTENCES)
    quote = "It was designed by the engineer Ines Calder and carries 214 passengers."
    page, start, end = stretch(quote)
    found = Evidence("minutes.pdf", page, start, end, 1, quote, 0.97)
    near = "The budget for the work is 48,300 crowns, of which the town pays half."
    near_page, near_start, near_end = stretch(near)
    closest = Evidence("minutes.pdf", near_page, near_start, near_end, 1, near, 0.31)
    first = len(FERRY_SENTENCES[0])
    return Answer(
        FERRY_QUESTION,
        Outcome.ANSWERED,
        text,
        (Citation(1, "minutes.pdf", page, start, end, quote, 1, first),),
        (
            Verdict(0, first, FERRY_SENTENCES[0], Label.SUPPORTED, 0.97, (found,)),
            Verdict(first + 1, len(text), FERRY_SENTENCES[1], Label.UNSUPPORTED, 0.31, (closest,)),
        ),
        Why(41, 2, 0.94, 0.5),
        MODEL,
        "1",
        Timing(38.0, 410.0, 620.0, 96.0, 612, 180, 44),
        grounded=True,
    )


def refusal(question: Question | None = None) -> Answer:
    """The minutes do not say who chairs the board in 2033."""
    quote = "The Kelmont harbour board met on 4 March 2031 in the old customs house."
    page, start, end = stretch(quote)
    misses = (
        NearMiss("minutes.pdf", page, start, end, quote, 0.22, 1),
        NearMiss(
            "minutes.pdf",
            3,
            *stretch("The board meets again on 6 May 2031.")[1:],
            "The board meets again on 6 May 2031.",
            0.14,
            1,
        ),
    )
    return Answer(
        CHAIR_QUESTION,
        Outcome.DECLINED,
        "",
        why=Why(41, 2, 0.22, 0.5, misses, ("scan.pdf", "plans-locked.pdf")),
        model=MODEL,
        prompt_version="1",
        timing=Timing(41.0),
    )


def answer(question: Question) -> Answer:
    """What the harbour's model answers."""
    return refusal(question) if "2033" in question.text else ferry_answer(question)


def fill_conversations(conversations: FakeConversations) -> None:
    """The list of somebody who has used Candor for some weeks."""
    for title, days in (
        ("Recipes for twelve guests", 45.0),
        ("Notes on the lighthouse lease", 19.0),
        ("Grant application, second draft", 11.0),
        ("Boiler manual: error E4", 6.0),
        ("House purchase: survey findings", 4.0),
        ("Kafka partition sizing", 3.0),
        ("Thesis chapter 2: sources", 1.2),
        ("Insurance: storm damage", 1.0),
        ("Lease: notice period", 0.05),
    ):
        conversations.put(title, (NOW - timedelta(days=days)).timestamp())


def fill_library(library: FakeLibrary, *, failed: bool = False, adding: bool = False) -> None:
    """Two documents that are ready; with `failed`, some that are not; with `adding`, one on its way."""
    ready = DocumentState.READY
    home = "/home/ines/Documents/harbour"
    rows = [
        Document(1, f"{home}/minutes.pdf", "minutes.pdf", ready, "", 3, 9, 48_211),
        Document(
            2, f"{home}/harbour-history.docx", "harbour-history.docx", ready, "", 12, 32, 90_112
        ),
    ]
    if failed:
        rows += [
            Document(
                3, f"{home}/scan.pdf", "scan.pdf", DocumentState.EMPTY, "no text", 4, 0, 812_000
            ),
            Document(
                4,
                f"{home}/plans-locked.pdf",
                "plans-locked.pdf",
                DocumentState.LOCKED,
                "",
                None,
                0,
                64_000,
            ),
            Document(
                5,
                f"{home}/tide-tables.docx",
                "tide-tables.docx",
                DocumentState.FAILED,
                "the file ends in the middle",
                None,
                0,
                10_240,
            ),
        ]
    if adding:
        name = ADDING.document
        rows.append(
            Document(6, f"{home}/{name}", name, DocumentState.EMBEDDING, "", 41, 0, 610_000)
        )
    for row in rows:
        library.put(row)
    library.texts[1] = minutes()


WRITING = EngineState(EnginePhase.BUSY, MODEL, 4096, 310_000_000)
ADDING = IngestProgress("harbour-plan-2032.docx", DocumentState.EMBEDDING, 1, 3, 214, 380)
CUT_SHORT = KnownFault(
    "DO4",
    "tide-tables.docx ends in the middle: 10 kB of about 64 kB are there.",
    safe="Your other documents are unaffected.",
    action="Copy the file again, then retry.",
    details="zip: end of central directory not found",
)
