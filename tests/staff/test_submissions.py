"""Finding notebooks in folders and zips, whoever packed them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from stats220.errors import GradingError
from stats220.staff.grade import entries
from stats220.staff.grade.submissions import Submission, SubmissionError, collect

LAB = "lab4_pose"


def put(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"content of {path}")
    return root


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, f"content of {name}")
    return path


def texts(found: list[Submission]) -> dict[str, str]:
    return {s.student: s.read().decode() for s in found}


LAYOUTS = {
    "flat": ["ada/lab4_pose.ipynb", "ben/lab4_pose.ipynb"],
    "nbgrader": ["ada/lab4_pose/lab4_pose.ipynb", "ben/lab4_pose/lab4_pose.ipynb"],
    "mixed": ["ada/lab4_pose/lab4_pose.ipynb", "ben/lab4_pose.ipynb"],
    "enclosed": ["class/ada/lab4_pose.ipynb", "class/ben/lab4_pose/lab4_pose.ipynb"],
    "with other things": [
        "ada/lab4_pose.ipynb",
        "ada/data/movie.ipynb/x",
        "ada/lab3_calcium/lab3_calcium.ipynb",
        "ben/lab4_pose/lab4_pose.ipynb",
        "ben/lab4_pose/timestamp.txt",
        "ben/lab4_pose/.ipynb_checkpoints/lab4_pose-checkpoint.ipynb",
        "ben/.ipynb_checkpoints/lab4_pose.ipynb",
        "ben/lab4_pose/.stats220_checkpoints/train-0123456789ab.checkpoint",
        "ben/.stats220_checkpoints/.gitignore",
        "__MACOSX/ada/._lab4_pose.ipynb",
        "ada/._lab4_pose.ipynb",
        ".DS_Store",
        "roster.csv",
    ],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_every_layout_gives_the_same_students(tmp_path: Path, layout: str, packed: bool) -> None:
    paths = LAYOUTS[layout]
    where = zipped(tmp_path / "class.zip", *paths) if packed else put(tmp_path / "in", *paths)
    found = collect(where, LAB)
    assert [s.student for s in found] == ["ada", "ben"]
    assert all(text.endswith("/lab4_pose.ipynb") for text in texts(found).values())
    assert all(not s.notes and not s.problem for s in found)


def test_one_student_in_nbgraders_layout_is_no_enclosing_folder(tmp_path: Path) -> None:
    found = collect(put(tmp_path, "ada/lab4_pose/lab4_pose.ipynb"), LAB)
    assert [s.student for s in found] == ["ada"]


@pytest.mark.parametrize(
    "name",
    [
        "Copy of lab4_pose.ipynb",
        "lab4_pose (1).ipynb",
        "lab4_pose-2.ipynb",
        "Lab4_Pose.ipynb",
        "LAB4_POSE.IPYNB",
        "final_v3.ipynb",
    ],
)
def test_a_renamed_file_alone_is_accepted(tmp_path: Path, name: str) -> None:
    (found,) = collect(put(tmp_path, f"ada/{name}"), LAB)
    assert found.read().decode() == f"content of ada/{name}"
    noted = name == "final_v3.ipynb"  # Colab and browsers rename every file: nothing to look at
    assert found.notes == (f"the file is named {name}, taken as lab4_pose.ipynb",) * noted


def test_a_renamed_file_is_told_from_another_labs(tmp_path: Path) -> None:
    (found,) = collect(put(tmp_path, "ada/lab4_pose (2).ipynb", "ada/lab3_calcium.ipynb"), LAB)
    assert found.read() == b"content of ada/lab4_pose (2).ipynb"


def test_a_student_without_a_notebook_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "ada/lab4_pose.ipynb", "ben/readme.txt", "cleo/lab3_calcium/lab3_calcium.ipynb")
    (tmp_path / "dan").mkdir()
    found = {s.student: s for s in collect(tmp_path, LAB)}
    assert set(found) == {"ada", "ben", "cleo", "dan"}
    for student in ("ben", "cleo", "dan"):
        with pytest.raises(SubmissionError, match="no notebook of lab4_pose found"):
            found[student].read()


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("about", "notes"),
    [
        ('{"team": ["Ada", "Ben\\u0007"]}', ("handed in for Ada, Ben",)),
        ('{"team": ["Ada"]}', ()),
        ('{"team": ["A", "' + 99 * "B" + '"]}', (f"handed in for A, {24 * 'B'}",)),
        ('{"team": 3}', ()),
        ('{"lab": "lab4_pose"}', ()),
        ("[" * 90_000, ()),
        ("no json", ()),
        (None, ()),
    ],
)
def test_for_whom_it_was_handed_in_is_told(
    tmp_path: Path, about: str | None, notes: tuple[str, ...], zipped: bool
) -> None:
    files = {"lab4_pose.ipynb": "x", **({"submission.json": about} if about else {})}
    (tmp_path / "ada").mkdir()
    for name, text in files.items():
        if zipped:
            with zipfile.ZipFile(tmp_path / "ada" / "lab4_pose.zip", "a") as archive:
                archive.writestr(name, text)
        else:
            (tmp_path / "ada" / name).write_text(text)
    (found,) = collect(tmp_path, LAB)
    assert (found.read(), found.notes) == (b"x", notes)


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(
    "paths",
    [
        ["ada/lab4_pose.ipynb", "ada/lab4_pose/lab4_pose.ipynb"],
        ["ada/lab4_pose.ipynb", "ada/lab4_pose (1).ipynb"],
        ["ada/lab4_pose.ipynb", "Ada/lab4_pose.ipynb"],
        ["ad\u00e9/lab4_pose.ipynb", "ade\u0301/lab4_pose.ipynb"],  # é in one character and in two
        ["ada/lab4_pose/a.ipynb", "ada/lab4_pose/b.ipynb"],
    ],
)
def test_a_student_with_two_files_is_named_and_never_stops_the_class(
    tmp_path: Path, paths: list[str], packed: bool
) -> None:
    paths = [*paths, "ben/lab4_pose.ipynb"]
    where = zipped(tmp_path / "class.zip", *paths) if packed else put(tmp_path / "in", *paths)
    twice, ben = collect(where, LAB)
    assert ben.read() == b"content of ben/lab4_pose.ipynb"
    with pytest.raises(SubmissionError, match=r"handed in lab4_pose more than once: .*, .*"):
        twice.read()


def test_the_same_file_twice_is_one(tmp_path: Path) -> None:
    for path in ("ada/lab4_pose.ipynb", "ada/backup/lab4_pose.ipynb", "ada/lab4_pose (1).ipynb"):
        put(tmp_path, path)
        (tmp_path / path).write_text(marked(LAB))
    (found,) = collect(tmp_path, LAB)
    assert found.read().decode() == marked(LAB)


def marked(lab: str, more: str = "") -> str:
    """A notebook as the builder marks it."""
    return json.dumps(
        {"cells": [], "metadata": {"stats220": {"version": 1, "lab": lab}}, "more": more}
    )


def test_an_untouched_release_beside_the_work_does_not_count(tmp_path: Path) -> None:
    put(tmp_path, "ada/lab4_pose.ipynb", "ada/release/lab4_pose.ipynb", "ben/lab4_pose.ipynb")
    (tmp_path / "ada/lab4_pose.ipynb").write_text(marked(LAB, "work"))
    for student in ("ada/release", "ben"):
        (tmp_path / student / "lab4_pose.ipynb").write_text(marked(LAB))
    untouched = {hashlib.sha256(marked(LAB).encode()).hexdigest()}
    ada, ben = collect(tmp_path, LAB, untouched=untouched)
    assert ada.read().decode() == marked(LAB, "work")
    assert ben.read().decode() == marked(LAB)  # all that there is


@pytest.mark.parametrize(
    "name",
    [
        "Copy of lab4_pose.ipynb",
        "final.ipynb",
        "lab4_pose.ipynb.json",
        "release/lab4_pose.ipynb",
        "a/b/c/Untitled.ipynb",
    ],
)
def test_a_file_is_found_by_what_it_is(tmp_path: Path, name: str) -> None:
    """Whatever its name, beside another lab's."""
    for path, lab in (
        (f"ada/{name}", LAB),
        ("ada/lab4_pose_old.ipynb", "lab3_calcium"),
        ("ben/x.ipynb", LAB),
    ):
        put(tmp_path, path)
        (tmp_path / path).write_text(marked(lab))
    found = {s.student: s for s in collect(tmp_path, LAB)}
    assert found["ada"].read().decode() == marked(LAB)


def test_a_zip_in_the_students_folder_is_opened(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    with zipfile.ZipFile(tmp_path / "ada" / "lab4_pose.zip", "w") as archive:
        archive.writestr("lab4_pose.ipynb", marked(LAB))
        archive.writestr("../../outside.ipynb", marked(LAB, "evil"))
        archive.writestr("submission.json", "{}")
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "lab4_pose.zip").write_bytes(b"no zip")
    put(tmp_path, "cleo/lab4_pose.ipynb")
    found = {s.student: s for s in collect(tmp_path, LAB)}
    assert found["ada"].read().decode() == marked(LAB)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ada", "ben", "cleo"]
    assert found["ben"].read() == b"no zip"  # grading says that it is no notebook
    assert found["cleo"].read()


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_class_two_folders_deep(tmp_path: Path, packed: bool) -> None:
    paths = [f"Multi/{s}/{n}/lab4_pose.ipynb" for s in ("mon", "tue") for n in ("ada", f"b-{s}")]
    where = zipped(tmp_path / "class.zip", *paths) if packed else put(tmp_path / "in", *paths)
    found = collect(where, LAB)
    assert [s.student for s in found] == ["b-mon", "b-tue", "mon-ada", "tue-ada"]


def test_the_same_path_twice_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "class.zip", "ada/lab4_pose.ipynb")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("ada/lab4_pose.ipynb", "another")
    with pytest.raises(GradingError, match="2 times"):
        collect(path, LAB)


def test_nothing_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="does not exist"):
        collect(tmp_path / "nowhere", LAB)
    with pytest.raises(GradingError, match=r"no submissions in .*<student>/lab4_pose.ipynb"):
        collect(tmp_path, LAB)
    put(tmp_path, "lab4_pose.ipynb")
    with pytest.raises(GradingError, match=r"no submissions in .*<student>/lab4_pose.ipynb"):
        collect(tmp_path, LAB)
    with pytest.raises(GradingError, match="no submissions"):
        collect(zipped(tmp_path / "empty.zip"), LAB)


def test_an_unreadable_zip_is_one_clear_line(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "class.zip", "ada/lab4_pose.ipynb").read_bytes()
    for content in (b"", b"no zip", whole[: len(whole) // 2], whole[:-10]):
        (tmp_path / "bad.zip").write_bytes(content)
        with pytest.raises(GradingError, match="neither a folder nor a zip"):
            collect(tmp_path / "bad.zip", LAB)


@pytest.mark.parametrize(
    "name",
    [
        "../ada/lab4_pose.ipynb",
        "ada/../../lab4_pose.ipynb",
        "/etc/lab4_pose.ipynb",
        "..\\ada\\lab4_pose.ipynb",
    ],
)
def test_a_path_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GradingError, match="unsafe path"):
        collect(zipped(tmp_path / "class.zip", "ben/lab4_pose.ipynb", name), LAB)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["class.zip"]


def test_a_zip_made_on_windows(tmp_path: Path) -> None:
    found = collect(zipped(tmp_path / "class.zip", "ada\\lab4_pose.ipynb"), LAB)
    assert texts(found) == {"ada": "content of ada\\lab4_pose.ipynb"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "key.ipynb"
    secret.write_text("the answers")
    where = put(tmp_path / "in", "ben/lab4_pose.ipynb")
    (where / "ada").mkdir()
    (where / "ada" / "lab4_pose.ipynb").symlink_to(secret)
    (where / "cleo").symlink_to(where / "ben")
    (where / "dan").mkdir()
    os.mkfifo(where / "dan" / "lab4_pose.ipynb")
    found = {s.student: s for s in collect(where, LAB)}
    assert found["ben"].read()
    for student in ("ada", "cleo", "dan"):
        with pytest.raises(SubmissionError, match="link"):
            found[student].read()


def test_a_file_swapped_for_a_link_after_listing_is_not_followed(tmp_path: Path) -> None:
    (found,) = collect(put(tmp_path / "in", "ada/lab4_pose.ipynb"), LAB)
    assert found.entry is not None
    Path(found.entry.where).unlink()
    Path(found.entry.where).symlink_to(put(tmp_path, "secret") / "secret")
    with pytest.raises(SubmissionError, match="cannot be read"):
        found.read()


def test_a_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        link = zipfile.ZipInfo("ada/lab4_pose.ipynb")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    (found,) = collect(tmp_path / "class.zip", LAB)
    with pytest.raises(SubmissionError, match="link"):
        found.read()


def test_a_bomb_costs_only_its_student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_NOTEBOOK_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/lab4_pose.ipynb", b" " * (50 << 20))
        archive.writestr("ben/lab4_pose.ipynb", "fine")
    ada, ben = collect(tmp_path / "class.zip", LAB)
    assert ben.read() == b"fine"
    with pytest.raises(SubmissionError, match="larger than"):
        ada.read()
    large = put(tmp_path / "in", "ada/lab4_pose.ipynb")
    (large / "ada/lab4_pose.ipynb").write_bytes(b" " * (2 << 20))
    with pytest.raises(SubmissionError, match="larger than"):
        collect(large, LAB)[0].read()


def test_a_damaged_or_locked_member_costs_only_its_student(tmp_path: Path) -> None:
    path = zipped(tmp_path / "class.zip", "ada/lab4_pose.ipynb", "ben/lab4_pose.ipynb")
    data = bytearray(path.read_bytes())
    place = data.index(b"content of ada")
    data[place] ^= 0xFF
    path.write_bytes(data)
    ada, ben = collect(path, LAB)
    assert ben.read() == b"content of ben/lab4_pose.ipynb"
    with pytest.raises(SubmissionError, match="CRC"):
        ada.read()
    locked = bytearray(zipped(path, "ada/lab4_pose.ipynb").read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit that says "encrypted"
        locked[locked.index(header) + flags] |= 1
    path.write_bytes(locked)
    with pytest.raises(SubmissionError, match="encrypted"):
        collect(path, LAB)[0].read()


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MAX_ZIP_MEMBERS", 2)
    with pytest.raises(GradingError, match="3 files"):
        collect(zipped(tmp_path / "class.zip", "a/x", "b/x", "c/x"), LAB)


@pytest.mark.parametrize("student", ["a\nb", "a\x1b[31m", "x" * 129, "ü" * 100, "a\u202eb"])
def test_a_name_that_no_table_can_hold_is_replaced(tmp_path: Path, student: str) -> None:
    names = (f"{student}/lab4_pose.ipynb", "ben/lab4_pose.ipynb")
    found = {s.student: s for s in collect(zipped(tmp_path / "class.zip", *names), LAB)}
    assert found.pop("ben").notes == ()
    ((name, other),) = found.items()
    assert name.isprintable()
    assert len(name.encode()) <= 128
    assert "cannot be a student's name" in other.notes[0]
    assert "\n" not in other.notes[0]
    assert other.read() == f"content of {student}/lab4_pose.ipynb".encode()


def test_a_name_that_is_no_text_is_replaced(tmp_path: Path) -> None:
    for raw in (b"/\xff\xfe", b"/\xff\xfd"):
        folder = os.fsencode(tmp_path) + raw
        os.mkdir(folder)
        Path(os.fsdecode(folder), "lab4_pose.ipynb").write_text("x")
    found = collect(tmp_path, LAB)
    assert len({s.student for s in found}) == 2
    assert [s.read() for s in found] == [b"x", b"x"]
    assert all(s.student.isprintable() for s in found)


def test_nobody_can_take_a_replaced_name(tmp_path: Path) -> None:
    (odd,) = collect(zipped(tmp_path / "odd.zip", "a\nb/lab4_pose.ipynb"), LAB)
    both = zipped(tmp_path / "both.zip", "a\nb/lab4_pose.ipynb", f"{odd.student}/lab4_pose.ipynb")
    (found,) = collect(both, LAB)
    assert "more than once" in found.problem


def test_a_folder_that_cannot_be_read_costs_only_its_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = put(tmp_path, "ada/lab4_pose.ipynb", "ben/lab4_pose.ipynb")
    scan = os.scandir

    def closed(path: str) -> object:  # also for root, whom no permission stops
        if Path(path).name == "ada":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    ada, ben = collect(root, LAB)
    assert ada.problem == "the folder cannot be read: Permission denied"
    assert ben.read() == b"content of ben/lab4_pose.ipynb"
