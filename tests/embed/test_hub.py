"""Loading without the hub: cached models load, others fail fast, once, and say what to do."""

import json
import logging
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from embed import load_encoder
from embed.hub import load_from_cache_or_hub
from shopwindow.values.errors import EncoderUnavailableError

LIMIT_S = 5.0
NAMES = [
    "open_clip:ViT-B-32/laion2b_s34b_b79k",
    "open_clip:ViT-B-32-quickgelu/openai",
    "open_clip:RN50/cc12m",
    "hf-hub:Marqo/marqo-fashionSigLIP",
    "transformers:google/siglip2-base-patch16-224",
]


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """URL of a hub that accepts connections and never responds."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def put_into_cache(cache: Path, repo_id: str, files: Path) -> None:
    """Lay out files as the hub's client caches a repository."""
    folder = cache / f"models--{repo_id.replace('/', '--')}"
    commit = "0123456789abcdef0123456789abcdef01234567"
    shutil.copytree(files, folder / "snapshots" / commit)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(commit)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("hub_cache")
def test_unreachable_hub_raises_one_error_fast(
    name: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Sockets are blocked here, as everywhere in these tests."""
    started = time.monotonic()
    with pytest.raises(EncoderUnavailableError, match="use `compact`, which needs no download"):
        load_encoder(name)
    assert time.monotonic() - started < LIMIT_S
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


@pytest.mark.enable_socket
@pytest.mark.usefixtures("hub_cache")
def test_silent_hub_times_out_fast(silent_hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", silent_hub)
    started = time.monotonic()
    with pytest.raises(EncoderUnavailableError, match=f"{silent_hub} does not answer: "):
        load_encoder("hf-hub:Marqo/marqo-fashionSigLIP")
    assert time.monotonic() - started < LIMIT_S


@pytest.mark.usefixtures("hub_cache")
def test_offline_mode_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailableError, match="HF_HUB_OFFLINE is set"):
        load_encoder("hf-hub:Marqo/marqo-fashionSigLIP")


def test_fresh_process_fails_fast_and_prints_nothing(tmp_path: Path) -> None:
    code = """
import sys, time, torch
started = time.monotonic()
from shopwindow.values.errors import EncoderUnavailableError
from embed import load_encoder
try:
    load_encoder(sys.argv[1])
except EncoderUnavailableError as error:
    print(time.monotonic() - started)
"""
    environment = {
        "HF_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "HF_ENDPOINT": "http://127.0.0.1:9",
    }
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, NAMES[0]],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "PYTHONPATH": "."},
    )
    assert run.stderr == ""
    assert float(run.stdout) < LIMIT_S


# --- what is in the cache


@pytest.mark.parametrize(
    ("family", "prefix"), [("open_clip", "hf-hub:"), ("clip", "transformers:")]
)
def test_cached_model_loads_without_the_hub(
    family: str,
    prefix: str,
    model_names: Callable[[str], str],
    hub_cache: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = model_names(family).partition(":")[2]
    put_into_cache(hub_cache, "shop/tiny", Path(folder))
    capfd.readouterr()  # discards what writing the model printed
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoder = load_encoder(f"{prefix}shop/tiny")
    assert encoder.spec.version == load_encoder(model_names(family)).spec.version
    assert encoder.encode_texts(["red"]).shape == (1, encoder.dim)
    assert capfd.readouterr() == ("", "")
    assert constants.HF_HUB_OFFLINE is False


@pytest.mark.parametrize(
    ("family", "prefix", "missing"),
    [
        ("open_clip", "hf-hub:", "open_clip_model.safetensors"),
        ("clip", "transformers:", "model.safetensors"),
        ("clip", "transformers:", "tokenizer.json"),
        ("clip", "transformers:", "preprocessor_config.json"),
    ],
)
def test_incomplete_model_in_the_cache_is_not_enough(
    family: str, prefix: str, missing: str, model_names: Callable[[str], str], hub_cache: Path
) -> None:
    put_into_cache(hub_cache, "shop/tiny", Path(model_names(family).partition(":")[2]))
    for path in hub_cache.rglob(missing):
        path.unlink()
    started = time.monotonic()
    with pytest.raises(EncoderUnavailableError, match=r"is not on this machine.*does not answer"):
        load_encoder(f"{prefix}shop/tiny")
    assert time.monotonic() - started < LIMIT_S


def test_open_clip_loads_its_tokenizer_from_the_cache(
    model_names: Callable[[str], str], hub_cache: Path, tmp_path: Path
) -> None:
    """A model whose tokenizer is another repository, which is not there."""
    files = tmp_path / "files"
    shutil.copytree(model_names("open_clip").partition(":")[2], files)
    config = json.loads((files / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "shop/words"
    (files / "open_clip_config.json").write_text(json.dumps(config))
    put_into_cache(hub_cache, "shop/tiny", files)
    with pytest.raises(EncoderUnavailableError, match="does not answer"):
        load_encoder("hf-hub:shop/tiny")
    put_into_cache(hub_cache, "shop/words", Path(model_names("clip").partition(":")[2]))
    assert load_encoder("hf-hub:shop/tiny").encode_texts(["red"]).shape[0] == 1


# --- the order of cache and hub


def test_hub_is_probed_only_after_a_cache_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    probed_urls: list[str] = []

    def probe(url: str) -> str:
        probed_urls.append(url)
        return ""

    monkeypatch.setattr("embed.hub._describe_unreachable", probe)
    was_offline: list[bool] = []

    def load() -> str:
        was_offline.append(constants.HF_HUB_OFFLINE)
        if constants.HF_HUB_OFFLINE:
            raise FileNotFoundError("weights")
        return "loaded"

    assert load_from_cache_or_hub("hf-hub:shop/tiny", load) == "loaded"
    assert (was_offline, probed_urls) == ([True, False], [constants.ENDPOINT])
    assert load_from_cache_or_hub("hf-hub:shop/tiny", lambda: "cached") == "cached"
    assert probed_urls == [constants.ENDPOINT]


def test_failure_with_a_reachable_hub_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.hub._describe_unreachable", lambda url: "")

    def load() -> str:
        raise OSError("shop/tiny is gated.\nLog in first.")

    with pytest.raises(EncoderUnavailableError, match="cannot be loaded: shop/tiny is gated"):
        load_from_cache_or_hub("transformers:shop/tiny", load)


def test_earlier_failure_is_reported_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.hub._describe_unreachable", lambda url: "no route")

    def load() -> str:
        raise ValueError("the weights are broken")

    with pytest.raises(EncoderUnavailableError, match=r"\(the weights are broken\).*no route"):
        load_from_cache_or_hub("hf-hub:shop/tiny", load)


def test_root_logger_gets_nothing_and_is_restored(
    model_names: Callable[[str], str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.filters[:], root.level)
    config = Path(model_names("open_clip").partition(":")[2]) / "open_clip_config.json"
    shutil.copy(config, tmp_path)
    with pytest.raises(EncoderUnavailableError, match="could not be loaded"):
        load_encoder(f"local-dir:{tmp_path}")
    assert (root.handlers, root.filters, root.level) == before
    assert caplog.records == []
