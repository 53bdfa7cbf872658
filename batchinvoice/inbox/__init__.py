"""The drop folder: sheets that are put into it are run, and put away with their reports beside them."""
