"""Rollouts: their record, its two sources, the judgement, and the verbs' work on them."""
