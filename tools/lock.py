"""Print the newest compatible versions of all dependencies, as pip constraints.

`make lock` writes them to constraints.txt. pip resolves them without installing anything. One file
serves all systems and Python versions: a constraint on what is not installed has no effect.
"""

import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

REQUIREMENT = ".[dev,benchmarks]"
PROJECT_NAME = "shopwindow"


def main() -> None:
    """Print the constraints."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--dry-run", "--ignore-installed", "--quiet", "--report", str(report)]
        command = [sys.executable, "-m", "pip", "install", *options, REQUIREMENT]
        subprocess.run(command, check=True)
        packages = json.loads(report.read_text(encoding="utf-8"))["install"]
    versions = {
        package["metadata"]["name"].lower(): package["metadata"]["version"] for package in packages
    }
    print("# Exact versions that make two installations equal. `make lock` writes this file:")
    print(f"# Python {platform.python_version()}, {platform.system()}, {REQUIREMENT}")
    for name in sorted(versions.keys() - {PROJECT_NAME}):
        print(f"{name}=={versions[name]}")


if __name__ == "__main__":
    main()
