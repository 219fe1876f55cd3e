"""The shell: store, intake, routing, jobs, web, commands. All side effects are here."""
