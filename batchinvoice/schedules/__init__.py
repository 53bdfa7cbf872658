"""What runs by itself: when it is due, how each system is told of it, and whether it happened."""
