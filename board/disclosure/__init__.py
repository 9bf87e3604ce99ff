"""Disclosures: everything that is stored about one person, as JSON and PDF."""
