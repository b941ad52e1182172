"""A text that the course worded otherwise in an earlier build, and what a student wrote into it."""

from __future__ import annotations

import pytest
import tiny_lab
from tiny_lab import find

from stats220.staff.grade.mend import mend

QUESTION = "**Why?** Say in two sentences why a doubled number is even. Hand it in by Friday, 20 November, with your code."
EARLIER = {  # of the same release, a week ago
    "text-1": "# Tiny lab\n\nOut on Monday, 2 November, due on Friday, 20 November. Five minutes.",
    "question-why": "**Why?** Say in two sentences why a doubled numbr is even. Hand it in by Friday, 13 November, with your code.",
}


@pytest.mark.parametrize("new_ids", [False, True])  # a text's id is made from its words
@pytest.mark.parametrize(
    ("typed", "answer", "strays"),
    [
        ({}, {}, ()),
        ({"question-why": " Twice a number."}, {"why": "Twice a number."}, ()),
        ({"text-1": "\n\nYes."}, {}, ("Yes.",)),
        ({"answer-why": "Yes."}, {"why": "Yes."}, ()),
    ],
)
def test_what_the_course_reworded_since_is_nobodys_answer(
    new_ids: bool, typed: dict[str, str], answer: dict[str, str], strays: tuple[str, ...]
) -> None:
    release, theirs = tiny_lab.release(), tiny_lab.notebook()
    find(release.notebook, "text-1").source = EARLIER["text-1"].replace("20 Nov", "27 Nov")
    find(release.notebook, "question-why").source = QUESTION
    for cell_id, text in EARLIER.items():
        find(theirs, cell_id).source = text + typed.get(cell_id, "")
    if "answer-why" in typed:
        find(theirs, "answer-why").source = typed["answer-why"]
    if new_ids:
        find(theirs, "text-1").id = "text-0"
    result = mend(release, tiny_lab.as_bytes(theirs))
    assert (result.answers, result.strays) == (answer, strays)


def test_the_setup_cell_of_an_earlier_build_is_nobodys_edit() -> None:
    release, theirs = tiny_lab.release(), tiny_lab.key()
    setup = 'import stats220\nSHA256 = "abc"\nLAB, BUILD = "lab1", "12"'
    find(release.notebook, "install").source = setup
    find(theirs, "install").source = setup.replace("abc", "012").replace('"12"', '"11"')
    assert mend(release, tiny_lab.as_bytes(theirs)).mended == ()
    find(theirs, "install").source += "\nimport scipy"
    (note,) = mend(release, tiny_lab.as_bytes(theirs)).mended
    assert note.endswith("was changed; the original runs after it")


def test_a_word_typed_between_the_courses_is_an_answer() -> None:
    release, theirs = tiny_lab.release(), tiny_lab.notebook()
    find(release.notebook, "question-why").source = QUESTION
    find(theirs, "question-why").source = QUESTION.replace("even. Hand", "even.\n\nTwo.\n\nHand")
    assert mend(release, tiny_lab.as_bytes(theirs)).answers == {"why": "Two."}


def test_a_question_that_its_student_rewrote_is_an_answer() -> None:
    theirs = tiny_lab.notebook()
    find(theirs, "question-why").source = "It is the double of some number, and so it is even."
    assert mend(tiny_lab.release(), tiny_lab.as_bytes(theirs)).answers == {
        "why": "It is the double of some number, and so it is even."
    }
