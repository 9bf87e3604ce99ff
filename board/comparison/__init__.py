"""Comparison of what a sighting says with what is known of the child. It decides nothing: a person does."""
