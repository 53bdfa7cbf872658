"""A spreadsheet goes in, every row becomes an invoice exactly once, a workbook accounts for every fils."""

import logging

__version__ = "0.1.0"

# Nothing is logged anywhere before somebody says where (logs/setup.py).
logging.getLogger(__name__).addHandler(logging.NullHandler())
