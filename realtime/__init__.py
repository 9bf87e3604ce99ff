"""Delivery of journal events to WebSocket clients. Independent of the application: does not import `board` or `models`."""
