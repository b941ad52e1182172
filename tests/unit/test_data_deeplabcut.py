"""Tables of key points: what DeepLabCut, SLEAP and people's spreadsheets write, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stats220.data.deeplabcut import read_deeplabcut
from stats220.data.sleap import read_sleap
from stats220.errors import DataError, InputError

NAN = np.nan
ONE = "scorer,S,S,S,S\nbodyparts,A,A,B,B\ncoords,x,y,x,y\n"
LIKELY = "scorer,N,N,N\nbodyparts,A,A,A\ncoords,x,y,likelihood\n"


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_one_animal_and_one_index_column(tmp_path: Path) -> None:
    text = (
        ONE + "labeled-data\\v\\img1.png, 1 ,2.5,,\nlabeled-data/v/img2.png,NA,nan,-3,1e1\n\n,,,,\n"
    )
    table = read_deeplabcut(str(write(tmp_path, text)))
    assert table.frames == ("labeled-data/v/img1.png", "labeled-data/v/img2.png")
    assert table.keypoint_names == ("A", "B")
    assert table.individual_names == ("",)
    assert table.likelihoods is None
    expected = [[[1, 2.5], [NAN, NAN]], [[NAN, NAN], [-3, 10]]]
    np.testing.assert_array_equal(table.individual().keypoints_xy, expected)


def test_three_index_columns_keep_two_videos_apart(tmp_path: Path) -> None:
    text = "scorer,,,S,S\nbodyparts,,,A,A\ncoords,,,x,y\nlabeled-data,v1,i.png,1,2\nlabeled-data,v2,i.png,3,4\n"
    table = read_deeplabcut(write(tmp_path, text))
    assert table.frames == ("labeled-data/v1/i.png", "labeled-data/v2/i.png")
    np.testing.assert_array_equal(table.keypoints_xy, [[[[1, 2]], [[3, 4]]]])


def test_what_a_network_found_has_likelihoods(tmp_path: Path) -> None:
    table = read_deeplabcut(
        write(tmp_path, LIKELY + "0,1,2,0.5\n1,3,4,1.0\n"), require_likelihood=True
    )
    assert table.frames == ("0", "1")
    found = table.individual("")
    np.testing.assert_array_equal(found.keypoints_xy, [[[1, 2]], [[3, 4]]])
    assert found.likelihoods is not None
    np.testing.assert_array_equal(found.likelihoods, [[0.5], [1.0]])


MANY = (
    "scorer,S,S,S,S,S,S,S,S\nindividuals,m1,m1,m1,m1,m2,m2,single,single\n"
    "bodyparts,A,A,B,B,B,B,C,C\ncoords,x,y,x,y,x,y,x,y\nimg.png,1,2,3,4,5,6,7,8\n"
)
MANY_XY = [  # each individual: A, B, C
    [[[1, 2], [3, 4], [NAN, NAN]]],
    [[[NAN, NAN], [5, 6], [NAN, NAN]]],
    [[[NAN, NAN], [NAN, NAN], [7, 8]]],
]  # fmt: skip


def test_several_animals_with_body_parts_of_their_own(tmp_path: Path) -> None:
    table = read_deeplabcut(write(tmp_path, MANY))
    assert table.individual_names == ("m1", "m2", "single")
    assert table.keypoint_names == ("A", "B", "C")
    np.testing.assert_array_equal(table.keypoints_xy, MANY_XY)
    np.testing.assert_array_equal(table.individual("m2").keypoints_xy, MANY_XY[1])
    with pytest.raises(InputError, match=r"several individuals: choose one of m1, m2, single"):
        table.individual()
    with pytest.raises(InputError, match=r"no individual 'm3'"):
        table.individual("m3")


@pytest.mark.parametrize("index", [["img.png"], [("labeled-data", "v", "img.png")]])
def test_hdf5_of_pandas_reads_as_its_csv(tmp_path: Path, index: list) -> None:
    pd = pytest.importorskip("pandas")
    pytest.importorskip("tables")
    header = [line.split(",")[1:] for line in MANY.splitlines()[:4]]
    columns = pd.MultiIndex.from_arrays(
        header, names=["scorer", "individuals", "bodyparts", "coords"]
    )
    folders = isinstance(index[0], tuple)
    index = pd.MultiIndex.from_tuples(index) if folders else index
    frame = pd.DataFrame([np.arange(1.0, 9.0)], index=index, columns=columns)
    frame.to_hdf(tmp_path / "t.h5", key="df", mode="w", format="fixed" if folders else "table")
    frame.to_csv(tmp_path / "t.csv")
    for name in ("t.h5", "t.csv"):
        table = read_deeplabcut(tmp_path / name)
        assert table.frames[0].endswith("img.png")
        assert table.individual_names == ("m1", "m2", "single")
        np.testing.assert_array_equal(table.keypoints_xy, MANY_XY)
    frame.columns = [f"c{i}" for i in range(8)]
    frame.to_hdf(tmp_path / "other.h5", key="k", mode="w")
    with pytest.raises(DataError, match=r"other.h5 is not a table of DeepLabCut.*Give the file"):
        read_deeplabcut(tmp_path / "other.h5")
    (tmp_path / "half.h5").write_bytes((tmp_path / "t.h5").read_bytes()[:700])
    with pytest.raises(DataError, match=r"half.h5 cannot be read as a table of DeepLabCut") as told:
        read_deeplabcut(tmp_path / "half.h5")
    assert "\n" not in str(told.value)  # HDF5's own reason is a page long


def test_the_mark_of_a_spreadsheet_at_the_start(tmp_path: Path) -> None:
    assert read_deeplabcut(write(tmp_path, ONE + "i,1,2,3,4\n", "utf-8-sig")).frames == ("i",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ":1: not a labels file.*Give"),
        (ONE, ":1: not a labels file.*Give"),
        ("<html>\n<body>\nlog in\n</html>\n", ":1: not a labels file"),
        (ONE.replace(",", ";") + "i.png;1;2;3;4\n", ":1: the cells are separated by semicolons.*commas"),
        (ONE.replace("x,y,x,y", "x,y,y,x") + "i,1,2,3,4\n", ":3: the columns are not x and y.*Save"),
        (ONE.replace("A,A,B,B", "A,A,,") + "i,1,2,3,4\n", "a body part has no name. Write"),
        (ONE.replace("A,A,B,B", "A,B,A,B") + "i,1,2,3,4\n", ":3: the columns are not x and y"),
        (LIKELY.replace("y,likelihood", "likelihood,y") + "i,1,2,3\n", ":3: the columns are not x"),
        (MANY.replace("x,y,x,y,x,y,x,y", "x,y,x,y,x,y,y,x"), ":4: the columns are not x and y"),
        ("scorer\nbodyparts\ncoords\nimg1.png\n", ":3: the columns are not x and y"),
        (ONE.replace("B,B", "A,A") + "i,1,2,3,4\n", "the body part A is there twice. Rename"),
        (MANY.replace("A,A,B,B,B,B", "A,A,A,A,B,B"), "the body part A of m1 is there twice. Rename"),
        (ONE + "i,1,2,3,4\ni,1,2,3,4\n", "the frame i is there twice. Rename"),
        (ONE + "i,1,2,3,4\nj,1,2,3\n", ":5: 4 cells instead of 5.*Mend"),
        (ONE + "i,1,2,3,left\n", ":4: not a number .*left.*decimal point"),
        (ONE + "i,1,2,3,1_000\n", ":4: not a number .*1_000"),
        (ONE + "i,1,2,3,٣\n", ":4: not a number"),
        (ONE + "i,1,2,3,4\nj,1,2,inf,4\n", "frame j holds an infinite number. Leave"),
        (ONE + "i,1,2,1e999,4\n", "frame i holds an infinite number"),
        (ONE + "i,1,,3,4\n", "frame i holds x without y"),
        (ONE + " ,1,2,3,4\n", ":4: the frame has no name. Write"),
        (ONE + "i,1,2,3,4\n\nj,1,2,3,4\n", ":5: 0 cells instead of 5"),
    ],
)  # fmt: skip
def test_a_bad_file_is_named_with_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataError, match=f"table.csv.*{says}"):
        read_deeplabcut(write(tmp_path, text))


def test_other_encodings_and_absent_files(tmp_path: Path) -> None:
    for encoding in ("utf-16", "latin-1"):
        with pytest.raises(
            DataError, match=r"table.csv cannot be read as CSV.*Save it again as CSV in UTF-8"
        ):
            read_deeplabcut(write(tmp_path, ONE.replace("A", "Ä") + "i,1,2,3,4\n", encoding))
    with pytest.raises(DataError, match=r"absent.csv cannot be read as CSV.*Check the path"):
        read_deeplabcut(tmp_path / "absent.csv")


def test_hdf5_by_another_name_is_told_from_another_encoding(tmp_path: Path) -> None:
    for name in ("labels.slp", "table.csv"):
        (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(40))
        with pytest.raises(DataError, match=f"{name} is HDF5, not CSV: .*sleap-convert"):
            read_deeplabcut(tmp_path / name)


def test_labels_where_likelihoods_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table.csv has no likelihood columns.*analyzes a video"):
        read_deeplabcut(write(tmp_path, ONE + "i,1,2,3,4\n"), require_likelihood=True)


def sleap_file(path: Path, **changes: object) -> Path:
    h5py = pytest.importorskip("h5py")
    held: dict = {
        "tracks": np.arange(24.0).reshape(2, 2, 3, 2),  # (tracks, xy, nodes, frames)
        "node_names": [b"nose", b"ear", b"tail"],
        "track_names": [b"a", b"b"],
        "point_scores": np.arange(12.0).reshape(2, 3, 2) / 12,
    }
    with h5py.File(path, "w") as file:
        for name, value in (held | changes).items():
            if value is not None:
                file[name] = value
    return path


def test_sleap_axes(tmp_path: Path) -> None:
    table = read_sleap(sleap_file(tmp_path / "s.h5"))
    assert table.frames == ("0", "1")
    assert table.individual_names == ("a", "b")
    assert table.keypoint_names == ("nose", "ear", "tail")
    # Track b, frame 1, tail: x = tracks[1, 0, 2, 1], y = tracks[1, 1, 2, 1].
    np.testing.assert_array_equal(table.keypoints_xy[1, 1, 2], [17.0, 23.0])
    assert table.likelihoods is not None
    assert table.likelihoods[1, 1, 2] == 11 / 12
    one = read_sleap(sleap_file(tmp_path / "one.h5", tracks=np.zeros((1, 2, 3, 5)), track_names=None, point_scores=None))  # fmt: skip
    assert one.individual_names == ("",)
    assert one.likelihoods is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"tracks": None}, "has no tracks"),
        ({"node_names": None}, "has no node_names"),
        ({"tracks": np.zeros((2, 3, 2, 2))}, "tracks has shape"),
        ({"track_names": [b"a"]}, "do not fit the tracks"),
        ({"point_scores": np.zeros((2, 2, 3))}, "do not fit the tracks"),
        ({"node_names": [b"nose", b"ear", b"nose"]}, "the node nose is there twice"),
    ],
)
def test_a_bad_sleap_file_is_named(tmp_path: Path, changes: dict, says: str) -> None:
    with pytest.raises(DataError, match=f"s.h5.*{says}"):
        read_sleap(sleap_file(tmp_path / "s.h5", **changes))


def test_a_sleap_file_that_is_no_hdf5(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    (tmp_path / "s.h5").write_text("no")
    with pytest.raises(DataError, match=r"s.h5 cannot be read as HDF5.*Export"):
        read_sleap(tmp_path / "s.h5")


def test_the_fly_files_read(recordings: Path) -> None:
    for path in sorted((recordings / "fly").glob("*.csv")):
        table = read_deeplabcut(path, require_likelihood=True)
        assert table.keypoints_xy.shape == (1, 500, 12, 2)
        assert table.frames == tuple(str(t) for t in range(500))
        expected = np.genfromtxt(path, delimiter=",", skip_header=3)[:, 1:].reshape(500, 12, 3)
        np.testing.assert_array_equal(table.keypoints_xy[0], expected[..., :2])
        assert table.likelihoods is not None
        np.testing.assert_array_equal(table.likelihoods[0], expected[..., 2])
