"""A sheet of matches as an Excel workbook, with small pictures."""

import io
from pathlib import Path

import xlsxwriter

from shopwindow.serving.cli.match_rows import SHEET_COLUMNS, Cell, build_rows
from shopwindow.serving.cli.match_thumbnails import THUMBNAIL_SIDE, IllustratedMatch
from shopwindow.values.spreadsheet import is_formula

# Source of the limits: Excel specifications and limits.
_MAX_LINKS = 65_530
_MAX_LINK_CHARS = 2079
_MAX_TEXT_CHARS = 32_767
_PICTURE_WIDTH = 11  # characters, a little over SIDE pixels
_MARGIN = 3

_PICTURES = {0: "picture", 3: "product_picture"}
"""Columns of pictures, by their place in the sheet."""

_FORMATS = {"price": {"num_format": "#,##0.00"}, "similarity": {"num_format": "0.000"}}


class WorkbookSheet:
    """One worksheet: header frozen, filter on, a picture of the photo and one of the product.

    Pictures lie over their cells and move with them, which every spreadsheet program shows;
    pictures inside cells are newer than many of those in use.

    Args:
        path: The file, written when the sheet is closed.
    """

    def __init__(self, path: Path) -> None:
        # Nothing is turned into formulas, numbers or links unless it is written as one.
        self._book = xlsxwriter.Workbook(str(path))
        self._sheet = self._book.add_worksheet("matches")
        self._row = 0
        self._n_links = 0
        self._columns = _placed()
        base = {"valign": "vcenter"}
        self._text = self._book.add_format(base)
        self._guarded = self._book.add_format({**base, "quote_prefix": True})
        self._right_to_left = self._book.add_format({**base, "reading_order": 2, "align": "right"})
        self._numbers = {
            name: self._book.add_format({**base, **each}) for name, each in _FORMATS.items()
        }
        self._link = self._book.add_format({**base, "font_color": "blue", "underline": 1})
        self._head()

    def add(self, shown: IllustratedMatch) -> None:
        """Write the rows of one match."""
        products = shown.product_thumbnails or (b"",) * len(shown.match.hits)
        for place, row in enumerate(build_rows(shown.match)):
            self._row += 1
            for column, cell in zip(SHEET_COLUMNS, row, strict=True):
                self._write(column.name, cell)
            self._picture("picture", shown.photo_thumbnail)
            self._picture("product_picture", products[place] if place < len(products) else b"")

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: It cannot be written.
        """
        last = len(self._columns) - 1
        self._sheet.autofilter(0, 0, max(1, self._row), last)
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as exc:
            raise OSError(str(exc)) from exc

    def _head(self) -> None:
        bold = self._book.add_format({"bold": True, "bottom": 1})
        widths = {column.name: column.width for column in SHEET_COLUMNS}
        for name, place in self._columns.items():
            self._sheet.set_column(place, place, widths.get(name, _PICTURE_WIDTH))
            self._sheet.write_string(0, place, name.replace("_", " "), bold)
        self._sheet.freeze_panes(1, 0)

    def _write(self, name: str, cell: Cell) -> None:
        place = self._columns[name]
        if cell is None or cell == "":
            return
        if isinstance(cell, int | float):
            self._sheet.write_number(self._row, place, cell, self._numbers.get(name, self._text))
        elif name == "product_image" and self._is_link(cell):
            self._n_links += 1
            self._sheet.write_url(self._row, place, cell, self._link)
        else:
            form = self._right_to_left if name == "title_ar" else self._text
            form = self._guarded if is_formula(cell) else form
            self._sheet.write_string(self._row, place, cell[:_MAX_TEXT_CHARS], form)

    def _is_link(self, text: str) -> bool:
        is_address = text.lower().startswith(("http://", "https://"))
        return is_address and len(text) <= _MAX_LINK_CHARS // 3 and self._n_links < _MAX_LINKS

    def _picture(self, name: str, jpeg: bytes) -> None:
        if not jpeg:
            return
        self._sheet.set_row_pixels(self._row, THUMBNAIL_SIDE + 2 * _MARGIN)
        place = {"x_offset": _MARGIN, "y_offset": _MARGIN, "object_position": 1, "decorative": True}
        self._sheet.insert_image(self._row, self._columns[name], io.BytesIO(jpeg), place)


def _placed() -> dict[str, int]:
    names = [column.name for column in SHEET_COLUMNS]
    for place, name in _PICTURES.items():
        names.insert(place, name)
    return {name: place for place, name in enumerate(names)}
