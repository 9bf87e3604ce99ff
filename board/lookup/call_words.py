"""Words of a call that name no place, in French, Dutch, German and English, normalized: "the ticket inspector saw her in Lier".

They count little in a typed text, because some are also names of places: "hem" in "heeft hem gezien" is not the town Hem.
"""

from itertools import pairwise

TRAIN_WORDS = frozenset((  # the place in a text with one of them is a station
    "bahn", "train", "trainconductor", "trains", "trein", "treinen", "treintje", "wagon", "wagons", "zug", "zuge",
    "schaffner", "schaffnerin", "treinbegeleider", "treinbegeleidster", "treinconducteur", "zugbegleiter", "zugbegleiterin",
))  # fmt: skip
RIDE_WORDS = frozenset((  # about a train, unless another vehicle is named
    "afgestapt", "afgestapte", "afstappen", "ingestapt", "instappen", "opgestapt", "opstappen", "overgestapt", "overstappen",
    "uitgestapt", "uitstappen",
    "debarque", "debarquee", "debarquer", "descend", "descendre", "descendu", "descendue", "descendus", "embarque", "embarquee",
    "ausgestiegen", "aussteigen", "eingestiegen", "einsteigen", "gestiegen", "steigt", "stieg", "umgestiegen", "umsteigen",
    "alighted", "boarded", "boarding",
    "accompagnateur", "accompagnatrice", "conducteur", "conductor", "conductrice", "controleur", "controleuse", "controleurs",
    "inspector", "kontrolleur", "kontrolleurin", "loketbediende",
    "wachtzaal", "wartesaal",
))  # fmt: skip
RIDE_PAIRS = frozenset((
    *((verb, way) for verb in ("stap", "stapt", "stapte", "stapten") for way in ("af", "op", "over", "uit")),
    *((verb, way) for verb in ("get", "gets", "getting", "got", "hopped", "jumped", "stepped") for way in ("off", "on")),
    ("quai", "a"), ("change", "a"), ("waiting", "room"),  # "sur le quai à Gembloux", not "quai de Rome"
))  # fmt: skip
OTHER_VEHICLES = frozenset((
    "auto", "autobus", "autocar", "bestelwagen", "bike", "boat", "boot", "bromfiets", "brommer", "bus", "busfahrer", "bushalte",
    "buschauffeur",
    "camion", "camionnette", "car", "coach", "fahrrad", "ferry", "fiets", "lastwagen", "lijnbus", "lorry", "metro",
    "mobylette", "moped", "moto", "motorbike", "motorrad", "roller", "scooter", "strassenbahn", "taxi", "tram", "tramhalte",
    "truck", "trottinette", "velo", "voiture", "vrachtwagen", "wagen",
))  # fmt: skip
OTHER_WORDS = frozenset((
    "eglise", "kerk", "kirche", "church", "markt", "place", "plein", "platz", "square", "school", "ecole", "schule",
    "auf", "mit", "nach", "hat", "ihn", "sie", "steht", "stand", "stond", "staat", "wollte", "mein", "meine", "sohn", "tochter",
    "eruit", "gezet", "haar", "heeft", "hem", "mijn", "zag", "zegt", "zoon", "dochter", "wou", "wilde", "nam", "neemt",
    "a", "ai", "avec", "est", "fait", "fils", "fille", "mon", "ma", "prend", "quelquun", "s", "voulait",
    "changed", "daughter", "got", "he", "her", "him", "my", "off", "on", "put", "saw", "seen", "son", "ticket", "took", "was",
    "stapte", "stapt", "stapten", "uit", "af", "over",
))  # fmt: skip
CALL_WORDS = TRAIN_WORDS | RIDE_WORDS | OTHER_WORDS


def tells_of_a_train(words: tuple[str, ...]) -> bool:
    """Return whether the words of a call tell of a train: "hij stapte af in Zottegem", but not "hij stapte van de bus"."""
    if not TRAIN_WORDS.isdisjoint(words):
        return True
    rides = not RIDE_WORDS.isdisjoint(words) or not RIDE_PAIRS.isdisjoint(pairwise(words))
    return rides and OTHER_VEHICLES.isdisjoint(words)
