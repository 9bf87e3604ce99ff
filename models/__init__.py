"""Tables, and in `models.db` the access to the database. Independent of the application: imports neither `board` nor
`realtime`."""
