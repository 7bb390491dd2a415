"""docs/settings.md is rendered from the settings, and is up to date."""

from shopwindow.serving.cli.settings_page import iter_settings, render_settings_page
from shopwindow.values.settings import Settings
from tests.serving.cli.conftest import ROOT


def test_the_page_is_what_the_settings_say() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    hint = "run `python -m shopwindow.serving.cli.settings_page > docs/settings.md`"
    assert page == render_settings_page(), hint


def test_every_setting_is_on_the_page_with_its_meaning() -> None:
    page = render_settings_page()
    for group, values in Settings().model_dump().items():
        for field in values:
            assert f"| `SHOPWINDOW_{group.upper()}__{field.upper()}` |" in page
    assert [row.name for row in iter_settings() if not row.description] == []


def test_bounds_and_choices_are_named() -> None:
    values = {row.name: row.values for row in iter_settings()}
    assert values["SHOPWINDOW_SERVER__PORT"] == "whole number from 0 to 65,535"
    assert values["SHOPWINDOW_SEARCH__FUSION"] == "`theoretical_min_max`, `min_max`, `dbsf`, `rrf`"
    assert values["SHOPWINDOW_PHOTO__FETCH_TIMEOUT_S"] == "number over 0"
    assert values["SHOPWINDOW_PHOTO__ALLOW_PRIVATE_ADDRESSES"] == "true or false"
    assert values["SHOPWINDOW_INDEX__API_KEY"] == "text"
