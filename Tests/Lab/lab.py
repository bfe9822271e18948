#!/usr/bin/env python3
"""Compares the model's packets with those of a real kernel, in network namespaces built from the model's tables.

lab.py [--sample] [--only=reference|mutations|random|captures] PROGRAM: PROGRAM is `network-lab`. Where nobody may make
namespaces it says that it skips everything and ends well; where namespaces work, nothing is skipped.
"""

import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
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
        self.questions = 0
        self.neighbours = 0
        self.again = 0
        self.differences = []

    def add(self, other):
        for name in ("visits", "headers", "questions", "neighbours", "again", "differences"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def compare(self, what, real, ours):
        if real != ours:
            self.differences.append("%s\n    kernel only: %s\n    model only: %s" % (
                what, sorted(real - ours, key=str), sorted(ours - real, key=str)))


def check(plan):
    """All cases of one network, in a process of its own."""
    report = Report()
    plant = kernel.Plant(plan)
    try:
        plant.build()
        for case in plan["cases"]:
            for place, text in case["rules"].items():
                plant.restore(place, text)
            if case["frames"]:
                follow(plant, plan, case, report)
            else:
                plant.forget()
                for visit, got in zip(case["visits"], together(plant, case["visits"])):
                    judge(plant, plan, case, visit, got, None, report)
    except kernel.Failure as failure:
        report.differences.append("%s: %s" % (plan["name"], failure))
    finally:
        plant.close()
    return report


def follow(plant, plan, case, report):
    """One visit after the other, hop by hop; then whatever was asked and learned of neighbours in all of them."""
    for number in range(3):
        one = Report()
        plant.forget_neighbours()
        plant.forget()
        asked = set()
        for visit in case["visits"]:
            if case["forgets"]:
                plant.forget_places()
            judge(plant, plan, case, visit, *watched(plant, plan, visit, asked), one, asked)
        known = plant.neighbours()
        one.compare("%s, %s: ARP differs" % (plan["name"], case["name"]), asked,
                    set(plain(frame, frame["place"], frame["device"]) for frame in case["questions"]))
        one.compare("%s, %s: neighbours differ" % (plan["name"], case["name"]), known,
                    set(tuple(entry) for entry in case["neighbours"]))
        one.questions, one.neighbours, one.again = len(asked), len(known), one.again + number
        if not one.differences:
            break
    report.add(one)


def watched(plant, plan, visit, asked, stretch=1.0):
    """What a visit got, and every header that was seen meanwhile; questions for neighbours go to `asked`."""
    watcher = plant.watch(plan["namespaces"])
    got = plant.visit(visit, stretch)
    frames = watcher.stop()
    if got[0] == "timeout":
        plant.give_up()
    bridges = {"cbr0", "cni0", "sw0"}
    seen = [plain(f, place, device) for place, device, f in frames if device not in bridges]
    asked.update(header for header in seen if header[2].startswith("arp"))
    return got, once(header for header in seen if not header[2].startswith("arp"))


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


def judge(plant, plan, case, visit, got, headers, report, asked=None):
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
            got, headers = watched(plant, plan, visit, asked, stretch)
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


def captures(program):
    """Differences between the model's capture files as tshark reads them and what the model put into them."""
    fields = ("frame.interface_name", "eth.src", "eth.dst", "arp.src.proto_ipv4", "ip.src", "ip.ttl", "tcp.dstport", "icmp.type")
    checks = ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE")
    wrong = "_ws.malformed or " + " or ".join("%s.checksum.status==0" % name for name in ("ip", "tcp", "udp", "icmp"))
    differences = []
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in plans(program, ["capture", folder]):
            read = ["tshark", "-n", "-r", file["path"]] + [word for check in checks for word in ("-o", check)]
            # An error quotes other headers: of each field the first one is the packet's own.
            table = kernel.run(read + ["-T", "fields", "-E", "occurrence=f"] + [w for f in fields for w in ("-e", f)]).stdout
            frames = [line.split("\t") for line in table.splitlines()]
            broken = kernel.run(read + ["-Y", wrong]).stdout
            count += len(frames)
            if broken:
                differences.append("tshark finds mistakes in %s: %s" % (os.path.basename(file["path"]), broken))
            differences += ["tshark reads %s, the model wrote %s" % pair for pair in zip(frames, file["frames"]) if pair[0] != pair[1]]
            if len(frames) != len(file["frames"]):
                differences.append("tshark reads %d frames of %d" % (len(frames), len(file["frames"])))
    print("  captures: tshark opened %d frames" % count)
    return differences


def keeps_track(release):
    """Whether the kernel is older than the one that no longer tracks what only a promiscuous bridge passes up."""
    numbers = [int(part) for part in re.findall(r"[0-9]+", release)[:3]] + [0, 0, 0]
    # Commit 751de2012eaf of Linux 6.9, and the stable releases that have it too.
    since = {(5, 15): 157, (6, 1): 88, (6, 6): 29, (6, 8): 8}
    series = tuple(numbers[:2])
    return series < (6, 9) and numbers[2] < since.get(series, sys.maxsize)


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
    release = os.uname().release
    is_old = keeps_track(release)
    began = time.time()
    total = Report()
    cases = {}
    kinds, noticed = {}, 0
    with concurrent.futures.ProcessPoolExecutor(max_workers=WORKERS) as pool:
        for job, arguments in jobs.items():
            if only and job not in only:
                continue
            command = [job] + arguments + (["--old-kernel"] if is_old else [])
            work = []
            for plan in plans(program, command):
                work.append((plan["name"], len(plan["cases"]), pool.submit(check, plan)))
                noticed += plan.get("noticed", 0)
                if plan.get("kinds"):
                    kinds[plan["name"].split()[-1]] = plan["kinds"]
            for name, _, future in work:
                report = future.result()
                total.add(report)
                for text in report.differences:
                    print("DIFFERENT " + text, flush=True)
                if not is_sample:
                    print("  %s: %d visits, %d headers, %d questions and answers of ARP, %d neighbours" % (
                        name, report.visits, report.headers, report.questions, report.neighbours), flush=True)
            cases[job] = sum(count for _, count, _ in work)
    if not only or "captures" in only:
        if is_sample and not shutil.which("tshark"):
            print("laboratory: tshark is not installed: no capture of the model was opened")
        else:
            total.differences += captures(program)
            for text in total.differences[-3:]:
                print("DIFFERENT " + text, flush=True)
    print("laboratory: Linux %s, where a promiscuous bridge %s; the way of %s kernels cannot be compared here" % (
        release, *(("tracks what it passes up", "younger") if is_old else ("forgets the connection of what it passes up", "older"))))
    for version, count in kinds.items():
        print("laboratory: all %d kinds of rules of version %s were deleted, moved, inverted and diverted where they can be" % (
            count, version))
    if noticed:
        print("laboratory: of the changed rules, %d sent some packet another way" % noticed)
    print("laboratory: %d visits, %d headers, %d of ARP, %d neighbours, %d reference cases, %d mutations, %d networks, "
          "differences %d (%d s, %d made again)" % (
              total.visits, total.headers, total.questions, total.neighbours, cases.get("reference", 0),
              cases.get("mutations", 0), cases.get("random", 0), len(total.differences), time.time() - began, total.again))
    return 1 if total.differences else 0


if __name__ == "__main__":
    sys.exit(main())
