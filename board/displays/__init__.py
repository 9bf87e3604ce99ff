"""Wall displays: pairing, their pages and calls, and whether what they show is current."""
