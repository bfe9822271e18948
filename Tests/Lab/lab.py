#!/usr/bin/env python3
"""Compares the model's packets with those of a real kernel, in network namespaces built from the model's tables.

lab.py [--sample] [--only=reference|mutations|random] PROGRAM: PROGRAM is `network-lab`. Where nobody may make
namespaces it says that it skips everything and ends well; where namespaces work, nothing is skipped.
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kernel  # noqa: E402

# Ports that the networks of the model name; any other was drawn by a client or by a translation.
KNOWN = {0, 80, 81, 8080, 8081, 9999, 30080, 30081, 30082, 31999} | set(range(30000, 30004))
TOOLS = ("ip", "bridge", "iptables-restore", "conntrack")
# Most of the time is spent in waiting for answers that never come.
WORKERS = int(os.environ.get("LAB_WORKERS", "8"))


def unable():
    """Why the laboratory cannot work here; empty where it can."""
    if os.geteuid() != 0:
        return "not root"
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode != 0:
        return "network namespaces are not allowed here"
    for tool in TOOLS:
        if subprocess.run(["sh", "-c", "command -v " + tool], capture_output=True).returncode != 0:
            raise kernel.Failure("%s is missing, and namespaces work here" % tool)
    if not os.path.exists("/proc/sys/net/bridge/bridge-nf-call-iptables"):
        subprocess.run(["modprobe", "br_netfilter"], capture_output=True)
    if not os.path.exists("/proc/sys/net/bridge/bridge-nf-call-iptables"):
        raise kernel.Failure("the module br_netfilter is missing, and namespaces work here")
    return ""


def plain(frame, place, device):
    port = lambda number: number if number in KNOWN else "any"
    return (place, device, frame["kind"], frame["sourceMAC"], frame["targetMAC"], frame["source"],
            port(frame["sourcePort"]), frame["target"], port(frame["targetPort"]), frame["ttl"])


def once(frames):
    """Each header once: a SYN that is sent again says nothing new."""
    return sorted(set(frames), key=str)


class Report:
    def __init__(self):
        self.visits = 0
        self.headers = 0
        self.again = 0
        self.differences = []


def check(plan):
    """All cases of one network, in a process of its own."""
    report = Report()
    plant = kernel.Plant(plan)
    try:
        plant.build()
        for case in plan["cases"]:
            for place, text in case["rules"].items():
                plant.restore(place, text)
            plant.forget()
            if case["frames"]:
                for visit in case["visits"]:
                    judge(plant, plan, case, visit, *watched(plant, plan, visit), report)
            else:
                for visit, got in zip(case["visits"], together(plant, case["visits"])):
                    judge(plant, plan, case, visit, got, None, report)
    except kernel.Failure as failure:
        report.differences.append("%s: %s" % (plan["name"], failure))
    finally:
        plant.close()
    return report


def watched(plant, plan, visit, stretch=1.0):
    """What a visit got, and every header that was seen meanwhile."""
    watcher = plant.watch(plan["namespaces"])
    got = plant.visit(visit, stretch)
    frames = watcher.stop()
    if got[0] == "timeout":
        plant.give_up()
    bridges = {"cbr0", "cni0", "sw0"}
    return got, once(plain(f, place, device) for place, device, f in frames if device not in bridges)


def together(plant, visits):
    results = [None] * len(visits)

    def go(number):
        results[number] = plant.visit(visits[number])

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(results))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def difference(visit, got, headers):
    want = (visit["word"], visit["seen"])
    if got != want:
        return "the kernel says %s, the model %s" % (got, want)
    if headers is None:
        return ""
    model = once(plain(f, f["place"], f["device"]) for f in visit["frames"])
    if headers == model:
        return ""
    return "headers differ\n    kernel only: %s\n    model only: %s" % (
        [f for f in headers if f not in model], [f for f in model if f not in headers])


def judge(plant, plan, case, visit, got, headers, report):
    report.visits += 1
    if headers is not None:
        report.headers += len(headers)
    what = difference(visit, got, headers)
    # A busy machine is late; what is really different is different again.
    for stretch in (2.0, 4.0):
        if not what:
            return
        report.again += 1
        plant.forget()
        if headers is None:
            got = plant.visit(visit, stretch)
        else:
            got, headers = watched(plant, plan, visit, stretch)
        what = difference(visit, got, headers)
    if what:
        report.differences.append("%s, %s, %s -> %s:%d over %s: %s" % (
            plan["name"], case["name"], visit["place"], visit["address"], visit["port"], visit["transport"], what))


def plans(program, job):
    """The networks of a job, each as soon as the model has played it."""
    with subprocess.Popen([program] + job, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode != 0:
        raise kernel.Failure("%s %s ended with status %d" % (program, " ".join(job), process.returncode))


def main():
    program = [a for a in sys.argv[1:] if not a.startswith("--")][0]
    is_sample = "--sample" in sys.argv
    why = unable()
    if why:
        print("the laboratory skips everything: %s" % why)
        return 0
    jobs = {"reference": ["30"], "mutations": ["1", "200"], "random": ["1", "100"]}
    if is_sample:
        jobs = {"reference": ["3"], "mutations": ["7", "4"], "random": ["40", "2"]}
    only = [a[7:] for a in sys.argv[1:] if a.startswith("--only=")]
    began = time.time()
    totals = {"visits": 0, "headers": 0, "again": 0, "cases": {}, "differences": 0}
    with concurrent.futures.ProcessPoolExecutor(max_workers=WORKERS) as pool:
        for job, arguments in jobs.items():
            if only and job not in only:
                continue
            work = [(plan["name"], len(plan["cases"]), pool.submit(check, plan)) for plan in plans(program, [job] + arguments)]
            for name, _, future in work:
                report = future.result()
                totals["visits"] += report.visits
                totals["headers"] += report.headers
                totals["again"] += report.again
                totals["differences"] += len(report.differences)
                for text in report.differences:
                    print("DIFFERENT " + text, flush=True)
                if not is_sample:
                    print("  %s: %d visits, %d headers" % (name, report.visits, report.headers), flush=True)
            totals["cases"][job] = sum(cases for _, cases, _ in work)
    print("laboratory: %d visits, %d headers, %d reference cases, %d mutations, %d networks, differences %d (%d s, %d visits made again)" % (
        totals["visits"], totals["headers"], totals["cases"].get("reference", 0), totals["cases"].get("mutations", 0),
        totals["cases"].get("random", 0), totals["differences"], time.time() - began, totals["again"]))
    return 1 if totals["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
