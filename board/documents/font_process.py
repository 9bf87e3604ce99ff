"""Unpacker of a font: WOFF2 on standard input to TrueType on standard output. It runs as an isolated script: it needs fontTools
and brotli, which weasyprint installs, and nothing from the board."""

import io
import sys

if __name__ == "__main__":
    from fontTools.ttLib import woff2  # type: ignore[import-untyped]

    unpacked = io.BytesIO()
    woff2.decompress(io.BytesIO(sys.stdin.buffer.read()), unpacked)
    sys.stdout.buffer.write(unpacked.getvalue())
