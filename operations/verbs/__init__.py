"""One verb a module: arguments in, gateways asked, a renderer's text out."""
