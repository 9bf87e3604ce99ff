"""HTTP API under /api/v1: routes, endpoints, and their OpenAPI description."""
