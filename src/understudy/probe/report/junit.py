"""The JUnit report, for CI systems: a suite per operation and one per part, in the form of the Jenkins xUnit schema.

In an operation's suite every finding is a case, and so is every group of promises (its requests, its answers of one
status) that was kept or never exercised. A finding that does not make the run fail is skipped, with the reason.
Called through the table of formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from understudy.probe.report import wording
from understudy.probe.report.characters import one_line, visible
from understudy.probe.report.content import GROUPS, Exercised, Found, Operation, Part, Report

Cases = list[ET.Element]
_PACKAGE = "understudy"


def write(report: Report) -> str:
    """The report as JUnit XML."""
    suites = [_suite(report, name, cases, part) for name, cases, part in _content(report)]
    root = ET.Element("testsuites", name=one_line(f"{report.title} at {report.target}"))
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.set("time", f"{report.seconds:.3f}")
    root.extend(suites)
    if suites:
        suites[0].insert(0, _properties(report))
    ET.indent(root, " ")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _content(report: Report) -> Iterator[tuple[str, Cases, Part | None]]:
    for part in report.parts:
        yield f"part: {part.name}", _of_part(part), part
    known = {operation.operation_id: operation for operation in report.coverage.operations}
    names = [
        *known,
        *dict.fromkeys(f.broken.operation_id for f in report.findings if f.broken.operation_id not in known),
    ]
    for name in names:
        cases = [_of_finding(finding) for finding in report.findings if finding.broken.operation_id == name]
        if name in known:
            cases += _of_promises(known[name])
        yield name or "(no operation)", cases, None


def _suite(report: Report, name: str, cases: Cases, part: Part | None) -> ET.Element:
    def having(tag: str) -> str:
        return str(sum(case.find(tag) is not None for case in cases))

    suite = ET.Element(
        "testsuite",
        name=one_line(name),
        tests=str(len(cases)),
        failures=having("failure"),
        errors=having("error"),
        skipped=having("skipped"),
        time=f"{part.seconds if part else 0:.3f}",
        timestamp=datetime.fromtimestamp(report.started, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        package=_PACKAGE,
    )
    suite.extend(cases)
    return suite


def _properties(report: Report) -> ET.Element:
    told = {
        "verdict": wording.verdict(report),
        "contract-coverage": f"{report.coverage.percent:.1f}",
        "profiles": ", ".join(report.profiles),
        "seed": str(report.seed),
        "understudy": report.understudy,
        "healed": ", ".join(entry.finding for entry in report.healed),
    }
    properties = ET.Element("properties")
    for name, value in told.items():
        ET.SubElement(properties, "property", name=name, value=one_line(value))
    return properties


def _case(suite: str, name: str) -> ET.Element:
    return ET.Element("testcase", name=one_line(name), classname=one_line(f"{_PACKAGE}.{suite}"), time="0.000")


def _of_part(part: Part) -> Cases:
    whole = _case(part.name, f"{part.name} came to an end")
    if part.cut_short:
        ET.SubElement(whole, "error", type="unfinished", message=one_line(part.cut_short))
    ET.SubElement(whole, "system-out").text = f"{part.tried} played, {wording.counted(part.requests, 'request')}"
    cases = [whole]
    for skipped in part.skipped:
        cases.append(_case(part.name, skipped.what))
        ET.SubElement(cases[-1], "skipped", message=one_line(skipped.reason))
    return cases


def _of_finding(finding: Found) -> ET.Element:
    broken = finding.broken
    case = _case(wording.operation_of(finding), f"{broken.code} {finding.place} [{finding.fingerprint}]")
    if finding.failing:
        failure = ET.SubElement(case, "failure", type=broken.code, message=one_line(broken.message))
        failure.text = _detail(finding)
        return case
    reason = wording.standing(finding) or f"{GROUPS[finding.breaks]} only; this does not make the run fail"
    ET.SubElement(case, "skipped", type=broken.code, message=one_line(f"{reason} ({broken.message})"))
    ET.SubElement(case, "system-out").text = _detail(finding)
    return case


def _detail(finding: Found) -> str:
    broken = finding.broken
    lines = [
        broken.message,
        f"{GROUPS[finding.breaks]}; profiles: {', '.join(finding.profiles)}",
        f"code: {broken.code} ({finding.title})",
        f"where: {broken.side} {broken.where}",
        f"promise: {wording.promise_place(finding)}",
        f"remedy: {broken.remedy}",
        f"met: {wording.counted(finding.count, 'time')} in {', '.join(finding.origins)}",
        f"finding: {finding.fingerprint}",
    ]
    lines += [f"baseline: {wording.standing(finding)}"] if finding.accepted else []
    lines += ["message:", finding.excerpt.text] if finding.excerpt.text else []
    lines += ["repeat:", finding.curl] if finding.curl else []
    return visible("\n".join(lines))


def _of_promises(operation: Operation) -> Cases:
    """A case for each group of promises; one that a finding speaks of has that finding's case instead."""
    groups: dict[str, list[Exercised]] = {}
    for promise in operation.promises:
        name = (
            "requests" if promise.side == "request" else f"answers {promise.status}" if promise.status else promise.side
        )
        groups.setdefault(name, []).append(promise)
    cases = []
    for name, promises in groups.items():
        if any(promise.broken for promise in promises if promise.side != "request"):
            continue
        case = _case(operation.operation_id, name)
        exercised = [promise for promise in promises if promise.kept + promise.broken]
        if not exercised:
            ET.SubElement(case, "skipped", message=one_line(f"never exercised: {promises[0].reason}"))
        ET.SubElement(case, "system-out").text = f"{len(exercised)} of {len(promises)} promises exercised"
        cases.append(case)
    return cases
