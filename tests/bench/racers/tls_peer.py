"""sslyze's side, run by a Python that has it: certificates, TLS 1.0 and 1.1, and its JSON, made in a process that stays warm."""

from __future__ import annotations

import datetime
import json
import sys
import time
from pathlib import Path
from typing import Any

import sslyze  # type: ignore[import-not-found]


def scan(places: list[list[Any]], ca: str) -> tuple[str, int]:
    wanted = {
        sslyze.ScanCommand.CERTIFICATE_INFO,
        sslyze.ScanCommand.TLS_1_0_CIPHER_SUITES,
        sslyze.ScanCommand.TLS_1_1_CIPHER_SUITES,
    }
    extra = sslyze.ScanCommandsExtraArguments(certificate_info=sslyze.CertificateInfoExtraArgument(Path(ca)))
    scanner = sslyze.Scanner()
    scanner.queue_scans(
        [
            sslyze.ServerScanRequest(
                server_location=sslyze.ServerNetworkLocation(hostname=name, port=port, ip_address="127.0.0.1"),
                network_configuration=sslyze.ServerNetworkConfiguration(tls_server_name_indication=name),
                scan_commands=wanted,
                scan_commands_extra_arguments=extra,
            )
            for name, port in places
        ]
    )
    results = [sslyze.ServerScanResultAsJson.model_validate(one) for one in scanner.get_results()]
    now = datetime.datetime.now(datetime.UTC)
    whole = sslyze.SslyzeOutputAsJson(
        server_scan_results=results, invalid_server_strings=[], date_scans_started=now, date_scans_completed=now
    )
    return whole.model_dump_json(indent=2), len(results)


def main() -> None:
    ca, places = sys.argv[1], json.loads(sys.argv[2])
    for line in sys.stdin:
        began = time.perf_counter()
        _, count = scan(places, ca)
        print(json.dumps([time.perf_counter() - began, count]), flush=True)
        if line == "once\n":
            break


main()
