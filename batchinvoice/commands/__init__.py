"""The commands, a file for each kind of work. Each reads its words, calls the app, and shows what came of it."""
