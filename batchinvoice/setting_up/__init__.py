"""Setting the tool up, and looking after it: what setup asks and stores, and what doctor examines."""
