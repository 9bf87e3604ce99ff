"""Photos and files over HTTP: resumable uploads, and downloads by right."""
