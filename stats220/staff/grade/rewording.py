"""What a student wrote into a text of the course's, told from what an earlier build of the release worded otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import Match, SequenceMatcher

KEPT = 3  # words in a row that stand in both texts: fewer agree by chance
ADDED = 5  # words in place of the release's: fewer are a changed date, or a mended slip
SAME = 0.5  # share of their words that two versions of a text have in common at least
MAX_WORDS = 1000  # beyond twice the release's, that are compared


def added(text: str, released: str) -> str:
    """What a text holds that the release's version of it does not: answers, as they were typed.

    Parameters
    ----------
    text
        As handed in.
    released
        The release's, which may have been mended since the student received theirs.
    """
    text, released = text.strip(), released.strip()
    if text.startswith(released):
        return text.removeprefix(released).strip()
    words, known = list(re.finditer(r"\S+", text)), released.split()
    if len(words) > 2 * len(known) + MAX_WORDS:
        return text
    matcher = SequenceMatcher(None, known, [word[0] for word in words], autojunk=False)
    kept = [block for block in matcher.get_matching_blocks() if block.size >= KEPT]
    found, i, j = [], 0, 0
    for block in [*kept, Match(len(known), len(words), 0)]:
        fresh = words[j : block.b]
        typed_between = i == block.a  # nothing of the release's stood there
        if len(fresh) >= ADDED or (fresh and typed_between):
            found.append(text[fresh[0].start() : fresh[-1].end()])
        i, j = block.a + block.size, block.b + block.size
    return "\n\n".join(found)


def nearest_version(text: str, released: Sequence[str]) -> int | None:
    """Which of the release's texts this is an earlier version of; None where none is near."""
    words = set(text.split())

    def common(other: str) -> float:
        theirs = set(other.split())
        return len(words & theirs) / max(1, len(words | theirs))

    shares = [common(other) for other in released]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return None if best is None or shares[best] < SAME else best


def same_setup(source: str, released: str) -> bool:
    """Whether a setup cell differs at most in its texts, which name the build: an earlier release's is nobody's edit."""

    def without_texts(code: str) -> str:
        return re.sub(r'"[^"\n]*"', '""', code).strip()

    return without_texts(source) == without_texts(released)
