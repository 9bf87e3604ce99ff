"""Bounds of each queue of a serving process: how many run and wait, of one key and in all, and how long one may wait."""

from board.queues.turns import Bounds

RUNNING_PER_ACCOUNT = 2  # large answers of one account at a time: the contract promises them
WAITING_PER_ACCOUNT = 16  # a browser that reopens its windows sends several requests at once
WAIT_S = 8.0  # then the page is told to retry, before it gives up by itself

ANSWERS = Bounds(at_once=64, per_key=2, waiting=512, waiting_per_key=WAITING_PER_ACCOUNT, longest_wait_s=WAIT_S)
# One more than one account may run. Reads of a few milliseconds do not wait behind those of seconds: each kind has its own.
HEAVY_READS = Bounds(at_once=3, per_key=2, waiting=256, waiting_per_key=WAITING_PER_ACCOUNT, longest_wait_s=WAIT_S)
LOOKUPS = Bounds(at_once=2, per_key=1, waiting=256, waiting_per_key=WAITING_PER_ACCOUNT, longest_wait_s=WAIT_S)
EXPORTS = Bounds(at_once=1, per_key=1, waiting=64, waiting_per_key=4, longest_wait_s=30.0)
# Each reads all searches that its reader may see: one of an account, from its first byte to its last.
DISCLOSURES = Bounds(at_once=2, per_key=1, waiting=16, waiting_per_key=2, longest_wait_s=30.0)
# A paper may take a minute of a core: a second one runs meanwhile, of another account.
PAPERS = Bounds(at_once=2, per_key=1, waiting=32, waiting_per_key=4, longest_wait_s=60.0)
PICTURES = Bounds(at_once=2, per_key=1, waiting=64, waiting_per_key=8, longest_wait_s=60.0)
UPLOADS = Bounds(at_once=64, per_key=3, waiting=512, waiting_per_key=16, longest_wait_s=WAIT_S)
FINISHED_UPLOADS = Bounds(at_once=32, per_key=2, waiting=256, waiting_per_key=16, longest_wait_s=WAIT_S)
COMPRESSION = Bounds(at_once=2, per_key=1, waiting=128, waiting_per_key=8, longest_wait_s=WAIT_S)
# A check takes 64 MiB and 0.15 s of all cores. Strangers never delay people who signed in before.
KNOWN_DEVICES = Bounds(at_once=2, per_key=1, waiting=64, waiting_per_key=8, longest_wait_s=WAIT_S)
EARLIER_NETWORKS = Bounds(at_once=1, per_key=1, waiting=32, waiting_per_key=8, longest_wait_s=WAIT_S)
STRANGERS = Bounds(at_once=1, per_key=1, waiting=48, waiting_per_key=16, longest_wait_s=WAIT_S)
# Few at a time, so that a command waits for few of them at each step of the event loop.
PAGES = Bounds(at_once=2, per_key=1, waiting=2_048, waiting_per_key=512, longest_wait_s=WAIT_S)
STRANGERS_REQUESTS = Bounds(at_once=2, per_key=1, waiting=2_048, waiting_per_key=512, longest_wait_s=WAIT_S)
# Sockets whose caller is being identified: after a restart a thousand clients, mostly of one network, must not starve page
# requests. A turn depends on the database alone, so one network may have all: another one waits for the first that ends.
HANDSHAKES = Bounds(at_once=32, per_key=32, waiting=10_000, waiting_per_key=2_000, longest_wait_s=30.0)
