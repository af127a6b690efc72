"""What an environment costs in a month, by its own templates: no call to AWS, no network."""
