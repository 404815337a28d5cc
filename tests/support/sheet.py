"""What another program sees in a table: openpyxl in a workbook, Python's csv in a CSV file.

sheet.py read FILE        every row as a JSON list, a line each; a formula raises
sheet.py write FILE       makes a workbook of the JSON lists on stdin; {"date": …} is a date
"""
import csv
import datetime
import json
import sys

import openpyxl
from openpyxl.utils.escape import unescape


def cell_of(cell):
    if cell.data_type == "f":
        raise SystemExit(f"{cell.coordinate} is a formula: {cell.value}")
    if isinstance(cell.value, datetime.datetime):
        return cell.value.isoformat()
    if isinstance(cell.value, str):
        return unescape(cell.value)
    return cell.value


def rows_of(path):
    if path.endswith(".csv"):
        with open(path, newline="", encoding="utf-8-sig") as file:
            yield from csv.reader(file, strict=True)
        return
    book = openpyxl.load_workbook(path)
    assert book.active.freeze_panes == "A2", book.active.freeze_panes
    for row in book.active.iter_rows():
        yield [cell_of(cell) for cell in row]


def write(path):
    book = openpyxl.Workbook()
    for line in sys.stdin:
        cells = [datetime.datetime.fromisoformat(cell["date"]) if isinstance(cell, dict) else cell
                 for cell in json.loads(line)]
        book.active.append(cells)
    book.save(path)


if sys.argv[1] == "read":
    for row in rows_of(sys.argv[2]):
        print(json.dumps(row))
else:
    write(sys.argv[2])
