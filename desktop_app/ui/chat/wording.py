"""The sentences of the chat. What explains an error comes with the error."""

from __future__ import annotations

from desktop_app.domain.conversations import MessageState
from desktop_app.domain.values import (
    Answer,
    Citation,
    Evidence,
    Label,
    NearMiss,
    Outcome,
    Verdict,
    Why,
)

CANCEL = "Cancel"
COPY = "Copy"
COPIED = "Copied"
COPY_ADDRESS = "Copy address"
COPY_DETAILS = "Copy details"
RETRY = "Retry"
EDIT = "Edit"
SEND = "Send"
STOP = "Stop"
STOP_NAME = "Stop answering"
ANSWER_ANYWAY = "Answer anyway"
OPEN_SOURCE = "Open source"
SHOW_EARLIER = "Show earlier messages"
TO_THE_END = "Go to the newest message"
OPEN_IN_BROWSER = "Open in browser"

LINK_TITLE = "Open a link?"
LINK_ADDRESS = "The whole address"
FORMATTING_OFF = "Formatting off for this answer: it is too large or too deep to format quickly."

ASK_ANYTHING = "Ask about your documents, or anything…"
ASK_ABOUT_PASTE = "Ask about the pasted text…"
EDITING = "Editing an earlier question: the old one is kept beside it."
STOP_EDITING = "Stop editing"
NOT_GROUNDED = "Not from your documents and not checked: the model answered from what it learned."
ANYWAY = "Answered although your documents may not hold it."
NOT_CHECKED = "Not checked: self-check was off."
CUT = "Cut at the length limit. Raise it in Settings, or ask for the rest."
STOPPED = "Stopped. What had been written is kept."
STOPPED_EARLY = "Stopped before the first word."
INTERRUPTED = "This answer was interrupted. What had been written is kept."
INTERRUPTED_EARLY = "This answer was interrupted before the first word."
FAILED = "The answer failed. Your question is kept."
NOT_ANSWERED = "This question was not answered. It is kept."
REFUSAL = "I could not find that in your documents."
NO_DOCUMENTS = (
    "There are no documents to search yet. Drop some in, or ask for an answer without them."
)
NOT_SEARCHED = "I could not look into your documents."
NONE_READY = "None of them can be searched so far. Retry when one is ready."
NEAR_MISSES = "Near misses"
SEARCHING = "Searching your documents"
THINKING = "Reading"
STARTING = "Starting"
STOPPING = "Stopping"
WRITING = "Writing"

EMPTY_TITLE = "Answers you can check"
EMPTY_TEXT = (
    "Candor answers from your documents on this computer, says when it does not know,"
    " and checks every sentence."
)
EMPTY_DROP = (
    "Drop a document",
    "PDF, Word, Excel, web page or text, anywhere in this window.",
)
EMPTY_ASK = ("Ask about it", "Every sentence is marked, and leads to the passage it rests on.")
EMPTY_MODEL = (
    "Choose a model",
    "A small one is ready. Larger ones need more memory.",
)

MEANINGS = {
    Label.SUPPORTED: "Supported by your documents",
    Label.UNSUPPORTED: "Not supported by your documents",
    Label.CONTRADICTED: "Contradicted by your documents",
    Label.UNCHECKED: "Not checked",
}


def count(number: int, word: str) -> str:
    """“1 passage”, “41 passages”."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def size(characters: int) -> str:
    """A text's size as a person thinks of it, from its UTF-8 length."""
    if characters < 1_000_000:
        return f"{max(1, round(characters / 1000))} KB"
    return f"{characters / 1_000_000:.1f} MB"


def pasted(length: int) -> str:
    """The name of a chip for a long paste."""
    return f"Pasted text, {size(length)}"


def place(source: Citation | Evidence | NearMiss) -> str:
    """Document and page, as far as they are known."""
    return source.document if source.page is None else f"{source.document}, page {source.page}"


def refusal(why: Why) -> str:
    """The head of a refusal: nothing was found, or nothing could be looked into."""
    return NOT_SEARCHED if why.unreadable and not why.searched else REFUSAL


def searched(why: Why) -> str:
    """What a refusal rests on, in numbers."""
    if not why.searched:
        return NONE_READY if why.unreadable else NO_DOCUMENTS
    text = f"Searched {count(why.searched, 'passage')}"
    if why.documents:
        text += f" in {count(why.documents, 'document')}"
    if why.best_score is None:
        return f"{text}. Nothing matched."
    return f"{text}. Best match {why.best_score:.2f}, needed {why.threshold:.2f}."


def unreadable(names: tuple[str, ...]) -> str:
    """Which documents could not be searched."""
    shown = ", ".join(names[:3])
    more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
    return f"Could not be searched: {shown}{more}."


def near_miss(miss: NearMiss) -> str:
    """A passage that was not good enough, on one line."""
    return f"{place(miss)} · “{one_line(miss.quote, 90)}”"


def one_line(text: str, limit: int) -> str:
    """The text without line breaks, at most `limit` characters."""
    joined = " ".join(text.split())
    return joined if len(joined) <= limit else joined[: limit - 1].rstrip() + "…"


def verdict_title(verdict: Verdict) -> str:
    """What the check says, with its score where it made one."""
    if verdict.label is Label.UNCHECKED:
        return MEANINGS[verdict.label]
    return f"{MEANINGS[verdict.label]} · {verdict.score:.2f}"


def quote(verdict: Verdict) -> str:
    """The nearest stretch of a document, or that there is none."""
    if not verdict.evidence:
        return "No passage came near it."
    words = f"“{one_line(verdict.evidence[0].quote, 400)}”"
    return words if verdict.label in (Label.SUPPORTED, Label.CONTRADICTED) else f"Closest: {words}"


def details(answer: Answer | None) -> str:
    """What *Copy details* puts on the clipboard."""
    if answer is None:
        return ""
    parts = (answer.fault_code, answer.fault, answer.fault_details, answer.model)
    return "\n".join(part for part in parts if part)


def evidence_place(evidence: Evidence) -> str:
    """Where a stretch of evidence stands and how well it fits."""
    return f"{place(evidence)} · {evidence.score:.2f}"


def runner_up(evidence: Evidence) -> str:
    """The second best evidence."""
    return f"Runner-up: “{one_line(evidence.quote, 120)}” {evidence_place(evidence)}"


def support(answer: Answer) -> str:
    """“1 of 2 sentences supported”; empty when nothing was checked."""
    checked = [v for v in answer.verdicts if v.label is not Label.UNCHECKED]
    if not checked:
        return ""
    good = sum(verdict.label is Label.SUPPORTED for verdict in checked)
    text = f"{good} of {count(len(checked), 'sentence')} supported"
    bare = len(answer.verdicts) - len(checked)
    return f"{text}, {bare} not checked" if bare else text


def speed(answer: Answer) -> str:
    """“71 tokens/s · first word 0.4 s · checked 0.1 s”, as far as it was measured."""
    timing = answer.timing
    parts = []
    if timing.tokens_per_second:
        rate = timing.tokens_per_second
        parts.append(f"{rate:.0f} tokens/s" if rate >= 10 else f"{rate:.1f} tokens/s")
    if timing.first_token_ms:
        parts.append(f"first word {timing.first_token_ms / 1000:.1f} s")
    if timing.check_ms and support(answer):
        parts.append(f"checked {timing.check_ms / 1000:.1f} s")
    return " · ".join(parts)


def caveats(answer: Answer) -> list[str]:
    """What must be said in words about an answer that stands."""
    said = [answer.notice] if answer.notice else []
    if answer.outcome in (Outcome.DECLINED, Outcome.FAILED) or not answer.text:
        return said
    if not answer.grounded:
        said.append(ANYWAY if answer.why.searched else NOT_GROUNDED)
    checkable = answer.grounded or answer.why.searched > 0
    if (
        checkable
        and not answer.verdicts
        and answer.outcome is Outcome.ANSWERED
        and not answer.notice
    ):
        said.append(NOT_CHECKED)
    if answer.cut:
        said.append(CUT)
    return said


def ending(state: MessageState, answer: Answer | None, *, written: bool) -> str:
    """What to say under an answer that did not end by itself; `written`: whether there is any of it."""
    if state is MessageState.STOPPED:
        return STOPPED if written else STOPPED_EARLY
    if state is MessageState.FAILED and answer is not None:
        return answer.fault or FAILED
    if state in (MessageState.STREAMING, MessageState.FAILED):
        return INTERRUPTED if written else INTERRUPTED_EARLY
    return ""


def waiting(ahead: int) -> str:
    """A question behind others."""
    return f"Waiting: {ahead} ahead"


def link_question(host: str) -> str:
    """Asked before a link is followed."""
    return f"This answer links to {host}."


def link_refused(reason: str) -> str:
    """Why a link is not followed."""
    return f"This link is not opened. {reason}"


def copied_code(invisible: int) -> str:
    """After copying code: a warning where characters cannot be seen."""
    return f"{COPIED}, with {count(invisible, 'invisible character')}" if invisible else COPIED


def meter(used: int, context: int) -> str:
    """Tokens used of the model's context."""
    return f"{used:,} / {context:,}"


def meter_words(used: int, context: int) -> str:
    """The meter for screen readers and its tooltip."""
    return f"The last question used {used:,} of the model's {context:,} tokens of context."


def siblings(number: int, total: int) -> str:
    """Which of several versions is shown."""
    return f"{number} / {total}"


def found(passages: int, searched: int) -> str:
    """After the search, before the first word."""
    if not searched:
        return f"{THINKING} the question"
    return f"Found {count(passages, 'passage')} in {searched:,}. {THINKING}"


def reading(tokens: int) -> str:
    """While the model reads the prompt."""
    return f"{THINKING} {count(tokens, 'token')}"
