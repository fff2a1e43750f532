"""Tables as CSV that opens safely: what a customer wrote never becomes a formula."""

import csv
import io

from bot.services.reporting.tables import NONE_YET, Table

# What a spreadsheet takes for the beginning of a formula, wide forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(table: Table) -> str:
    """The table with a head line; a cell that would start a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def safe_cell(cell: str) -> str:
    """A cell as text for a spreadsheet; what is not known yet is empty."""
    if cell == NONE_YET:
        return ""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
