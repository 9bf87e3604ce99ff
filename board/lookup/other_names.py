"""Names of Belgian municipalities in the other national language, which `gazetteer.json` lacks."""

OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "De Haan": ("Le Coq", "Le Coq-sur-Mer"), "Hoegaarden": ("Hougaerde",), "Hélécine": ("Heilissem",),
    "Kapelle-op-den-Bos": ("Capelle-au-Bois",), "Sint-Gillis-Waas": ("Saint-Gilles-Waes",),
    "Sint-Katelijne-Waver": ("Wavre-Sainte-Catherine",), "Sint-Laureins": ("Saint-Laurent",),
    "Sint-Lievens-Houtem": ("Hautem-Saint-Liévin",), "Sint-Martens-Latem": ("Laethem-Saint-Martin",),
    "Sint-Pieters-Leeuw": ("Leeuw-Saint-Pierre",),
}  # fmt: skip
