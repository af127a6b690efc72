"""Environments that each differ from prod in some tables, so that every option of slipway.toml is in one of them."""

from collections.abc import Mapping
from typing import Any

STRATEGIES: Mapping[str, Mapping[str, Any]] = {
    "rolling": {"strategy": "rolling"},
    "blue_green": {"strategy": "blue_green", "test_port": 9001},
    "canary": {"strategy": "canary", "test_port": 9001},
    "linear": {"strategy": "linear", "test_port": 9001},
}
"""The table `rollout` of prod."""

WITHOUT_TELEMETRY: Mapping[str, Any] = {"telemetry": "cloudwatch", "dashboards": None}
"""What a copy of prod says that has neither Prometheus nor Grafana."""

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "asked": {
        "rollout": {
            "strategy": "blue_green",
            "test_port": 8443,
            "test_cidrs": ("192.0.2.0/24",),
            "hook_lambda_arn": "arn:aws:lambda:eu-central-1:222222222222:function:check-release",
        },
        "load_balancer": {"plain_http": True},
        "network": {"cidr": "10.20.0.0/16", "nat": "endpoints"},
        **WITHOUT_TELEMETRY,
    },
    "paused": {
        **WITHOUT_TELEMETRY,
        "rollout": {"strategy": "canary", "test_port": 9001, "pause": True, "pause_timeout_minutes": 60},
        "tasks": {"count": 3},
        "network": {
            "existing_vpc": {
                "id": "vpc-0123456789abcdef0",
                "cidr": "172.16.0.0/16",
                "public_subnet_ids": (
                    "subnet-0000000000000000a",
                    "subnet-0000000000000000b",
                    "subnet-0000000000000000c",
                ),
                "task_subnet_ids": ("subnet-1000000000000000a", "subnet-1000000000000000b", "subnet-1000000000000000c"),
            }
        },
    },
    "everything": {
        "tracing": {"sample_percent": 2.5, "xray": True},
        "objectives": {"availability_percent": 99.95, "latency_percent": 98.0},
        "dashboards": {
            "domain": "watch.example.com",
            "hosted_zone_id": "Z0123456789ABC",
            "hosted_zone": "example.com",
        },
        "load_balancer": {
            "domain": "api.example.com",
            "hosted_zone_id": "Z0123456789ABC",
            "hosted_zone": "example.com",
            "deletion_protection": False,
            "private_paths": ("/internal",),
            "access_log_days": 7,
            "firewall": {"requests_per_five_minutes": 1000},
        },
        "task": {
            "cpu": 1024,
            "memory": 2048,
            "architecture": "x86_64",
            "port": 9000,
            "liveness_path": "/alive",
            "readiness_path": "/prepared",
            "health_command": ("/probe", "--quiet"),
            "start_seconds": 60,
            "graceful_shutdown_seconds": 50,
            "stop_timeout_seconds": 90,
            "ephemeral_storage_gib": 30,
            "exec": True,
            "variables": {"LOG_LEVEL": "debug"},
            "secrets": {
                "DATABASE_PASSWORD": "arn:aws:secretsmanager:eu-central-1:222222222222:secret:app-AbCdEf:password",
                "TOKEN": "arn:aws:secretsmanager:eu-central-1:222222222222:secret:token-AbCdEf",
                "API_KEY": "/app/prod/api-key",
            },
        },
        "tasks": {
            "min": 3,
            "max": 9,
            "cpu_percent": 50,
            "memory_percent": 70,
            "requests_per_task": 600,
            "spot_percent": 40,
            "schedules": (
                {"name": "night", "cron": "0 20 ? * MON-FRI *", "time_zone": "Europe/Berlin", "min": 0, "max": 0},
            ),
        },
    },
}
"""The tables that are said otherwise, by environment."""
