"""The photos of the query and their crop dialogs; uploads."""

import base64
import io
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from benchmarks.bombs import make_png
from embed import PhotoReader
from search import SearchService
from shopwindow.serving.web.actions import PageController
from shopwindow.serving.web.page import build_page
from shopwindow.serving.web.query_images import QueryImageRenderer
from shopwindow.serving.web.view_model import View
from shopwindow.values.query import QueryImage
from shopwindow.values.settings import Settings


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    image = Image.new("RGB", (900, 300), (30, 30, 200))
    image.paste((200, 30, 30), (0, 0, 450, 300))
    image.save(tmp_path / "both.png")
    return tmp_path / "both.png"


def test_every_photo_has_a_tile_with_a_crop_frame(photo: Path) -> None:
    view = View(photos=(QueryImage(photo), QueryImage(photo, (0, 0, 0.5, 1))))
    html = QueryImageRenderer(PhotoReader()).render_tiles(view)
    assert html.count('data-act="remove_photo"') == html.count("<dialog") == 2
    assert 'data-crop="0.1500 0.1500 0.8500 0.8500"' in html
    assert 'data-crop="0.0000 0.0000 0.5000 1.0000"' in html
    assert 'data-crop-photo="1"' in html
    assert html.count("✂") == 1
    assert str(photo) not in html


def test_a_tile_shows_the_crop(photo: Path) -> None:
    renderer = QueryImageRenderer(PhotoReader())
    whole, cropped = (
        renderer.render_tiles(View(photos=(QueryImage(photo, crop),))).split("<dialog")[0]
        for crop in (None, (0.0, 0.0, 0.5, 1.0))
    )
    assert "data:image/jpeg" in whole
    assert whole.split('src="')[1].split('"')[0] != cropped.split('src="')[1].split('"')[0]


def test_the_crop_dialog_keeps_the_aspect_ratio(photo: Path) -> None:
    html = QueryImageRenderer(PhotoReader()).render_tiles(View(photos=(QueryImage(photo),)))
    drawn = html.split("<dialog")[1].split("base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(drawn))) as image:
        assert image.size == (560, 187)


def test_a_decompression_bomb_shows_a_notice_and_an_empty_tile(
    service: SearchService, tmp_path: Path
) -> None:
    (tmp_path / "bomb.png").write_bytes(make_png((60_000, 60_000), body=b"x"))
    view = PageController(service).search("", [str(tmp_path / "bomb.png")], View())
    assert view.notice is not None
    assert "60000 x 60000 pixels, at most 25,000,000" in view.notice.text
    assert str(tmp_path) not in view.notice.text
    tile = QueryImageRenderer(PhotoReader().for_queries()).render_tiles(view)
    assert "sw-unusable" in tile
    assert 'data-act="remove_photo"' in tile  # it can be taken away


def test_uploads_reach_our_own_checks_as_files(service: SearchService) -> None:
    """Gradio's image components would open them in this process, without our limits."""
    blocks = build_page(service, Settings()).blocks.values()
    assert not [
        block for block in blocks if isinstance(block, gr.Image | gr.Gallery | gr.ImageEditor)
    ]
    (photo,) = (block for block in blocks if isinstance(block, gr.File))
    assert photo.type == "filepath"
