public import Clockwork

/// Machines of one size that a made-up cloud has ready: some are nodes from the beginning, the others can be switched on.
///
/// Keys: `name`, `min`, `max`, `nodes` (names of nodes of the cluster that belong to it), the size `cpu`, `memory` and
/// `pods`, `labels` and `taints` of a new node, `ip` (of the first new machine), `boot` (how long a machine takes),
/// `quota` (how many machines the cloud gives at most), `joins` (false where new machines cannot join the cluster).
public struct NodeGroup: Equatable, Sendable {
  public var name = ""
  public var min: Int64 = 1
  public var max: Int64 = 3
  public var nodes: [String] = []
  /// What every machine of the group is like; its name and addresses are those of the first new one.
  public var template = ClusterSpec.Machine(name: "", ip: "")
  public var boot: Time = 60_000
  public var quota: Int64? = nil
  public var joins = true

  public init() {}

  init(_ reader: inout SpecReader, number: Int) {
    reader.only([
      "name", "min", "max", "nodes", "cpu", "memory", "pods", "labels", "taints", "ip", "boot", "quota", "joins",
    ])
    name = reader.text("name", default: "ng-\(number)")
    min = reader.number("min", default: 1)
    max = reader.number("max", default: Swift.max(min, 3))
    boot = reader.duration("boot") ?? boot
    joins = reader.flag("joins", default: true)
    if reader.value["quota"] != nil { quota = reader.number("quota", default: max) }
    for node in reader.value["nodes"]?.elements ?? [] { nodes.append(node.plain) }
    template.ip = reader.text("ip", default: "192.0.2.\(20 * number + 100)")
    ClusterSpec.readSize(&reader, &template)
    if min < 0 || max < 1 || max < min {
      let detail = "min must not be below 0, and max neither below 1 nor below min"
      reader.problems.append(FieldProblem(.invalid, reader.path + ["max"], got: "\(max)", detail: detail))
    }
    if Int64(nodes.count) > max {
      let detail = "the group has \(nodes.count) nodes already"
      reader.problems.append(FieldProblem(.invalid, reader.path + ["max"], got: "\(max)", detail: detail))
    }
  }

  /// The machines that are switched off at the beginning; their names follow from the group's.
  public var spares: [ClusterSpec.Machine] {
    var digest = Digest()
    digest.add(name)
    var random = Random(seed: digest.value)
    guard let first = IPv4(template.ip) else { return [] }
    var machines: [ClusterSpec.Machine] = []
    for place in 0..<Swift.max(0, max - Int64(nodes.count)) {
      var machine = template
      machine.name = "\(name)-\(Naming.suffix(&random))"
      machine.ip = IPv4(first.number + UInt32(place)).text
      machine.podCIDR = ""
      machines.append(machine)
    }
    return machines
  }
}

extension ClusterSpec {
  /// The machines of all groups that are switched off at the beginning.
  public var spares: [Machine] { nodeGroups.flatMap { $0.spares } }

  mutating func readGroups(_ reader: inout SpecReader) {
    for (index, value) in (reader.value["nodeGroups"]?.elements ?? []).enumerated() {
      var inner = SpecReader(value: value, path: ["nodeGroups", "\(index)"])
      let group = NodeGroup(&inner, number: index + 1)
      for node in group.nodes where !machines.contains(where: { $0.name == node }) {
        let detail = "the cluster has no such node"
        inner.problems.append(FieldProblem(.invalid, inner.path + ["nodes"], got: "\"\(node)\"", detail: detail))
      }
      reader.problems += inner.problems
      nodeGroups.append(group)
    }
    if nodeGroups.isEmpty {
      guard addOns.hasClusterAutoscaler else { return }
      let detail = "a cluster autoscaler needs nodeGroups: without a cloud that has machines there is nothing to add"
      reader.problems.append(FieldProblem(.required, ["nodeGroups"], detail: detail))
    } else {
      // Groups of machines are a cloud's.
      hasCloud = true
    }
  }
}
