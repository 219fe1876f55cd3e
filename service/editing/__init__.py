"""The configuration's files, changed through the page: checked whole, written once, kept."""
