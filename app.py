"""Opens the search page: `python app.py`. With arguments it is the command line (`python -m app`).

Nothing happens on import. The installed program is `shopwindow`, see `shopwindow.serving.cli`.
"""

import sys

from shopwindow.serving.cli import main

if __name__ == "__main__":
    # Run as a script there is no __spec__; Gradio users expect `python app.py` to open the page.
    opens_page = __spec__ is None and len(sys.argv) == 1
    sys.exit(main(["serve"] if opens_page else None))
