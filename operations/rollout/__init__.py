"""Rollouts: the judgement of their record, and the verbs' work on them."""
