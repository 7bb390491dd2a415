"""The README says what is true: its code runs, its numbers are those of the results."""

import re
import subprocess
import sys
from pathlib import Path

from benchmarks.readme import MEASURED, README, TEN, rewritten, short_table, whole_table

ROOT = README.parent


def test_the_python_block_runs(tmp_path: Path) -> None:
    block = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    (tmp_path / "example.py").write_text(block.group(1), encoding="utf-8")
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "example.py"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"1\d\d added, 0 rejected", lines[0])
    assert len(lines) == 4
    assert "dress" in lines[1].lower()


def test_the_numbers_are_those_of_the_results() -> None:
    for path, table in ((README, short_table()), (MEASURED, whole_table())):
        text = path.read_text(encoding="utf-8")
        assert rewritten(text, table) == text, "run `python -m benchmarks.readme`"
    assert len(short_table().splitlines()) == 2 + len(TEN)
    assert len(TEN) == 10


def test_it_stays_short_and_its_links_lead_somewhere() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 200
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
