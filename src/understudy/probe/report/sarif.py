"""The SARIF 2.1.0 report: findings for code scanning, each at the line of the document whose promise is broken.

Rules are the violation codes. A finding keeps its fingerprint from run to run, so that a scanner knows it again.
Called through the table of formats.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from understudy.contract.violations import CODES
from understudy.probe.report.characters import visible
from understudy.probe.report.content import GROUPS, Found, Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "understudy/v1"
_BASELINE_STATES = {"new": "new", "accepted": "unchanged", "expired": "unchanged"}


def write(report: Report) -> str:
    """The report as SARIF."""
    codes = sorted({finding.broken.code for finding in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "Understudy",
                "version": report.understudy,
                "semanticVersion": report.understudy,
                "rules": [_rule(code) for code in codes],
            }
        },
        "invocations": [_invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.broken.code)) for finding in report.findings],
        "properties": {"target": report.target, "document": report.title, "contractCoverage": report.coverage.percent},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(code: str) -> dict[str, Any]:
    entry = CODES[code]
    return {
        "id": code,
        "name": "".join(part[:1].upper() + part[1:] for part in code.split("-")),
        "shortDescription": {"text": f"{entry.title}."},
        "help": {"text": entry.remedy},
        "defaultConfiguration": {"level": "error"},
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [{"level": "error", "message": {"text": visible(report.unfinished)}}] if report.unfinished else []
    for part in report.parts:
        notes += [
            {"level": "note", "message": {"text": visible(f"{part.name}: skipped: {one.what}: {one.reason}")}}
            for one in part.skipped
        ]
    return {
        "executionSuccessful": not report.unfinished,
        "exitCode": report.exit_code,
        "startTimeUtc": _moment(report.started),
        "endTimeUtc": _moment(report.started + report.seconds),
        "toolExecutionNotifications": notes,
    }


def _result(finding: Found, rule: int) -> dict[str, Any]:
    broken = finding.broken
    told: dict[str, Any] = {
        "ruleId": broken.code,
        "ruleIndex": rule,
        "level": "error" if finding.failing else "warning",
        "message": {"text": visible(f"{broken.message}. {broken.remedy}")},
        "locations": [_location(finding)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "occurrenceCount": max(1, finding.count),
        "baselineState": _BASELINE_STATES.get(finding.standing, "new"),
        "properties": {
            "group": GROUPS[finding.breaks],
            "profiles": list(finding.profiles),
            "origins": [visible(origin) for origin in finding.origins],
            "where": visible(broken.where),
            "promise": broken.schema,
            "curl": visible(finding.curl),
        },
    }
    if finding.accepted and finding.standing == "accepted":
        told["suppressions"] = [{"kind": "external", "justification": visible(finding.accepted.reason)}]
    return told


def _location(finding: Found) -> dict[str, Any]:
    broken, promise = finding.broken, finding.promise
    logical = {
        "name": broken.operation_id or "(no operation)",
        "fullyQualifiedName": visible(f"{broken.operation_id}{finding.place}"),
        "kind": "function",
    }
    told: dict[str, Any] = {"logicalLocations": [logical]}
    if promise.file:
        path = PurePosixPath(promise.file)
        artifact: dict[str, Any] = {"uri": path.as_uri() if path.is_absolute() else quote(promise.file)}
        told["physicalLocation"] = {"artifactLocation": artifact}
        if promise.line:
            told["physicalLocation"]["region"] = {"startLine": promise.line}
    return told


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
