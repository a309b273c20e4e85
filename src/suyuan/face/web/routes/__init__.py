"""The routes, resource by resource."""

from suyuan.face.web.routes import (
    decisions,
    duties,
    events,
    files,
    findings,
    home,
    inbox,
    leads,
    lists,
    matters,
    money,
    news,
    office,
    people,
    plan,
    reveals,
    rows,
    runs,
    session,
    sign_on,
    things,
    why,
    wide,
)

ROUTERS = tuple(
    module.router
    for module in (
        *(
            session,
            sign_on,
            home,
            news,
            leads,
            inbox,
            findings,
            rows,
            plan,
            wide,
            why,
            decisions,
            money,
            things,
        ),
        *(events, lists, reveals, runs, files, duties, matters, people, office),
    )
)
