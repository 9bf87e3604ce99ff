"""Shapes of marks on drawn maps, on a grid of 16: the same as those of cards (`static/css/marks.css`, `static/css/map.css`)."""

from board.maps.palette import Palette

_RING = '<circle cx="8" cy="8" r="5.6" fill="{ground}" stroke="{ink}" stroke-width="2"/>'
_LINE = '<path d="{path}" fill="none" stroke="{ink}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"/>'

# `{ink}`: colour of the mark, `{ground}`: of the halo
SHAPES = {
    "seen-last": '<path d="M8 0v16M0 8h16" stroke="{ink}" stroke-width="1.8"/><path d="M4 4h8v8H4z" fill="{ink}"/>',
    "found": '<path d="m8 .6 2.3 4.8 5.2.7-3.8 3.6 1 5.2L8 12.4l-4.7 2.5 1-5.2L.5 6.1l5.2-.7Z" fill="{ink}"/>',
    "content-1": '<path d="M8 .8 15.2 8 8 15.2.8 8Z" fill="{ink}"/>'
    '<path d="m5 8.2 2.2 2.3L11.2 6" fill="none" stroke="{ground}" stroke-width="1.8"/>',
    "content-2": '<circle cx="8" cy="8" r="6.5" fill="{ink}"/>',
    "content-3": f'{_RING}<path d="M8 2.4a5.6 5.6 0 0 0 0 11.2Z" fill="{{ink}}"/>',
    "content-4": _RING,
    "content-5": f'{_RING}<path d="M5 8h6" stroke="{{ink}}" stroke-width="2"/>',
    "content-6": '<circle cx="8" cy="8" r="6.3" fill="{ground}" stroke="{ink}" stroke-width="1.6" stroke-dasharray="2.7 2.25"/>'
    '<path d="M6 6.6c0-2.7 4.1-2.7 4.1-.2 0 1.5-2.1 1.5-2.1 3.2M8 11.7v.1" fill="none" stroke="{ink}" stroke-width="1.5" '
    'stroke-linecap="round"/>',
    "cross": '<path d="m3.5 3.5 9 9m0-9-9 9" stroke="{ink}" stroke-width="2.6" stroke-linecap="round"/>',
    "not-both": '<path d="M2.2 5.6h11.6M2.2 10.4h11.6M11.4 1.8 4.6 14.2" fill="none" stroke="{ink}" stroke-width="1.8" '
    'stroke-linecap="round"/>',
    "task": '<path d="M2.5 2.5h11v11h-11z" fill="{ground}" stroke="{ink}" stroke-width="1.8"/>'
    '<path d="m5 8 2.2 2.3L11 6" fill="none" stroke="{ink}" stroke-width="1.8"/>',
    "searched": '<path d="M2 5.5 8 1.5l6 4v6l-6 3-6-3z" fill="{ground}" stroke="{ink}" stroke-width="1.6"/>'
    '<path d="m3 11 6-9M6.5 13.5l7-10" stroke="{ink}" stroke-width="1.3"/>',
}


def shape(name: str, ink: str, palette: Palette) -> str:
    """Return the SVG of a shape in a colour; a ring for an unknown one."""
    return SHAPES.get(name, _RING).format(ink=ink, ground=palette.surface)
