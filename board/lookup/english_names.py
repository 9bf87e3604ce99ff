"""English names of municipalities and cities that differ from the local name. `gazetteer.json` and `neighbours.json` have none.

Keys are local names. Values are the English name to show, then other names that find the place.
"""

BELGIUM: dict[str, tuple[str, ...]] = {
    "Aalst": ("Aalst", "Alost"), "Antwerpen": ("Antwerp",), "Brugge": ("Bruges",), "Bruxelles / Brussel": ("Brussels",),
    "De Panne": ("De Panne", "La Panne"), "Dendermonde": ("Dendermonde", "Termonde"), "Diksmuide": ("Diksmuide", "Dixmude"),
    "Gent": ("Ghent",), "Geraardsbergen": ("Geraardsbergen", "Grammont"), "Ieper": ("Ypres",),
    "Koksijde": ("Koksijde", "Coxyde"), "Kortrijk": ("Kortrijk", "Courtrai"), "Leuven": ("Leuven", "Louvain"),
    "Mechelen": ("Mechelen", "Mechlin", "Malines"),
    "Nieuwpoort": ("Nieuwpoort", "Nieuport"), "Oostende": ("Ostend",), "Oudenaarde": ("Oudenaarde", "Audenarde"),
    "Roeselare": ("Roeselare", "Roulers"), "Sint-Niklaas": ("Sint-Niklaas", "Saint Nicholas"),
    "Tienen": ("Tienen", "Tirlemont"), "Veurne": ("Veurne", "Furnes"),
}  # fmt: skip
ABROAD: dict[str, tuple[str, ...]] = {
    "Athína": ("Athens",), "Bern": ("Bern", "Berne"), "București": ("Bucharest",),
    "Den Haag": ("The Hague", "Hague"), "Dunkerque": ("Dunkirk",),
    "Firenze": ("Florence",), "Frankfurt am Main": ("Frankfurt",), "Gdańsk": ("Gdańsk", "Danzig"), "Genova": ("Genoa",),
    "Göteborg": ("Gothenburg",), "Hannover": ("Hanover",), "København": ("Copenhagen",), "Köln": ("Cologne",),
    "Kraków": ("Krakow", "Cracow"), "Lefkosía": ("Nicosia",), "Lisboa": ("Lisbon",), "Lyon": ("Lyon", "Lyons"),
    "Marseille": ("Marseille", "Marseilles"), "Milano": ("Milan",), "München": ("Munich",), "Napoli": ("Naples",),
    "Nürnberg": ("Nuremberg",), "Palma": ("Palma", "Majorca"), "Praha": ("Prague",), "Roma": ("Rome",), "Sevilla": ("Seville",),
    "Thessaloníki": ("Thessaloniki", "Salonica"), "Torino": ("Turin",), "Trier": ("Trier", "Treves"),
    "Vlissingen": ("Flushing",), "Warszawa": ("Warsaw",), "Wien": ("Vienna",), "Wrocław": ("Wrocław", "Breslau"),
    "Zaragoza": ("Zaragoza", "Saragossa"), "Zürich": ("Zurich",),
}  # fmt: skip
