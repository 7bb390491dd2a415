"""`python -m shopwindow`: the command line."""

import sys

from shopwindow.serving.cli import main

if __name__ == "__main__":
    sys.exit(main())
