"""The Hesabe API: one encrypted call at a time, and what its answer means."""
