"""Fault injection: many writers and readers on a real installation while everything under it fails; then a checker decides
whether a promise was broken.

`schedule` decides what fails when, `fault_injectors` do it to the `system_under_test` (servers, workers, and a `faulty_proxy` on
each link); `reader` and `writer` work on it and keep `recordings`; `checker` compares these with the `journal` that is left,
`statistics` sums them up. `mutants` shows that the checks can fail. `run` ties it together, `command` is `python3 -m board
fault-test`.
"""
