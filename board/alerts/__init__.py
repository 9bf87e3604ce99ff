"""HTTP API that lists alerts and marks them as read."""
