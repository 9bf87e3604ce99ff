"""Fault injection: many writers and readers use a real installation while everything under it fails. A checker then decides if a
promise was broken.

- `schedule` decides when each fault happens; `fault_injectors` injects it into the `system_under_test`: database, Redis, workers,
  and a `faulty_proxy` on each link.
- `reader` and `writer` use the installation and keep `recordings`.
- `checker` compares the recordings with the final `journal`; `statistics` summarises them.
- `mutants` shows that the checks can fail.
- `run` connects all of this; `command` is `python3 -m board fault-test`.
"""
