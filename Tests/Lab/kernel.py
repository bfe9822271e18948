"""Builds a plant of the model in real network namespaces, sends real packets and says what arrived where.

Input is the JSON that `network-lab` prints: the commands that make every namespace, the rules of each, who listens,
and the visits with what the model says of each. Nothing but Python's standard library is used.
"""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

PREFIX = "orl%d" % (os.getpid() % 10000)
ETH_ALL = 3


class Failure(Exception):
    pass


def run(command, text=None, check=True):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Failure("%s: %s" % (" ".join(command), (done.stderr or done.stdout).strip()))
    return done


def enter(name):
    """Moves the calling thread into a namespace."""
    handle = os.open("/var/run/netns/%s" % name, os.O_RDONLY)
    try:
        if hasattr(os, "setns"):
            os.setns(handle, 0x40000000)
        else:
            import ctypes

            if ctypes.CDLL(None, use_errno=True).setns(handle, 0x40000000) != 0:
                raise Failure("cannot enter %s" % name)
    finally:
        os.close(handle)


class Plant:
    """The namespaces of one network of the model, under names of our own."""

    def __init__(self, plan):
        self.plan = plan
        self.names = {}
        self.servers = []
        self.stopping = False

    def name(self, place):
        if place not in self.names:
            self.names[place] = "%s-%d" % (PREFIX, len(self.names))
        return self.names[place]

    def build(self):
        for place in self.plan["namespaces"]:
            run(["ip", "netns", "add", self.name(place)])
            inside = ["ip", "netns", "exec", self.name(place)]
            run(inside + ["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"], check=False)
            run(inside + ["sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0"], check=False)
        # All commands of a namespace go through one batch: a process each would take a minute.
        for pair in self.plan["pairs"]:
            run(["ip", "-n", self.name(pair["place"]), "link", "add", pair["name"], "address", pair["mac"], "type", "veth",
                 "peer", "name", pair["peerName"], "address", pair["peerMAC"], "netns", self.name(pair["peerPlace"])])
        for place, lines in self.plan["commands"].items():
            self.batch(place, lines)
        self.settle()
        for listener in self.plan["listeners"]:
            self.listen(listener)

    def settle(self):
        """Waits until every port of every bridge passes frames: the kernel takes up to a second to see a carrier."""
        for _ in range(100):
            waiting = 0
            for place in self.plan["namespaces"]:
                out = run(["bridge", "-n", self.name(place), "link"], check=False).stdout
                waiting += sum(1 for line in out.splitlines() if "master" in line and "state forwarding" not in line)
                out = run(["ip", "-n", self.name(place), "-br", "link"], check=False).stdout
                waiting += sum(1 for line in out.splitlines() if len(line.split()) > 1 and line.split()[1] not in ("UP", "UNKNOWN"))
            if not waiting:
                return
            time.sleep(0.05)

    def batch(self, place, lines):
        # Links first: some switches belong to a link.
        for tool in ("ip", "bridge"):
            mine = [line.partition(" ")[2] for line in lines if line.startswith(tool + " ")]
            if mine:
                run([tool, "-n", self.name(place), "-batch", "-"], "\n".join(mine) + "\n")
        switches = [line.partition(" ")[2] for line in lines if line.startswith("sysctl ")]
        run(["ip", "netns", "exec", self.name(place), "sysctl", "-qw"] + switches)

    def restore(self, place, text):
        run(["ip", "netns", "exec", self.name(place), "iptables-restore"], text)
        run(["ip", "netns", "exec", self.name(place), "conntrack", "-F"], check=False)

    def listen(self, listener):
        ready = threading.Event()
        problem = []

        def serve():
            try:
                enter(self.name(listener["place"]))
                server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(("0.0.0.0", listener["port"]))
                server.listen(64)
                server.settimeout(0.2)
            except OSError as error:
                problem.append(str(error))
                ready.set()
                return
            ready.set()
            while not self.stopping:
                try:
                    peer, address = server.accept()
                except socket.timeout:
                    continue
                try:
                    peer.settimeout(2)
                    peer.recv(4096)
                    peer.sendall(("%s %s" % (listener["answer"], address[0])).encode())
                except OSError:
                    pass
                peer.close()
            server.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        ready.wait(5)
        if problem:
            raise Failure("listen on %s:%d: %s" % (listener["place"], listener["port"], problem[0]))
        self.servers.append(thread)

    def visit(self, visit, patience=1.2):
        """Goes there once; one word for what happened, and the address that the other side saw."""
        result = ["timeout", "", 0]

        def go():
            try:
                enter(self.name(visit["place"]))
                client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                client.settimeout(visit.get("patience", patience))
                client.connect((visit["address"], visit["port"]))
                result[2] = client.getsockname()[1]
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                text = client.recv(4096).decode()
                if text:
                    word, _, seen = text.rpartition(" ")
                    result[0], result[1] = word, seen
                else:
                    result[0] = "closed"
                client.close()
            except ConnectionRefusedError:
                result[0] = "refused"
            except ConnectionResetError:
                result[0] = "reset"
            except socket.timeout:
                result[0] = "timeout"
            except OSError as error:
                result[0] = "unreachable" if error.errno in (101, 113) else "timeout"

        thread = threading.Thread(target=go)
        thread.start()
        thread.join()
        return result[0], result[1]

    def watch(self, places):
        return Watcher(self, places)

    def close(self):
        self.stopping = True
        for thread in self.servers:
            thread.join(1)
        for name in self.names.values():
            run(["ip", "netns", "del", name], check=False)


class Watcher:
    """Hears every frame of some namespaces, on all their interfaces."""

    def __init__(self, plant, places):
        self.frames = []
        self.stopping = False
        self.sockets = []
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(plant, places), daemon=True)
        self.thread.start()
        self.ready.wait(5)

    def run(self, plant, places):
        for place in places:
            enter(plant.name(place))
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL))
            raw.setblocking(False)
            self.sockets.append((place, raw))
        self.ready.set()
        by_number = {raw.fileno(): (place, raw) for place, raw in self.sockets}
        while not self.stopping:
            ready, _, _ = select.select(list(by_number), [], [], 0.05)
            for number in ready:
                place, raw = by_number[number]
                while True:
                    try:
                        data, address = raw.recvfrom(2048)
                    except BlockingIOError:
                        break
                    # What a machine sends itself is seen again as what arrives at the other end.
                    if address[2] != socket.PACKET_OUTGOING or address[0] == "lo":
                        frame = parse(data)
                        if frame:
                            self.frames.append((place, address[0], frame))
        for _, raw in self.sockets:
            raw.close()

    def stop(self):
        time.sleep(0.12)
        self.stopping = True
        self.thread.join(2)
        return self.frames


def mac(data):
    return ":".join("%02x" % byte for byte in data)


def parse(data):
    """The header of a TCP packet with its frame: addresses, ports, time to live and flags."""
    if len(data) < 34 or data[12:14] != b"\x08\x00":
        return None
    head = data[14:]
    length = (head[0] & 15) * 4
    if head[9] != 6 or len(head) < length + 14:
        return None
    source, target = struct.unpack("!HH", head[length:length + 4])
    flags = head[length + 13] & 0x17
    return {
        "sourceMAC": mac(data[6:12]), "targetMAC": mac(data[0:6]),
        "source": socket.inet_ntoa(head[12:16]), "target": socket.inet_ntoa(head[16:20]),
        "sourcePort": source, "targetPort": target, "ttl": head[8],
        "flags": "SYN-ACK" if flags & 18 == 18 else "SYN" if flags & 2 else "RST" if flags & 4 else "",
    }
