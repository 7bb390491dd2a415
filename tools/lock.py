"""Write the newest versions of all packages that work together, as pip's constraints.

`make lock` puts them into constraints.txt. They are found by pip without installing anything. One
file does for all systems and Pythons: a constraint on what is not installed has no effect.
"""

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED = ".[dev,benchmarks]"
OURS = "shopwindow"


def main() -> None:
    """Print the constraints."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        command = [sys.executable, "-m", "pip", "install", *options, WANTED]
        subprocess.run(command, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    facts = {each["metadata"]["name"].lower(): each["metadata"]["version"] for each in found}
    print("# Exact versions that make two installations equal. `make lock` writes this file:")
    print(f"# Python {platform.python_version()}, {platform.system()}, {WANTED}")
    for name in sorted(facts.keys() - {OURS}):
        print(f"{name}=={facts[name]}")


if __name__ == "__main__":
    main()
