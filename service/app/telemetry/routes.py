"""Which route answered a request, by its template: a path would be a new value each time, and may hold a secret."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route
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
            prefix = self._mounted.get(id(scope["app"]), "")
            return f"{prefix}{route.path}" if route else f"{prefix}/{{path}}"
        return str(route.path) if route else self._by_endpoint.get(id(scope.get("endpoint")), UNMATCHED)

    def declared(self) -> Iterator[tuple[str, str]]:
        """Method and template of each operation that the application's description has."""
        for each in iter_route_contexts(self._app.routes):
            if getattr(each, "include_in_schema", False):
                yield from ((method, str(each.path)) for method in sorted(each.methods or ()))

    # By their ids, which they keep as long as the application has them: whatever is mounted need not be hashable.
    @cached_property
    def _mounted(self) -> dict[int, str]:
        return {id(app): path for app, path in _mounts(self._app.routes)}

    @cached_property
    def _by_endpoint(self) -> dict[int, str]:
        """Of what leaves no more in the scope than what it calls: /docs and the like, and what is mounted."""
        plain = {id(each.endpoint): each.path for each in self._app.routes if isinstance(each, Route)}
        return plain | {mounted: f"{path}/{{path}}" for mounted, path in self._mounted.items()}


def _mounts(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[tuple[object, str]]:
    """What is mounted, also within what is mounted, and where."""
    for each in routes:
        if isinstance(each, Mount):
            yield each.app, prefix + each.path
            yield from _mounts(each.routes, prefix + each.path)
