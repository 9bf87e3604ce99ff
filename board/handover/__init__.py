"""The shift, and how it is handed on."""
