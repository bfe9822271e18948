#!/usr/bin/env python3
"""Compares the model's packets with those of a real kernel, in network namespaces built from the model's tables.

lab.py [--sample] PROGRAM: PROGRAM is `network-lab`. Without root, or without the tools, it says what it skips and
ends well; where namespaces work, nothing is skipped.
"""

import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kernel  # noqa: E402

KNOWN = {80, 8080} | set(range(30000, 30100))


def unable():
    """Why the laboratory cannot work here; empty where it can."""
    if os.geteuid() != 0:
        return "not root"
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        return "network namespaces are not allowed here"
    for tool in ("ip", "bridge", "iptables-restore", "conntrack"):
        if subprocess.run(["sh", "-c", "command -v " + tool], capture_output=True).returncode != 0:
            raise kernel.Failure("%s is missing, and namespaces work here" % tool)
    return ""


def plain(frame, place, device):
    port = lambda number: number if number in KNOWN else "any"
    return (place, device, frame["sourceMAC"], frame["targetMAC"], frame["source"], port(frame["sourcePort"]),
            frame["target"], port(frame["targetPort"]), frame["ttl"], frame["flags"])


def once(frames):
    """Each header once: a SYN that is sent again says nothing new."""
    seen = []
    for frame in frames:
        if frame not in seen:
            seen.append(frame)
    return sorted(seen, key=str)


def check(plan, report):
    plant = kernel.Plant(plan)
    try:
        plant.build()
        for case in plan["cases"]:
            for place, text in case["rules"].items():
                plant.restore(place, text)
            if case["frames"]:
                for visit in case["visits"]:
                    one(plant, plan, case, visit, report)
            else:
                several(plant, plan, case, report)
    finally:
        plant.close()


def one(plant, plan, case, visit, report):
    watcher = plant.watch([p for p in plan["namespaces"]])
    got = plant.visit(visit, 0.9)
    frames = watcher.stop()
    judge(plan, case, visit, got, report)
    bridges = {"cbr0", "sw0"}
    real = once(plain(f, place, device) for place, device, f in frames
                if f["flags"] in ("SYN", "SYN-ACK") and device not in bridges and device != "lo")
    model = once(plain(f, f["place"], f["device"]) for f in visit["frames"])
    report.frames += len(model)
    if real != model:
        extra = [f for f in real if f not in model]
        missing = [f for f in model if f not in real]
        report.fail("%s, %s, %s -> %s:%d: headers differ\n    kernel only: %s\n    model only: %s" % (
            plan["name"], case["name"], visit["place"], visit["address"], visit["port"], extra, missing))


def several(plant, plan, case, report):
    results = [None] * len(case["visits"])

    def go(number):
        results[number] = plant.visit(case["visits"][number], 0.9)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(results))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visit, got in zip(case["visits"], results):
        judge(plan, case, visit, got, report)


def judge(plan, case, visit, got, report):
    report.visits += 1
    want = (visit["word"], visit["seen"])
    if got != want:
        report.fail("%s, %s, %s -> %s:%d: the kernel says %s, the model %s" % (
            plan["name"], case["name"], visit["place"], visit["address"], visit["port"], got, want))


class Report:
    def __init__(self):
        self.visits = 0
        self.frames = 0
        self.failures = []

    def fail(self, text):
        self.failures.append(text)
        print("DIFFERENT " + text, flush=True)


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    is_sample = "--sample" in sys.argv
    why = unable()
    if why:
        print("the laboratory skips everything: %s" % why)
        return 0
    if is_sample:
        jobs = [["reference", "3"], ["mutations", "7", "4"], ["random", "40", "2"]]
    else:
        jobs = [["reference", "30"], ["mutations", "1", "200"], ["random", "1", "100"]]
    only = [a[7:] for a in sys.argv[1:] if a.startswith("--only=")]
    report = Report()
    limit = float(os.environ.get("LAB_SECONDS", "0"))
    began = time.time()
    for job in jobs:
        if only and job[0] not in only:
            continue
        out = subprocess.run([arguments[0]] + job, capture_output=True, text=True, check=True).stdout
        cases = 0
        before = report.visits
        for line in out.splitlines():
            plan = json.loads(line)
            if limit and time.time() - began > limit:
                report.fail("the time of LAB_SECONDS was over before %s" % plan["name"])
                break
            check(plan, report)
            cases += len(plan["cases"])
            if not is_sample:
                print("  %s: %d visits so far" % (plan["name"], report.visits), flush=True)
        print("%s: %d cases, %d visits in the model and in the kernel" % (job[0], cases, report.visits - before), flush=True)
    print("%d visits, %d headers compared, %d differences" % (report.visits, report.frames, len(report.failures)))
    print("not shown here: tunnels and ipvs, which this laboratory does not build; rp_filter and time-outs of minutes")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
