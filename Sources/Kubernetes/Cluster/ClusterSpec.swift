public import Clockwork

/// What a cluster is made of: the file in `Lessons/clusters` that a lesson or `--cluster` names.
///
/// Keys: `version` (then, now), `runtime` (docker, containerd), `network` (kubenet, bridge), `proxy`,
/// `serviceCIDR`, `clusterCIDR`, `controlPlane` {name, ip, registers, podCIDR, cpu, memory, pods},
/// `schedulers` (names of those beside kube-scheduler), `nodes` [{name, ip, podCIDR, cpu, memory, pods, labels, taints}],
/// `sizes` (varied, fixed), `addons` {metrics-server, CoreDNS, VPA, cluster-autoscaler}, `cloud` (true where a made-up cloud gives nodes
/// ranges, routes and load balancers), `nodeGroups` (machines that a made-up cloud has ready, see ``NodeGroup``), `etcd` (how many
/// members: 1, 3 or 5), `routes` (router, nodes: who knows behind which node which Pods are), `packets` (true where
/// kernels move packets, also without a line that sends one), `history` (true where bookmarks of watches and the compaction of
/// etcd are steps, also without a line that cuts somebody off from kube-apiserver).
public struct ClusterSpec: Equatable, Sendable {
  public enum Runtime: String, Equatable, Sendable {
    case docker
    case containerd
  }

  /// A machine that runs a kubelet.
  public struct Machine: Equatable, Sendable {
    public var name = ""
    public var ip = ""
    public var podCIDR = ""
    public var cpu = "2"
    public var memory = "4Gi"
    public var pods = "110"
    public var labels: Table<String, String> = [:]
    public var taints: [Taint] = []
    public var isControlPlane = false

    public init(name: String, ip: String) {
      self.name = name
      self.ip = ip
    }
  }

  public var version = Version.now
  public var runtime = Runtime.containerd
  public var network = "bridge"
  public var proxy = "iptables"
  public var serviceCIDR = ""
  public var clusterCIDR = ""
  public var controlPlaneIP = ""
  /// The machine of the control plane, which need not be a node.
  public var controlPlaneName = "cp1"
  /// Machines with a kubelet, the control plane's first where it registers as a node.
  public var machines: [Machine] = []
  /// Whether the machines of another variant may be of another size; not where a story counts what fits on them.
  public var variesSizes = true
  public var addOns: AddOns = AddOns()
  /// Schedulers beside kube-scheduler, each with a cache of its own, for Pods whose `schedulerName` is theirs.
  public var schedulers: [String] = []
  /// Whether the kernels of the nodes move packets, also where no line of a script sends one.
  public var hasPackets = false
  /// Whether watches are told how far they are and etcd is compacted, as steps.
  public var hasHistory = false
  /// Whether controllers of a cloud are at work; elsewhere an administrator has told the router where Pods are.
  public var hasCloud = false
  /// Groups of machines of one size.
  public var nodeGroups: [NodeGroup] = []
  /// How many members keep the store: 1, 3 or 5.
  public var etcdMembers = 1
  /// Whether an administrator has told every node too, so that Pods of two nodes do without the router.
  public var hasNodeRoutes = false

  public init() {}

  /// Where the Pods of the cluster look names up: the tenth address of the range of Services.
  public var dnsAddress: String {
    CIDR(serviceCIDR).map { IPv4(min($0.base.number + 10, $0.last.number)).text } ?? ""
  }

  /// Reads a spec; what is wrong with it is listed, and a spec with problems must not be built.
  public init(_ value: Value, problems: inout [FieldProblem]) {
    var reader = SpecReader(value: value, path: [])
    reader.only([
      "version", "runtime", "network", "proxy", "serviceCIDR", "clusterCIDR", "controlPlane", "nodes", "addons",
      "sizes", "schedulers", "packets", "cloud", "routes", "nodeGroups", "etcd", "history",
    ])
    if let version = Version(rawValue: reader.choice("version", ["then", "now"], default: "now")) {
      self.version = version
    }
    let usual = version == .then ? "docker" : "containerd"
    if let runtime = Runtime(rawValue: reader.choice("runtime", ["docker", "containerd"], default: usual)) {
      self.runtime = runtime
    }
    network = reader.choice("network", ["kubenet", "bridge"], default: version == .then ? "kubenet" : "bridge")
    proxy = reader.choice("proxy", ["userspace", "iptables", "ipvs", "nftables"], default: "iptables")
    variesSizes = reader.choice("sizes", ["varied", "fixed"], default: "varied") == "varied"
    etcdMembers = ["1": 1, "3": 3, "5": 5][reader.choice("etcd", ["1", "3", "5"], default: "1")] ?? 1
    hasCloud = reader.flag("cloud", default: false)
    hasNodeRoutes = reader.choice("routes", ["router", "nodes"], default: "router") == "nodes"
    hasPackets = reader.flag("packets", default: false)
    hasHistory = reader.flag("history", default: false)
    serviceCIDR = reader.text("serviceCIDR", default: "10.0.0.0/24")
    clusterCIDR = reader.text("clusterCIDR", default: "172.20.0.0/16")
    readControlPlane(&reader)
    for (index, node) in (value["nodes"]?.elements ?? []).enumerated() {
      var inner = SpecReader(value: node, path: ["nodes", "\(index)"])
      machines.append(ClusterSpec.machine(&inner, number: index + 1))
      reader.problems += inner.problems
    }
    if machines.isEmpty {
      reader.problems.append(FieldProblem(.required, ["nodes"], detail: "a cluster needs a node"))
    }
    addOns = AddOns(&reader, version: version)
    readGroups(&reader)
    for name in value["schedulers"]?.elements ?? [] { schedulers.append(name.plain) }
    checkPairs(&reader)
    checkNames(&reader)
    problems += reader.problems
  }

  private mutating func readControlPlane(_ reader: inout SpecReader) {
    let value = reader.value["controlPlane"] ?? .emptyMap
    var inner = SpecReader(value: value, path: ["controlPlane"])
    controlPlaneIP = inner.text("ip", default: "192.0.2.10")
    controlPlaneName = inner.text("name", default: "cp1")
    if inner.flag("registers", default: false) {
      var machine = ClusterSpec.machine(&inner, number: 0)
      machine.isControlPlane = true
      let key = version == .then ? "node-role.kubernetes.io/master" : "node-role.kubernetes.io/control-plane"
      machine.taints = [Taint(key: key, effect: "NoSchedule")]
      machine.labels[key] = ""
      machines.append(machine)
    }
    reader.problems += inner.problems
  }

  private static func machine(_ reader: inout SpecReader, number: Int) -> Machine {
    reader.only(["name", "ip", "podCIDR", "cpu", "memory", "pods", "labels", "taints", "registers"])
    var machine = Machine(
      name: reader.text("name", default: number == 0 ? "cp1" : "node\(number)"),
      ip: reader.text("ip", default: "192.0.2.\(10 + number)")
    )
    machine.podCIDR = reader.text("podCIDR", default: "172.20.\(number).0/24")
    readSize(&reader, &machine)
    return machine
  }

  /// What a machine has to give, and what its node says of itself.
  static func readSize(_ reader: inout SpecReader, _ machine: inout Machine) {
    machine.cpu = reader.text("cpu", default: machine.cpu)
    machine.memory = reader.text("memory", default: machine.memory)
    machine.pods = reader.text("pods", default: machine.pods)
    for entry in reader.value["labels"]?.entries ?? [] { machine.labels[entry.key] = entry.value.plain }
    for taint in reader.value["taints"]?.elements ?? [] {
      machine.taints.append(
        Taint(
          key: taint["key"]?.plain ?? "",
          value: taint["value"]?.plain ?? "",
          effect: taint["effect"]?.plain ?? "NoSchedule"
        )
      )
    }
  }

  /// Pairs that never existed say why.
  private func checkPairs(_ reader: inout SpecReader) {
    func refuse(_ key: String, _ why: String) {
      reader.problems.append(FieldProblem(.invalid, [key], got: "\"\(reader.value[key]?.plain ?? "")\"", detail: why))
    }
    if version == .now, runtime == .docker { refuse("runtime", "dockershim was removed in Kubernetes 1.24") }
    if version == .now, network == "kubenet" { refuse("network", "kubenet went with dockershim in Kubernetes 1.24") }
    if runtime == .containerd, network == "kubenet" { refuse("network", "kubenet works with docker only") }
    if version == .now, proxy == "userspace" { refuse("proxy", "the userspace proxy was removed in Kubernetes 1.26") }
    if version == .then, proxy == "nftables" { refuse("proxy", "the nftables proxy came with Kubernetes 1.29") }
  }

  private func checkNames(_ reader: inout SpecReader) {
    var taken = ["kube-scheduler", SchedulerProfile.defaultName]
    for name in schedulers {
      if taken.contains(name) {
        reader.problems.append(FieldProblem(.duplicate, ["schedulers"], got: "\"\(name)\""))
      } else if let problem = NameRules.label(name).first {
        reader.problems.append(FieldProblem(.invalid, ["schedulers"], got: "\"\(name)\"", detail: problem))
      }
      taken.append(name)
    }
    var seen: [String] = []
    for machine in machines + spares {
      if seen.contains(machine.name) {
        reader.problems.append(FieldProblem(.duplicate, ["nodes"], got: "\"\(machine.name)\""))
      }
      seen.append(machine.name)
    }
  }
}

/// Reads the keys of one map of a spec and collects what is wrong.
struct SpecReader {
  let value: Value
  let path: [String]
  var problems: [FieldProblem] = []

  init(value: Value, path: [String]) {
    self.value = value
    self.path = path
  }

  mutating func only(_ keys: [String]) {
    guard let entries = value.entries else {
      if !value.isNull { problems.append(FieldProblem(.wrongType, path, detail: "a map is expected here")) }
      return
    }
    for entry in entries where !keys.contains(entry.key) {
      let known = keys.joined(separator: ", ")
      problems.append(
        FieldProblem(.invalid, path + [entry.key], got: "\"\(entry.key)\"", detail: "no such key; known are \(known)")
      )
    }
  }

  mutating func text(_ key: String, default usual: String) -> String {
    guard let found = value[key] else { return usual }
    switch found {
    case .string, .integer, .number: return found.plain
    default:
      problems.append(FieldProblem(.wrongType, path + [key], detail: "text is expected here"))
      return usual
    }
  }

  mutating func flag(_ key: String, default usual: Bool) -> Bool {
    guard let found = value[key] else { return usual }
    if let flag = found.flag { return flag }
    problems.append(FieldProblem(.wrongType, path + [key], detail: "true or false is expected here"))
    return usual
  }

  mutating func choice(_ key: String, _ choices: [String], default usual: String) -> String {
    let found = text(key, default: usual)
    if choices.contains(found) { return found }
    let supported = choices.map { "\"\($0)\"" }.joined(separator: ", ")
    problems.append(
      FieldProblem(.unsupported, path + [key], got: "\"\(found)\"", detail: "supported values: \(supported)")
    )
    return usual
  }
}

extension ClusterSpec {
  /// The same cluster for another learner: other addresses and other capacities, drawn from the seed.
  ///
  /// Seed 0 is the cluster as its file has it.
  public func varied(_ seed: UInt64) -> ClusterSpec {
    guard seed != 0 else { return self }
    var random = Random(seed: seed).stream("variant")
    var spec = self
    let second = 16 + random.next(below: 200)
    let third = 20 + random.next(below: 200)
    let cpu = ["2", "4", "8"][random.next(below: 3)]
    let memory = ["4Gi", "8Gi", "16Gi"][random.next(below: 3)]
    spec.clusterCIDR = "10.\(second).0.0/16"
    spec.controlPlaneIP = ClusterSpec.replace(octet: 2, of: controlPlaneIP, by: third)
    for index in spec.machines.indices {
      spec.machines[index].ip = ClusterSpec.replace(octet: 2, of: machines[index].ip, by: third)
      spec.machines[index].podCIDR = ClusterSpec.replace(octet: 1, of: machines[index].podCIDR, by: second)
      guard variesSizes else { continue }
      spec.machines[index].cpu = cpu
      spec.machines[index].memory = memory
    }
    for index in spec.nodeGroups.indices {
      let ip = ClusterSpec.replace(octet: 2, of: nodeGroups[index].template.ip, by: third)
      spec.nodeGroups[index].template.ip = ip
      guard variesSizes else { continue }
      spec.nodeGroups[index].template.cpu = cpu
      spec.nodeGroups[index].template.memory = memory
    }
    return spec
  }

  private static func replace(octet: Int, of address: String, by number: Int) -> String {
    var parts = address.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 4 else { return address }
    parts[octet] = "\(number)"
    return parts.joined(separator: ".")
  }
}
