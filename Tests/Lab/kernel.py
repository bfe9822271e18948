"""Builds a plant of the model in real network namespaces, sends real packets and says what arrived where.

Input is the JSON that `network-lab` prints: the commands that make every namespace, the rules of each, who listens,
and the visits with what the model says of each. Nothing but Python's standard library is used.
"""

import errno
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

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


def inside(name, work):
    """Does something in a namespace, in a thread of its own; children that it starts are there too."""
    result = []
    problem = []

    def go():
        try:
            enter(name)
            result.append(work())
        except Exception as error:  # noqa: BLE001: it is raised again where somebody can see it
            problem.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    if problem:
        raise problem[0]
    return result[0]


def switch(name, value):
    """A switch of the kernel, of the namespace that the thread is in."""
    path = "/proc/sys/" + "/".join(name.split("."))
    try:
        with open(path, "w") as file:
            file.write(str(value))
    except OSError as error:
        raise Failure("%s cannot be set: %s" % (name, error))


def hold_neighbours():
    """Lets no time pass for what is known of neighbours: a kernel confirms it at moments that chance picks."""
    for device in os.listdir("/proc/sys/net/ipv4/neigh"):
        if device not in ("default", "lo"):
            switch("net.ipv4.neigh.%s.base_reachable_time_ms" % device, 3600000)
            switch("net.ipv4.neigh.%s.delay_first_probe_time" % device, 3600)
            switch("net.ipv4.neigh.%s.gc_stale_time" % device, 3600)


def forget_lists():
    folder = "/proc/thread-self/net/xt_recent"
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), "w") as file:
            file.write("/\n")


class Plant:
    """The namespaces of one network of the model, under names of our own."""

    def __init__(self, plan):
        self.plan = plan
        self.names = {}
        self.servers = []
        self.stopping = False
        self.prefix = "orl%d" % (os.getpid() % 100000)

    def name(self, place):
        if place not in self.names:
            self.names[place] = "%s-%d" % (self.prefix, len(self.names))
        return self.names[place]

    def build(self):
        places = self.plan["namespaces"]
        run(["ip", "-batch", "-"], "".join("netns add %s\n" % self.name(place) for place in places))
        # One process for all commands of a namespace: a process for each would take a minute.
        pairs = {place: [] for place in places}
        for pair in self.plan["pairs"]:
            pairs[pair["place"]].append("link add %s address %s type veth peer name %s address %s netns %s" % (
                pair["name"], pair["mac"], pair["peerName"], pair["peerMAC"], self.name(pair["peerPlace"])))
        for place in places:
            inside(self.name(place), lambda: self.prepare(pairs[place]))
        for place, lines in self.plan["commands"].items():
            inside(self.name(place), lambda: self.batch(lines))
        self.settle()
        for place in places:
            inside(self.name(place), hold_neighbours)
        for listener in self.plan["listeners"]:
            self.listen(listener)

    def prepare(self, pairs):
        for name in ("all", "default"):
            switch("net.ipv6.conf.%s.disable_ipv6" % name, 1)
        if pairs:
            run(["ip", "-batch", "-"], "\n".join(pairs) + "\n")

    def settle(self):
        """Waits until every port of every bridge passes frames: the kernel takes up to a second to see a carrier."""
        places = list(self.plan["namespaces"])
        for _ in range(200):
            places = [place for place in places if inside(self.name(place), self.is_waiting)]
            if not places:
                return
            time.sleep(0.05)
        raise Failure("links do not come up in %s" % ", ".join(places))

    def is_waiting(self):
        ports = [line for line in run(["bridge", "link"]).stdout.splitlines() if " master " in line]
        if any("state forwarding" not in line for line in ports):
            return True
        # A bridge without ports stays down, and so does a loopback interface that nobody switched on.
        masters = {line.split(" master ")[1].split()[0] for line in ports}
        bridges = {line.split()[0] for line in run(["ip", "-br", "link", "show", "type", "bridge"]).stdout.splitlines()}
        for line in run(["ip", "-br", "link"]).stdout.splitlines():
            name, state = line.split()[:2]
            if name.split("@")[0] != "lo" and (name not in bridges or name in masters) and state not in ("UP", "UNKNOWN"):
                return True
        return False

    def batch(self, lines):
        # Links first: some switches belong to a link.
        for tool in ("ip", "bridge"):
            mine = [line.partition(" ")[2] for line in lines if line.startswith(tool + " ")]
            if mine:
                run([tool, "-batch", "-"], "\n".join(mine) + "\n")
        for line in lines:
            if line.startswith("sysctl "):
                name, _, value = line.partition(" ")[2].partition("=")
                switch(name, value)

    def restore(self, place, text):
        inside(self.name(place), lambda: run(["iptables-restore"], text))

    def give_up(self):
        """Packets that still wait for a neighbour would have errors sent about them in the middle of the next visit."""
        for place in self.plan["cases"][0]["rules"]:
            inside(self.name(place), lambda: run(["ip", "neigh", "flush", "nud", "incomplete", "nud", "failed"], check=False))

    def forget(self):
        """No connection of one case is known in the next one."""
        for place in self.plan["namespaces"]:
            if place in self.plan["cases"][0]["rules"]:
                inside(self.name(place), lambda: run(["conntrack", "-F"], check=False))

    def forget_places(self):
        """No bridge knows any more behind which port an address is."""
        for bridge, place in self.bridges():
            inside(self.name(place), lambda: run(["ip", "link", "set", "dev", bridge, "type", "bridge", "fdb_flush"]))

    def forget_neighbours(self):
        """Nobody knows anybody, as in the model at the beginning of a case."""
        for place in self.plan["namespaces"]:
            inside(self.name(place), lambda: run(["ip", "neigh", "flush", "all"], check=False))
            # What is remembered by `recent` matches outlives the rules that asked for it.
            inside(self.name(place), forget_lists)
        self.forget_places()

    def bridges(self):
        for place, lines in self.plan["commands"].items():
            for line in lines:
                if line.startswith("ip link add ") and " type bridge " in line:
                    yield line.split()[3], place

    def neighbours(self):
        """Who is known to whom: place, interface, address, hardware address and how well."""
        out = set()
        for place in self.plan["namespaces"]:
            for line in inside(self.name(place), lambda: run(["ip", "neigh"]).stdout).splitlines():
                words = line.split()
                if "lladdr" in words:
                    state = "reachable" if words[-1] == "REACHABLE" else "stale"
                    out.add((place, words[2], words[0], words[words.index("lladdr") + 1], state))
        return out

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

    def visit(self, visit, stretch=1.0):
        """Goes there once; one word for what happened, and the address that the other side saw."""
        patience = visit["patience"] * stretch
        try:
            if visit["transport"] == "icmp":
                return inside(self.name(visit["place"]), lambda: ping(visit["address"], patience)), ""
            return inside(self.name(visit["place"]), lambda: get(visit["address"], visit["port"], patience))
        except OSError as error:
            return word(error), ""

    def watch(self, places):
        return Watcher(self, places)

    def close(self):
        self.stopping = True
        for thread in self.servers:
            thread.join(1)
        run(["ip", "-force", "-batch", "-"], "".join("netns del %s\n" % name for name in self.names.values()), check=False)


def word(error):
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, ConnectionResetError):
        return "reset"
    return "unreachable" if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH) else "timeout"


def get(address, port, patience):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        client.settimeout(patience)
        client.connect((address, port))
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        text = client.recv(4096).decode()
        if not text:
            return "closed", ""
        answer, _, seen = text.rpartition(" ")
        return answer, seen


def ping(address, patience):
    """An echo request, and whether its reply or an error about it came back."""
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as client:
        client.settimeout(patience)
        own = threading.get_native_id() & 0xffff
        head = struct.pack("!BBHHH", 8, 0, 0, own, 1)
        filling = bytes(range(56))
        client.sendto(struct.pack("!BBHHH", 8, 0, checksum(head + filling), own, 1) + filling, (address, 0))
        end = time.monotonic() + patience
        while time.monotonic() < end:
            data, (sender, _) = client.recvfrom(2048)
            body = data[(data[0] & 15) * 4:]
            kind, code = body[0], body[1]
            if kind == 0 and struct.unpack("!H", body[4:6])[0] == own and sender == address:
                return "echo reply"
            if kind == 3 and code in (0, 1) and body[24:28] == socket.inet_aton(address):
                return "unreachable"
        return "timeout"


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


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
    """The headers of a frame that opens, accepts, refuses, complains, or asks for a neighbour; nothing for any other."""
    if len(data) >= 42 and data[12:14] == b"\x08\x06":
        return {
            "kind": "arp reply" if data[21] == 2 else "arp request", "ttl": 0, "sourcePort": 0, "targetPort": 0,
            "sourceMAC": mac(data[6:12]), "targetMAC": mac(data[0:6]),
            "source": socket.inet_ntoa(data[28:32]), "target": socket.inet_ntoa(data[38:42]),
        }
    if len(data) < 34 or data[12:14] != b"\x08\x00":
        return None
    head = data[14:]
    body = head[(head[0] & 15) * 4:]
    frame = {
        "sourceMAC": mac(data[6:12]), "targetMAC": mac(data[0:6]),
        "source": socket.inet_ntoa(head[12:16]), "target": socket.inet_ntoa(head[16:20]),
        "sourcePort": 0, "targetPort": 0, "ttl": head[8],
    }
    if head[9] == 6 and len(body) >= 14:
        flags = body[13]
        frame["sourcePort"], frame["targetPort"] = struct.unpack("!HH", body[:4])
        frame["kind"] = "RST" if flags & 4 else "SYN-ACK" if flags & 18 == 18 else "SYN" if flags & 2 else ""
    elif head[9] == 1 and len(body) >= 8:
        frame["kind"] = "icmp %d %d" % (body[0], body[1])
        if body[0] not in (0, 8):
            # The error quotes the packet that it is about.
            quoted = body[8:]
            inner = quoted[(quoted[0] & 15) * 4:]
            frame["kind"] += " %s %s" % (socket.inet_ntoa(quoted[12:16]), socket.inet_ntoa(quoted[16:20]))
            if quoted[9] == 1:
                frame["sourcePort"] = frame["targetPort"] = struct.unpack("!H", inner[4:6])[0]
            else:
                frame["sourcePort"], frame["targetPort"] = struct.unpack("!HH", inner[:4])
    return frame if frame.get("kind") else None
