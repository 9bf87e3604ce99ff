"""Geographic files of a search: its places as GeoJSON, GPX and KML, and places to add from GeoJSON and GPX."""
