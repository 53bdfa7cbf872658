"""The log: what the program did, line by line, with nobody's name, phone or secret in it."""
