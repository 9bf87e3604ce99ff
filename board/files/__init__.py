"""Bytes of photos and files. The journal contains only facts about them."""
