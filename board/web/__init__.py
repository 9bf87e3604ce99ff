"""HTTP plumbing: authentication, pages, static files, middleware, and the websocket endpoint."""
