"""Photos and files over HTTP: uploads that survive a bad line, and what may be fetched by whom."""
