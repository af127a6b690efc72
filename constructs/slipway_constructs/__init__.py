"""The building blocks of the delivery stack: each module holds the resources of one role."""
