"""Which route answered a request, by its template: a path would be a new value each time, and may hold a secret."""

from functools import cached_property

from fastapi import FastAPI
from starlette.routing import Mount, Route
from starlette.types import Scope

UNMATCHED = "unmatched"
"""In place of the template where no route answered."""


class Routes:
    """The templates of an application's routes, as they are when the first request has been answered."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def template(self, scope: Scope) -> str:
        """The template of the route that answered, such as "/orders/{id}", or "unmatched".

        Args:
            scope: Of a request that has been answered: routers leave in it what they have chosen.
        """
        # FastAPI keeps the template with the prefixes of all routers around it here (since 0.137; it has no public
        # name for it, which is why a test looks). The route itself knows its own router's prefix only.
        route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
        if scope["app"] is not self._app:  # one that is mounted has taken its place
            prefix = self._mounted.get(scope["app"], "")
            return f"{prefix}{route.path}" if route else f"{prefix}/{{path}}"
        return str(route.path) if route else self._by_endpoint.get(scope.get("endpoint"), UNMATCHED)

    @cached_property
    def _mounted(self) -> dict[object, str]:
        return {each.app: each.path for each in self._app.routes if isinstance(each, Mount)}

    @cached_property
    def _by_endpoint(self) -> dict[object, str]:
        """Of what leaves no more in the scope than what it calls: /docs and the like, and what is mounted."""
        plain = {each.endpoint: each.path for each in self._app.routes if isinstance(each, Route)}
        return plain | {mounted: f"{path}/{{path}}" for mounted, path in self._mounted.items()}
