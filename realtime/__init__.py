"""Delivery of journal events to WebSocket clients. Independent of the application: imports neither `board` nor `models`."""
