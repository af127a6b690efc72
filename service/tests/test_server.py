"""A real server, started by the command in the Dockerfile."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests import dockerfile
from tests.server import (
    PATIENCE,
    VISITOR,
    Server,
    request_in_flight,
    server_command,
    server_environment,
    started_server,
    wait_for,
)


def refuses_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


def run_health_check(port: int) -> int:
    program, *arguments, script = dockerfile.health_check()
    assert program == "python"
    script = script.replace(f":{dockerfile.option('--port')}/", f":{port}/")
    # A proxy that nobody serves: the check must not ask it.
    environment = server_environment({"http_proxy": "http://127.0.0.1:1"})
    check = subprocess.run([sys.executable, *arguments, script], env=environment, capture_output=True, check=False)
    return check.returncode


def test_the_service_answers(server: Server) -> None:
    identity = VISITOR.get(f"{server.url}/")

    assert identity.status_code == 200
    assert identity.json()["image_tag"] == "sha-4f1c"
    assert identity.json()["environment"] == "prod"
    assert VISITOR.get(f"{server.url}/docs").status_code == 200


def test_the_service_is_live_and_ready(server: Server) -> None:
    live, ready = VISITOR.get(f"{server.url}/health/live"), VISITOR.get(f"{server.url}/health/ready")

    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


def test_answers_do_not_name_the_server_s_software(server: Server) -> None:
    assert "server" not in VISITOR.get(f"{server.url}/").headers


def test_the_access_log_tells_visits_and_not_health_checks(server: Server) -> None:
    for path in ("/health/live", "/health/ready", "/metrics", "/docs"):
        assert VISITOR.get(f"{server.url}{path}").is_success
    lines = wait_for(lambda: server.lines(http_route="/docs") and server.access_log())

    assert not {"/health/live", "/health/ready", "/metrics"} & {line["http_route"] for line in lines}


def test_the_image_s_health_check_passes_a_server_that_lives(server: Server) -> None:
    assert run_health_check(server.port) == 0


def test_the_image_s_health_check_fails_without_a_server() -> None:
    with socket.socket() as unserved:
        unserved.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        assert run_health_check(unserved.getsockname()[1]) == 1


def address_told_of_a_visitor_who_writes_another(server: Server) -> str:
    headers = {"X-Forwarded-For": "203.0.113.66, 198.51.100.7", "X-Amzn-Trace-Id": "Root=1-67891233-forwarded"}
    VISITOR.get(f"{server.url}/", headers=headers)
    (line,) = wait_for(lambda: server.lines(amzn_trace_id=headers["X-Amzn-Trace-Id"]))
    return str(line["client_address"])


def test_nothing_is_believed_of_what_others_than_the_load_balancer_tell_about_the_address(server: Server) -> None:
    assert address_told_of_a_visitor_who_writes_another(server) == "127.0.0.1"


def test_the_load_balancer_is_believed_and_not_what_the_visitor_wrote_before_it(tmp_path: Path) -> None:
    with started_server(tmp_path / "log", environment={"FORWARDED_ALLOW_IPS": "127.0.0.0/8"}) as server:
        assert address_told_of_a_visitor_who_writes_another(server) == "198.51.100.7"


def test_sigterm_ends_readiness_and_lets_a_request_in_flight_finish(tmp_path: Path) -> None:
    with (
        started_server(tmp_path / "log", app="tests.slow_app:app") as server,
        request_in_flight(server.port) as (connection, response),
    ):
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: refuses_connections(server.port))
        assert server.process.poll() is None

        connection.send(b"0\r\n\r\n")  # the last chunk
        assert response.status == 200
        assert response.read() == b"stopping\n"

        # Having shut down gracefully, uvicorn raises the signal again. It ends this process; to the first process of a
        # container it does nothing, which therefore exits with 0 (test_image.py).
        assert server.process.wait(PATIENCE) == -signal.SIGTERM
        assert "Application shutdown complete" in server.log.read_text()


def test_a_request_that_never_ends_delays_the_shutdown_no_longer_than_the_option_says(tmp_path: Path) -> None:
    with (
        started_server(tmp_path / "log", app="tests.slow_app:app", timeout_graceful_shutdown="1") as server,
        request_in_flight(server.port),
    ):
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)

        assert 1 <= time.monotonic() - begin < 5
        assert "timeout graceful shutdown exceeded" in server.log.read_text()
        assert "Application shutdown complete" in server.log.read_text()


def test_a_value_that_is_not_allowed_ends_the_start_with_one_line() -> None:
    start = subprocess.run(
        server_command(),
        cwd=dockerfile.SERVICE,
        env=server_environment({"ENVIRONMENT": "not/allowed"}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    (line,) = start.stdout.splitlines()
    assert start.returncode == 1
    assert start.stderr == ""
    assert json.loads(line)["level"] == "CRITICAL"
    assert json.loads(line)["message"] == (
        "The service cannot start: ENVIRONMENT is 'not/allowed', "
        "but it takes 1 to 255 letters, digits, '-' or '_', the first a letter or a digit."
    )
