"""`shopwindow info`: the settings in force and the facts about the index."""

import re

import pytest

from tests.serving.cli.conftest import CliRunner


def test_info_shows_settings_without_secrets_and_the_index(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "s3cret")
    output = indexed_cli("info").out
    assert "s3cret" not in output
    assert re.search(r"│ \* │ SHOPWINDOW_INDEX__API_KEY +│ \*{8} +│", output)
    assert re.search(r"│   │ SHOPWINDOW_SERVER__PORT +│ 7860 +│", output)
    for value in ("products", "│ 12", "encoder.name", str(indexed_cli.folder / "var" / "index")):
        assert value in output
