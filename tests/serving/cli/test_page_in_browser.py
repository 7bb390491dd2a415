"""The page that the real command serves, in Chromium: a visitor types in English and in Arabic."""

import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.serving.cli.conftest import finish, start

DRIVER = shutil.which("chromedriver")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
CARD = "#sw-main [data-id]"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]),
    pytest.mark.skipif(
        BROWSER is None or DRIVER is None,
        reason="Chromium or its driver is missing (Debian: apt-get install chromium-driver)",
    ),
    pytest.mark.skipif(
        find_spec("selenium") is None, reason="selenium is missing (pip install '.[dev]')"
    ),
]


@pytest.fixture(scope="module")
def address(indexed: Path) -> Iterator[str]:
    # Warnings of gradio are not ours.
    process = start(indexed, "serve", "--port", "0", PYTHONWARNINGS="ignore")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Shopwindow is at http://127.0.0.1:"), line
    yield line.split()[3]
    process.send_signal(signal.SIGINT)
    finish(process)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium import webdriver  # noqa: PLC0415 -- missing where these tests are skipped

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    started = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    started.set_window_size(1200, 900)
    yield started
    started.quit()


def wait_for(browser: Any, script: str) -> Any:
    """Return what the script returns as soon as it is true; it has 30 seconds."""
    from selenium.webdriver.support.ui import WebDriverWait  # noqa: PLC0415

    return WebDriverWait(browser, 30).until(lambda page: page.execute_script(f"return {script}"))


def search(browser: Any, address: str, text: str) -> Any:
    """Open the page, type a query and press Enter; return the results' element."""
    browser.get(address)
    wait_for(browser, f"document.querySelector('{CARD}')")
    first = browser.execute_script("return document.querySelector('#sw-main').innerText")
    box = browser.find_element("css selector", "#sw-query textarea, #sw-query input")
    box.send_keys(text, "\ue007")
    wait_for(browser, f"document.querySelector('#sw-main h2').innerText.includes({text!r})")
    assert browser.execute_script("return document.querySelector('#sw-main').innerText") != first
    return wait_for(browser, "document.querySelector('#sw-main [dir]')")


@pytest.mark.parametrize(
    ("text", "title", "direction", "button"),
    [("red dress", "Red dress", "ltr", "Search"), ("فستان أحمر", "فستان أحمر", "rtl", "بحث")],
)
def test_words_show_hits_in_their_language_and_direction(
    browser: Any, address: str, text: str, title: str, direction: str, button: str
) -> None:
    results = search(browser, address, text)
    assert (results.get_attribute("dir"), results.value_of_css_property("direction")) == (
        direction, direction
    )  # fmt: skip
    cards = browser.find_elements("css selector", CARD + " h3")
    assert title in cards[0].text
    assert browser.find_element("css selector", "#sw-search-button").text == button
    left = [card.location["x"] for card in cards[:2]]
    assert (left[0] < left[1]) == (direction == "ltr"), "the first card is where reading begins"


def test_nothing_fails_in_the_browser(browser: Any, address: str) -> None:
    search(browser, address, "blue mug")
    wait_for(browser, f"[...document.querySelectorAll('{CARD} img')].every(i => i.complete)")
    widths = browser.execute_script(
        f"return [...document.querySelectorAll('{CARD} img')].map(i => i.naturalWidth)"
    )
    assert widths
    assert all(widths), "a photo did not load"
    faults = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert faults == []
