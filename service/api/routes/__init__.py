"""All routes of the API, a file a subject."""

from service.api.routes import (
    about,
    acts,
    digests,
    exports,
    imports,
    inquiries,
    joining,
    lead,
    leads,
    listening,
    offers,
    oversight,
    people,
    posts,
    reports,
    social_map,
    tasks,
)

#: ``offers`` comes before what takes any word for the id of a lead: it has ``/leads/claim``.
ROUTERS = (
    about.router,
    leads.router,
    offers.router,
    lead.router,
    acts.router,
    joining.router,
    tasks.router,
    posts.router,
    listening.router,
    social_map.router,
    people.router,
    inquiries.router,
    reports.router,
    exports.router,
    imports.router,
    digests.router,
    oversight.router,
)
