"""The two services behind the dashboards."""
