"""Reports: what was fetched, handed to a rule, and laid out in tables.

SQL only fetches and counts; every figure comes from a pure function in ``service.rules``, of rows,
a period and the present moment. `service.reports.shelf` knows all of them by name.
"""
