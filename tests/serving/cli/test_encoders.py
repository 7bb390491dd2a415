"""`shopwindow encoders`: the list, and the check of one."""

import re

import pytest

from shopwindow.serving.cli import ExitCode
from tests.embed.conftest import write_open_clip
from tests.serving.cli.conftest import CliRunner


def test_encoders_are_listed_and_the_one_in_force_is_marked(cli: CliRunner) -> None:
    lines = cli("encoders").out.splitlines()
    assert [line.split()[3] for line in lines if line.startswith("│ *")] == ["fake"]
    assert any("open_clip:ViT-B-32/laion2b_s34b_b79k" in line for line in lines)


def test_a_verified_encoder_comes_with_how_to_index_with_it(cli: CliRunner) -> None:
    verified = cli("encoders", "verify", "compact")
    assert verified.code == ExitCode.OK, verified.err
    assert "1024 dimensions, float32, unit length" in verified.out
    assert "a photo of a shoe" in verified.out
    assert "index anew: shopwindow --encoder compact --index NEW index FEED" in verified.err
    default = cli("--encoder", "compact", "encoders", "verify")  # the one of the settings
    assert default.code == ExitCode.OK
    # The kernels that this machine took may differ in the last digit.
    shown, again = (
        [float(number) for number in re.findall(r"-?\d\.\d{3}", outcome.out)]
        for outcome in (verified, default)
    )
    assert shown == pytest.approx(again, abs=0.0011)
    assert len(shown) == 4


def test_random_weights_fail_the_check_in_one_line(cli: CliRunner) -> None:
    failed = cli("encoders", "verify", write_open_clip(cli.folder / "random"))
    assert (failed.code, failed.out) == (ExitCode.FAILED, "")
    loading, error = failed.err.splitlines()
    assert loading.startswith("loading local-dir:")
    assert "the vectors do not understand words: " in error
    assert "Traceback" not in failed.err


def test_unknown_encoders_and_subcommands_are_refused(cli: CliRunner) -> None:
    unknown = cli("encoders", "verify", "no-such")
    assert unknown.code == ExitCode.USAGE
    assert "no encoder is called 'no-such'" in unknown.err
    assert cli("encoders", "chek").code == ExitCode.USAGE
