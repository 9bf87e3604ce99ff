"""Photos and files over HTTP: resumable uploads, and downloads that check rights."""
