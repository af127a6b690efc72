"""What is told about a run of the pipeline: to GitHub's summary, to Slack, and to PagerDuty."""
