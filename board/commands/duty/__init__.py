"""Commands on duties: who is on duty until when, and who is planned to be."""
