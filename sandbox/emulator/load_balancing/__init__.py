"""The application load balancer: which target a request reaches, and which targets are healthy."""
