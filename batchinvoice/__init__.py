"""A spreadsheet goes in, every row becomes an invoice exactly once, a workbook accounts for every fils."""

__version__ = "0.1.0"
