"""The fault harness: many writers and readers on a real installation, while everything under it fails; then a checker says
whether a promise was broken.

`schedule` says what fails when, `blows` does it to the `plant` (servers, workers, and the `lines` between them); `reader` and
`writer` work on it and keep `records`; `checker` holds these against the `journal` that is left, `figures` sums them up.
`mutants` shows that the harness can fail. `run` ties it together, `command` is `python3 -m board fault-test`.
"""
