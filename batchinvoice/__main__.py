"""`python -m batchinvoice` and the `batchinvoice` command."""

from batchinvoice.cli import main

if __name__ == "__main__":
    main()
