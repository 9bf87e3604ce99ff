"""Every queue of a serving process."""

from board.i18n import N_
from board.queues import bounds
from board.queues.fair_queue import FairQueue

TOO_MANY_SIGN_INS = N_("Too many people are signing in. Try again in {time}.")
TOO_MANY_DOCUMENTS = N_("Too many documents are being made. Try again in {time}.")


class Queues:
    """Queues of one process. All are keyed by account, except those of strangers and of handshakes: by network."""

    def __init__(self) -> None:
        self.answers = FairQueue("answers", bounds.ANSWERS)
        self.heavy_reads = FairQueue("heavy_reads", bounds.HEAVY_READS)
        self.lookups = FairQueue("lookups", bounds.LOOKUPS)
        self.exports = FairQueue("exports", bounds.EXPORTS)
        self.disclosures = FairQueue("disclosures", bounds.DISCLOSURES)
        self.papers = FairQueue("papers", bounds.PAPERS, TOO_MANY_DOCUMENTS)
        self.pictures = FairQueue("pictures", bounds.PICTURES)
        self.uploads = FairQueue("uploads", bounds.UPLOADS)
        self.finished_uploads = FairQueue("finished_uploads", bounds.FINISHED_UPLOADS)
        self.compression = FairQueue("compression", bounds.COMPRESSION)
        self.sign_in_known_devices = FairQueue("sign_in_known_devices", bounds.KNOWN_DEVICES, TOO_MANY_SIGN_INS)
        self.sign_in_earlier_networks = FairQueue("sign_in_earlier_networks", bounds.EARLIER_NETWORKS, TOO_MANY_SIGN_INS)
        self.sign_in_strangers = FairQueue("sign_in_strangers", bounds.STRANGERS, TOO_MANY_SIGN_INS)
        self.pages = FairQueue("pages", bounds.PAGES)
        self.handshakes = FairQueue("handshakes", bounds.HANDSHAKES)
        self.strangers = FairQueue("strangers", bounds.STRANGERS_REQUESTS)

    def close(self) -> None:
        for queue in vars(self).values():
            queue.close()
