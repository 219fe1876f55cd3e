"""One file per action."""

from service.web.pages import (
    health,
    home,
    inbox,
    lead,
    lead_accept,
    lead_decline,
    lead_dismiss,
    lead_promote,
    lead_touch,
    login,
    login_first,
    logout,
    metrics,
    preferences,
    static,
)

ROUTERS = (
    health.router,
    home.router,
    inbox.router,
    lead.router,
    lead_accept.router,
    lead_decline.router,
    lead_dismiss.router,
    lead_promote.router,
    lead_touch.router,
    login.router,
    login_first.router,
    logout.router,
    metrics.router,
    preferences.router,
    static.router,
)
