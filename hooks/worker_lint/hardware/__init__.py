"""What a machine offers to data-loading workers: measured live, or read from a checked-in profile."""
