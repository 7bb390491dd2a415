"""The photos of a row: the main one, further ones, thumbnails, and frames of clips."""

from collections.abc import Sequence
from pathlib import Path

from index.catalog import FeedRow, read_products
from index.catalog.row_photos import ReadClip
from shopwindow.values.errors import PhotoUnreadableError

X = "https://x.org/"


def read_row(folder: Path, header: str, row: str, read_clip: ReadClip | None = None) -> FeedRow:
    path = folder / "a.csv"
    path.write_text(f"id,title,{header}\n1,Mug,{row}\n", encoding="utf-8")
    (found,) = read_products(path, read_clip=read_clip).iter_rows()
    return found


def list_photos(row: FeedRow) -> tuple[str, ...]:
    assert row.product is not None
    return tuple(photo.removeprefix(X) for photo in row.product.photos)


def read_frames(clip: str) -> Sequence[str]:
    if "broken" in clip:
        raise PhotoUnreadableError(clip, "not a video")
    return [f"{clip}-0.jpg", f"{clip}-1.jpg"]


def test_all_columns_give_photos_each_once(tmp_path: Path) -> None:
    row = read_row(
        tmp_path,
        "additional_image_link,image_link,thumbnail",
        f'"{X}2.jpg,{X}1.jpg,{X}3.jpg",{X}1.jpg,{X}small.jpg',
    )
    assert list_photos(row) == ("1.jpg", "2.jpg", "3.jpg")
    assert row.warnings == ()


def test_a_thumbnail_counts_where_there_is_no_other(tmp_path: Path) -> None:
    assert list_photos(read_row(tmp_path, "image,thumbnail", f",{X}s.jpg")) == ("s.jpg",)


def test_unusable_photos_cost_themselves(tmp_path: Path) -> None:
    row = read_row(tmp_path, "image", f'"ftp://x.org/1.jpg,{X}2.jpg"')
    assert list_photos(row) == ("2.jpg",)
    assert [(w.field, w.column) for w in row.warnings] == [("images", "image")]
    none = read_row(tmp_path, "image", '"ftp://x.org/1.jpg,ftp://x.org/2.jpg"')
    assert list_photos(none) == ()
    assert [(w.field, w.column) for w in none.warnings] == [("image", "image")]


def test_more_than_twenty_further_photos_are_cut(tmp_path: Path) -> None:
    for n_photos, n_warnings in ((21, 0), (22, 1)):
        cell = ",".join(f"{X}{number}.jpg" for number in range(n_photos))
        row = read_row(tmp_path, "image", f'"{cell}"')
        assert len(list_photos(row)) == 21
        assert len(row.warnings) == n_warnings


def test_frames_of_a_clip_follow_the_photos(tmp_path: Path) -> None:
    for header, cells in (
        ("image,video_link", f"{X}1.jpg,{X}a.mp4"),
        ("image,video_link", f'{X}1.jpg,"{X}a.mp4,{X}b.webm"'),
        ("image", f'"{X}a.mp4,{X}1.jpg"'),
        ("image,رابط الفيديو", f"{X}1.jpg,{X}a.mp4"),
    ):
        row = read_row(tmp_path, header, cells, read_frames)
        assert list_photos(row) == ("1.jpg", "a.mp4-0.jpg", "a.mp4-1.jpg")
        assert row.warnings == ()


def test_a_product_with_a_clip_alone_has_its_first_frame_as_photo(tmp_path: Path) -> None:
    row = read_row(tmp_path, "video", f"{X}a.mov", read_frames)
    assert row.product is not None
    assert row.product.image == f"{X}a.mov-0.jpg"


def test_clips_that_cannot_be_used_cost_themselves(tmp_path: Path) -> None:
    for cells, reader, reason in (
        (f"{X}1.jpg,{X}broken.mp4", read_frames, "not a video (video"),
        (f"{X}1.jpg,{X}a.mp4", None, "shopwindow index"),
        (f"{X}1.jpg,https://youtu.be/abc", read_frames, "an address or a path of a video file"),
    ):
        row = read_row(tmp_path, "image,video_url", cells, reader)
        assert list_photos(row) == ("1.jpg",)
        (warning,) = row.warnings
        assert (warning.field, warning.column) == ("images", "video_url")
        assert reason in warning.reason
