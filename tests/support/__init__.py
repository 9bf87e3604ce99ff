"""Helpers of the tests: servers, databases, networks, clients, browsers, generated data."""
