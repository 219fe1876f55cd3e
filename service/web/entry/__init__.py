"""Who gets in: logins, sessions, second factors, and how often one may try."""
