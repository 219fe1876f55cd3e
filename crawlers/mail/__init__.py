"""Mail, mailing lists and newsgroups."""
