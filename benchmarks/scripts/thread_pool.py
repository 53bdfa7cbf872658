"""The script that everybody writes, with a thread pool: python thread_pool.py SHEET ADDRESS REPORT CONNECTIONS."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from one_by_one import run

if __name__ == "__main__":
    connections = int(sys.argv[4])
    with ThreadPoolExecutor(connections) as pool:
        run(*sys.argv[1:4], connections=connections, each=pool.map)
