"""A sheet of matches as an Excel workbook, with thumbnails."""

import io
from pathlib import Path

import xlsxwriter

from shopwindow.serving.cli.match_rows import SHEET_COLUMNS, Cell, build_rows
from shopwindow.serving.cli.match_thumbnails import THUMBNAIL_SIDE, IllustratedMatch
from shopwindow.values import is_formula

# Source of the limits: Excel specifications and limits.
_MAX_LINKS = 65_530
_MAX_LINK_CHARS = 2079
_MAX_TEXT_CHARS = 32_767
_PICTURE_WIDTH = 11  # characters, a little over THUMBNAIL_SIDE pixels
_MARGIN = 3  # pixels

_PICTURE_COLUMNS = {0: "picture", 3: "product_picture"}
"""Columns of thumbnails, by their position in the sheet."""

_NUMBER_FORMATS = {"price": {"num_format": "#,##0.00"}, "similarity": {"num_format": "0.000"}}


class WorkbookSheet:
    """One worksheet: frozen header, filter, a thumbnail of the photo and one of the product.

    Pictures lie over their cells and move with them, which every spreadsheet program shows;
    pictures inside cells are newer than many programs in use.

    Args:
        path: The file, written when the sheet is closed.
    """

    def __init__(self, path: Path) -> None:
        # Nothing is turned into formulas, numbers or links unless it is written as one.
        self._book = xlsxwriter.Workbook(str(path))
        self._sheet = self._book.add_worksheet("matches")
        self._row = 0
        self._n_links = 0
        self._columns = _number_columns()
        base = {"valign": "vcenter"}
        self._text = self._book.add_format(base)
        self._quoted = self._book.add_format({**base, "quote_prefix": True})
        self._right_to_left = self._book.add_format({**base, "reading_order": 2, "align": "right"})
        self._numbers = {
            name: self._book.add_format({**base, **number_format})
            for name, number_format in _NUMBER_FORMATS.items()
        }
        self._link = self._book.add_format({**base, "font_color": "blue", "underline": 1})
        self._write_header()

    def add(self, illustrated: IllustratedMatch) -> None:
        """Write the rows of one match."""
        thumbnails = illustrated.product_thumbnails or (b"",) * len(illustrated.match.hits)
        for number, row in enumerate(build_rows(illustrated.match)):
            self._row += 1
            for column, cell in zip(SHEET_COLUMNS, row, strict=True):
                self._write_cell(column.name, cell)
            self._insert_picture("picture", illustrated.photo_thumbnail)
            thumbnail = thumbnails[number] if number < len(thumbnails) else b""
            self._insert_picture("product_picture", thumbnail)

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

    def _write_header(self) -> None:
        bold = self._book.add_format({"bold": True, "bottom": 1})
        widths = {column.name: column.width for column in SHEET_COLUMNS}
        for name, column in self._columns.items():
            self._sheet.set_column(column, column, widths.get(name, _PICTURE_WIDTH))
            self._sheet.write_string(0, column, name.replace("_", " "), bold)
        self._sheet.freeze_panes(1, 0)

    def _write_cell(self, name: str, cell: Cell) -> None:
        column = self._columns[name]
        if cell is None or cell == "":
            return
        if isinstance(cell, int | float):
            self._sheet.write_number(self._row, column, cell, self._numbers.get(name, self._text))
        elif name == "product_image" and self._is_link(cell):
            self._n_links += 1
            self._sheet.write_url(self._row, column, cell, self._link)
        else:
            text_format = self._right_to_left if name == "title_ar" else self._text
            text_format = self._quoted if is_formula(cell) else text_format
            self._sheet.write_string(self._row, column, cell[:_MAX_TEXT_CHARS], text_format)

    def _is_link(self, text: str) -> bool:
        is_url = text.lower().startswith(("http://", "https://"))
        return is_url and len(text) <= _MAX_LINK_CHARS // 3 and self._n_links < _MAX_LINKS

    def _insert_picture(self, name: str, jpeg: bytes) -> None:
        if not jpeg:
            return
        self._sheet.set_row_pixels(self._row, THUMBNAIL_SIDE + 2 * _MARGIN)
        options = {
            "x_offset": _MARGIN,
            "y_offset": _MARGIN,
            "object_position": 1,
            "decorative": True,
        }
        self._sheet.insert_image(self._row, self._columns[name], io.BytesIO(jpeg), options)


def _number_columns() -> dict[str, int]:
    names = [column.name for column in SHEET_COLUMNS]
    for position, name in _PICTURE_COLUMNS.items():
        names.insert(position, name)
    return {name: position for position, name in enumerate(names)}
