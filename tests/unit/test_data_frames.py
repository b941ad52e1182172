"""Frames and labels of one's own: projects as DeepLabCut lays them out, and what is said where one is not so."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from stats220.data.frames import load_labeled_frames, read_image
from stats220.data.keypoints import read_labels
from stats220.data.pose import load_mouse_reaching
from stats220.errors import DataError, InputError

HEADER = "scorer,Me,Me,Me,Me\nbodyparts,A,A,B,B\ncoords,x,y,x,y\n"
SPLIT_HEADER = "scorer,,,Me,Me,Me,Me\nbodyparts,,,A,A,B,B\ncoords,,,x,y,x,y\n"
TWO_MICE = (
    "scorer,,,Me,Me,Me,Me\nindividuals,,,m1,m1,m2,m2\nbodyparts,,,A,A,A,A\ncoords,,,x,y,x,y\n"
    "labeled-data,v,img7.png,1,2,3,4\n"
)


def write_video(folder: Path, labels: str, *names: str, suffix: str = "csv") -> Path:
    """A video's folder: labels, and images whose gray says which they are."""
    folder.mkdir(parents=True)
    (folder / f"CollectedData_Me.{suffix}").write_text(labels, encoding="utf-8")
    for gray, name in enumerate(names):
        Image.new("L", (9, 6), 10 * gray).save(folder / name)
    return folder


def test_a_project_gives_what_the_example_gives(recordings: Path, tmp_path: Path) -> None:
    example = load_mouse_reaching()
    video = tmp_path / "project" / "labeled-data" / "reachingvideo1"
    shutil.copytree(recordings / "mouse_reaching", video)
    for folder in (tmp_path / "project", video.parent, video):
        mine = load_labeled_frames(folder)
        assert len(mine) == len(example) == 55
        assert [image.shape for image in mine.images] == [image.shape for image in example.images]
        np.testing.assert_array_equal(mine.keypoints_xy, example.keypoints_xy)
        assert mine.keypoint_names == example.keypoint_names
        np.testing.assert_array_equal(mine.frame_numbers, example.frame_numbers)
        assert len(mine.split().train) == 44
    assert mine.source == "OWN: reachingvideo1"


def test_two_videos_with_the_same_frame_names_stay_apart(tmp_path: Path) -> None:
    rows = "labeled-data,{0},img10.png,{1},2,3,4\nlabeled-data,{0},img9.png,5,6,,\n"
    for number, video in enumerate(("b", "a")):
        folder = tmp_path / "labeled-data" / video
        write_video(folder, SPLIT_HEADER + rows.format(video, number), "img10.png", "img9.png")
    frames = load_labeled_frames(str(tmp_path))
    assert frames.frame_numbers.tolist() == [0, 1, 2, 3]
    # a before b, 9 before 10 though not as text: the first x of each frame, and its gray
    assert frames.keypoints_xy[:, 0, 0].tolist() == [5, 1, 5, 0]
    assert [image[0, 0, 0] for image in frames.images] == [10, 0, 10, 0]
    assert np.isnan(frames.keypoints_xy[0, 1]).all()


def test_images_are_taken_from_beside_the_labels(tmp_path: Path) -> None:
    folder = write_video(
        tmp_path / "moved", HEADER + "C:\\old\\place\\img3.png,1,2,3,4\n", "img3.png"
    )
    frames = load_labeled_frames(folder)
    assert (len(frames), frames.frame_numbers.tolist()) == (1, [3])
    assert frames.images[0].shape == (6, 9, 3)  # gray became three colors


def test_names_without_numbers_are_numbered_through(tmp_path: Path) -> None:
    folder = write_video(
        tmp_path / "v", HEADER + "left.png,1,2,3,4\nright.png,5,6,7,8\n", "left.png", "right.png"
    )
    assert load_labeled_frames(folder).frame_numbers.tolist() == [0, 1]


def test_of_several_animals_one_is_chosen(tmp_path: Path) -> None:
    folder = write_video(tmp_path / "v", TWO_MICE, "img7.png")
    assert load_labeled_frames(folder, individual="m2").keypoints_xy.tolist() == [[[3, 4]]]
    with pytest.raises(InputError, match="several individuals: choose one of m1, m2"):
        load_labeled_frames(folder)


def test_hdf5_alone_is_read_and_the_csv_beside_it_goes_first(tmp_path: Path) -> None:
    pd, _ = pytest.importorskip("pandas"), pytest.importorskip("tables")
    columns = pd.MultiIndex.from_product(
        [["Me"], ["A", "B"], ["x", "y"]], names=["scorer", "bodyparts", "coords"]
    )
    index = pd.MultiIndex.from_tuples([("labeled-data", "v", "img1.png")])
    folder = write_video(tmp_path / "v", HEADER + "img1.png,1,2,3,4\n", "img1.png")
    pd.DataFrame([[5.0, 6.0, 7.0, 8.0]], index=index, columns=columns).to_hdf(
        folder / "CollectedData_Me.h5", key="df"
    )
    assert load_labeled_frames(folder).keypoints_xy[0, 0].tolist() == [1, 2]
    (folder / "CollectedData_Me.csv").unlink()
    assert load_labeled_frames(folder).keypoints_xy[0, 0].tolist() == [5, 6]


def test_sleaps_analysis_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "predictions.h5"
    with h5py.File(path, "w") as file:
        file["tracks"] = np.arange(12.0).reshape(1, 2, 2, 3)  # track, xy, node, frame
        file["node_names"] = [b"nose", b"tail"]
    labels = read_labels(str(path))
    assert labels.keypoint_names == ("nose", "tail")
    assert labels.keypoints_xy[1].tolist() == [[1, 7], [4, 10]]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        DataError, match=r"empty holds no CollectedData_\*.csv or .h5.*label frames"
    ):
        load_labeled_frames(tmp_path / "empty")
    with pytest.raises(DataError, match="nowhere is no folder"):
        load_labeled_frames(tmp_path / "nowhere")
    folder = write_video(tmp_path / "v", HEADER + "img1.png,1,2,3,4\n")
    with pytest.raises(
        DataError, match=r"img1.png cannot be read as an image .*Check the file"
    ) as caught:
        load_labeled_frames(folder)
    assert "elete" not in str(caught.value)  # hand labels are nobody's to delete
    (folder / "CollectedData_You.csv").write_text(HEADER)
    with pytest.raises(
        DataError, match=r"two labels files, CollectedData_Me\.csv and CollectedData_You\.csv"
    ):
        load_labeled_frames(folder)


def test_videos_with_other_keypoints_are_refused(tmp_path: Path) -> None:
    write_video(tmp_path / "a", HEADER + "img1.png,1,2,3,4\n", "img1.png")
    write_video(tmp_path / "b", HEADER.replace("B,B", "C,C") + "img1.png,1,2,3,4\n", "img1.png")
    with pytest.raises(DataError, match=r"b/CollectedData_Me.csv labels A, C, but .*labels A, B"):
        load_labeled_frames(tmp_path)


def test_only_the_cached_example_is_told_to_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stats220.data import pose

    folder = write_video(tmp_path / "v", HEADER + "img1.png,1,2,3,left\n", "img1.png")
    monkeypatch.setattr(pose, "fetch", lambda dataset: folder)
    with pytest.raises(
        DataError, match=r"CollectedData_Me.csv:4: .*Or delete .* fetch a fresh copy"
    ):
        load_mouse_reaching()


def test_an_image_is_read_as_three_colors(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 3), (1, 2, 3, 255)).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png").tolist() == [[[1, 2, 3]] * 4] * 3
    (tmp_path / "b.png").write_text("no image")
    with pytest.raises(DataError, match=r"b\.png cannot be read as an image"):
        read_image(tmp_path / "b.png")
