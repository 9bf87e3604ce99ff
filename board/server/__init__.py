"""Server processes: one or several workers, and their supervisor."""
