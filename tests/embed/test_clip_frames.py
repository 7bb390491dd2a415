"""A clip gives the frames that represent it: spread, neither blank nor alike, within limits."""

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from embed import ClipFrameFolder, ClipLimits, PhotoReader, read_clip_frames
from embed.photos.clip_decoding import _to_image, choose_frames, decode_clip
from embed.photos.decode_values import DecodeError
from embed.photos.file_formats import detect_clip_format
from shopwindow.values.errors import InvalidValueError, PhotoTooLargeError, PhotoUnreadableError

COLORS = ((200, 40, 40), (40, 180, 60), (50, 60, 200), (220, 200, 40))
SIZE = (160, 96)
HEADER = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + bytes(300)


def draw(number: int, color: tuple[int, int, int]) -> Image.Image:
    """Return a picture with a stripe at a place of its own."""
    image = Image.new("RGB", SIZE, color)
    image.paste((255, 255, 255), (20 + 30 * number, 0, 36 + 30 * number, SIZE[1]))
    return image


SCENES = tuple(draw(number, color) for number, color in enumerate(COLORS))


def make_clip(
    scenes: Sequence[Image.Image],
    container: str = "mp4",
    codec: str = "libx264",
    frames_per_scene: int = 10,
) -> bytes:
    """Return a clip that shows each picture for a second."""
    import av  # noqa: PLC0415 -- it may be missing

    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as output:
        stream = output.add_stream(codec, rate=10)
        stream.width, stream.height = scenes[0].size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 10)
        for scene in scenes:
            for _ in range(frames_per_scene):
                output.mux(stream.encode(av.VideoFrame.from_image(scene)))
        output.mux(stream.encode())
    return buffer.getvalue()


def name_scene(frame: Image.Image) -> int:
    """Return the number of the scene that a frame shows."""
    pixels = np.asarray(frame.resize(SIZE), dtype=int)
    return int(np.argmin([np.abs(pixels - np.asarray(scene)).mean() for scene in SCENES]))


@pytest.mark.video
@pytest.mark.skipif(find_spec("av") is None, reason="needs PyAV")
class TestWithTheExtra:
    @pytest.mark.parametrize(
        ("container", "codec"),
        [("mp4", "libx264"), ("mov", "mpeg4"), ("webm", "libvpx"), ("matroska", "libx264")],
    )
    def test_each_scene_gives_a_frame(self, container: str, codec: str, tmp_path: Path) -> None:
        data = make_clip(SCENES, container, codec)
        frames = read_clip_frames(data)
        assert [name_scene(frame) for frame in frames] == [0, 1, 2, 3]
        assert {(frame.mode, frame.size) for frame in frames} == {("RGB", SIZE)}
        (tmp_path / "clip").write_bytes(data)
        again = read_clip_frames(tmp_path / "clip")
        assert [frame.tobytes() for frame in again] == [frame.tobytes() for frame in frames]

    def test_frames_are_written_once_for_each_state_of_a_clip(self, tmp_path: Path) -> None:
        clip, folder = tmp_path / "clip.mp4", tmp_path / "frames"
        clip.write_bytes(make_clip(SCENES))
        write_frames = ClipFrameFolder(folder)
        paths = write_frames(str(clip))
        assert [name_scene(Image.open(path)) for path in paths] == [0, 1, 2, 3]
        times = {path: Path(path).stat().st_mtime_ns for path in paths}
        assert write_frames(str(clip)) == paths
        assert {path: Path(path).stat().st_mtime_ns for path in paths} == times
        Path(paths[2]).unlink()
        assert write_frames(str(clip)) == paths
        assert Path(paths[2]).exists()
        clip.write_bytes(make_clip(SCENES[2:]))
        changed = write_frames(str(clip))
        assert [name_scene(Image.open(path)) for path in changed] == [2, 3]
        assert not list(folder.glob("*.part"))

    def test_fewer_frames_and_smaller_ones(self) -> None:
        data = make_clip(SCENES)
        frames = read_clip_frames(data, 2, size=80)
        assert len(frames) == 2
        assert {frame.size for frame in frames} == {(80, 48)}

    def test_equal_and_blank_frames_are_left_out(self) -> None:
        black = Image.new("RGB", SIZE, (0, 0, 0))
        frames = read_clip_frames(make_clip([black, SCENES[0], SCENES[0], SCENES[2], black]))
        assert [name_scene(frame) for frame in frames] == [0, 2]
        assert len(read_clip_frames(make_clip([black, black]))) == 1

    def test_a_clip_of_one_frame(self) -> None:
        (frame,) = read_clip_frames(make_clip(SCENES[:1], frames_per_scene=1))
        assert name_scene(frame) == 0

    def test_the_clip_may_end_early(self) -> None:
        data = make_clip(SCENES, "webm", "libvpx")
        frames = read_clip_frames(data[: round(0.6 * len(data))])
        assert 1 <= len(frames) <= 3
        assert name_scene(frames[0]) == 0

    def test_limits_are_errors(self) -> None:
        data = make_clip(SCENES)
        with pytest.raises(PhotoTooLargeError, match="a video of 4 s, at most 2 s are allowed"):
            read_clip_frames(data, limits=ClipLimits(max_duration_s=2))
        with pytest.raises(PhotoTooLargeError, match="160 x 96 pixels, at most 9,000 in all"):
            read_clip_frames(data, limits=ClipLimits(max_pixels=9_000))
        with pytest.raises(PhotoTooLargeError, match="bytes, at most 100 are allowed"):
            read_clip_frames(data, limits=ClipLimits(max_bytes=100))

    def test_little_time_gives_what_was_found(self) -> None:
        frames = decode_clip(make_clip(SCENES), 4, 160, 10**6, 60, cpu_s=0.0)
        assert [name_scene(frame) for frame in frames] == [0]

    def test_other_files_and_damage_are_errors(self) -> None:
        data = make_clip(SCENES)
        playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
        for broken in (playlist, b"ffconcat version 1.0\nfile /etc/passwd\n", b"", HEADER):
            with pytest.raises(PhotoUnreadableError, match=r"not an mp4|empty|broken video"):
                read_clip_frames(broken)
        with pytest.raises(PhotoUnreadableError, match=r"broken video|without a frame|stream"):
            read_clip_frames(data[: len(data) // 3])

    def test_random_damage_raises_only_photo_errors(self) -> None:
        rng = np.random.default_rng(3)
        original = make_clip(SCENES[:2], "webm", "libvpx", 3)
        for _ in range(20):
            data = bytearray(original)
            for position in rng.integers(0, len(data), size=10):
                data[position] = rng.integers(0, 256)
            with suppress(PhotoUnreadableError, PhotoTooLargeError):
                assert read_clip_frames(bytes(data))


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.photos.clip_decoding._VIDEO_LIBRARY", "no_such_library")
    with pytest.raises(DecodeError, match=r"pip install 'shopwindow\[video\]'"):
        decode_clip(HEADER, 4, 160, 10**6, 60, 10)


def test_a_clip_is_no_photo(reader: PhotoReader) -> None:
    assert detect_clip_format(HEADER) == "mov"
    assert detect_clip_format(HEADER.replace(b"isom", b"heic", 1)) is None
    with pytest.raises(PhotoUnreadableError, match="a video, not a photo"):
        reader.read_image(HEADER)


@dataclass
class TurnedFrame:
    """A frame as phones write it: lying, with a note how to turn it."""

    rotation: int
    width: int = SIZE[0]
    height: int = SIZE[1]

    def to_image(self, width: int, height: int) -> Image.Image:
        return SCENES[0].resize((width, height))


@pytest.mark.parametrize(("rotation", "turn"), [(90, "ROTATE_90"), (-90, "ROTATE_270")])
def test_frames_stand_upright(rotation: int, turn: str) -> None:
    image = _to_image(TurnedFrame(rotation), 1000)
    expected = SCENES[0].transpose(Image.Transpose[turn])
    assert image.size == expected.size == SIZE[::-1]
    assert np.array_equal(np.asarray(image), np.asarray(expected))
    assert _to_image(TurnedFrame(0), 80).size == (80, 48)


def test_frames_are_chosen_by_their_difference() -> None:
    grey = Image.new("RGB", SIZE, (90, 90, 90))
    assert choose_frames([grey, SCENES[1], SCENES[1], SCENES[3]], 4) == [SCENES[1], SCENES[3]]
    assert choose_frames([grey, grey], 4) == [grey]


@pytest.mark.parametrize(("n_frames", "size"), [(0, 80), (33, 80), (4, 0), (4, 100_000)])
def test_numbers_out_of_range_are_refused(n_frames: int, size: int) -> None:
    with pytest.raises(InvalidValueError, match="expected"):
        read_clip_frames(HEADER, n_frames, size=size)
