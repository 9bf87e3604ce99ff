"""Finding by words, by place and by likeness; and taking in, which needs all three."""
