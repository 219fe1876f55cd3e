"""The API for programs: `/api/v1`, with tokens instead of logins and problems instead of pages."""
