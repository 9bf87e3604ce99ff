"""What was: its pages, what is new to somebody, and the evidence that nothing in it was changed."""
