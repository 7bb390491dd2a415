"""`shopwindow encoders`: listed, and verified."""

from shopwindow.serving.cli import ExitCode
from tests.embed.conftest import write_open_clip
from tests.serving.cli.conftest import Here


def test_encoders_are_listed_and_the_chosen_one_marked(here: Here) -> None:
    lines = here("encoders").out.splitlines()
    assert [line.split()[3] for line in lines if line.startswith("│ *")] == ["fake"]
    assert any("open_clip:ViT-B-32/laion2b_s34b_b79k" in line for line in lines)


def test_a_sound_encoder_is_told_how_to_index_with(here: Here) -> None:
    verified = here("encoders", "verify", "compact")
    assert verified.code == ExitCode.OK, verified.err
    assert "1024 numbers, float32, length 1" in verified.out
    assert "a photo of a shoe" in verified.out
    assert "index anew: shopwindow --encoder compact --index NEW index FEED" in verified.err
    named = here("--encoder", "compact", "encoders", "verify")  # the one of the settings
    assert (named.code, named.out.splitlines()[-2:]) == (0, verified.out.splitlines()[-2:])


def test_random_weights_fail_in_one_line(here: Here) -> None:
    failed = here("encoders", "verify", write_open_clip(here.folder / "random"))
    assert (failed.code, failed.out) == (ExitCode.FAILED, "")
    loading, error = failed.err.splitlines()
    assert loading.startswith("loading local-dir:")
    assert "the vectors do not understand words: " in error
    assert "Traceback" not in failed.err


def test_what_is_no_encoder_is_refused(here: Here) -> None:
    unknown = here("encoders", "verify", "no-such")
    assert unknown.code == ExitCode.USAGE
    assert "no encoder is called 'no-such'" in unknown.err
    assert here("encoders", "chek").code == ExitCode.USAGE
