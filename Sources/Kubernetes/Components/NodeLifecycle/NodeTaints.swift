import Clockwork

/// Which taints the state of a node asks for.
enum NodeTaints {
  static let notReady = "node.kubernetes.io/not-ready"
  static let unreachable = "node.kubernetes.io/unreachable"
  static let memoryPressure = "node.kubernetes.io/memory-pressure"
  static let unschedulable = "node.kubernetes.io/unschedulable"

  /// The conditions that keep new Pods away while they are true.
  private static let pressures: [(type: String, taint: String)] = [
    ("MemoryPressure", memoryPressure),
    ("DiskPressure", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "node.kubernetes.io/pid-pressure"),
  ]

  /// What keeps new Pods away from the node as it is.
  static func noSchedule(_ node: Node) -> [String] {
    var keys: [String] = []
    if let key = ready(node) { keys.append(key) }
    for pressure in pressures where node.status[condition: pressure.type]?.status == "True" {
      keys.append(pressure.taint)
    }
    if node.spec.unschedulable { keys.append(unschedulable) }
    return keys
  }

  /// The taint for a node that is not ready, or not heard of.
  static func ready(_ node: Node) -> String? {
    switch node.status[condition: "Ready"]?.status {
    case "False": notReady
    case "Unknown": unreachable
    default: nil
    }
  }

  private static func isOurs(_ key: String) -> Bool {
    key == notReady || key == unreachable || key == unschedulable || pressures.contains { $0.taint == key }
  }

  /// The taints after the next change that the node's state asks for: first what is missing, then what is too much.
  static func next(_ node: Node, at now: Time) -> [Taint]? {
    let wanted = noSchedule(node)
    let has = node.spec.taints.filter { $0.effect == "NoSchedule" && isOurs($0.key) }.map { $0.key }
    let missing = wanted.filter { !has.contains($0) }
    if !missing.isEmpty { return node.spec.taints + missing.map { made($0, "NoSchedule", now) } }
    let extra = has.filter { !wanted.contains($0) }
    if extra.isEmpty { return nil }
    return node.spec.taints.filter { $0.effect != "NoSchedule" || !extra.contains($0.key) }
  }

  /// The taints after Pods are driven off the node, or let be: nil where nothing changes.
  static func driving(_ node: Node, _ key: String?, at now: Time) -> [Taint]? {
    let has = node.spec.taints.filter { isDriving($0) }.map { $0.key }
    if has == (key.map { [$0] } ?? []) { return nil }
    let others = node.spec.taints.filter { !isDriving($0) }
    return others + (key.map { [made($0, "NoExecute", now)] } ?? [])
  }

  private static func isDriving(_ taint: Taint) -> Bool {
    taint.effect == "NoExecute" && (taint.key == notReady || taint.key == unreachable)
  }

  private static func made(_ key: String, _ effect: String, _ now: Time) -> Taint {
    var taint = Taint(key: key, effect: effect)
    taint.timeAdded = Timestamp(now)
    return taint
  }

  /// The write that gives a node its taints, if nobody has changed it meanwhile.
  static func write(_ node: Object, _ taints: [Taint], _ verb: Verb) -> ControllerCore.Write {
    var request = Request(id: 0, user: "", verb: .patch, key: node.key)
    let list: Value = taints.isEmpty ? .null : .list(taints.map { $0.tree })
    let metadata: Value = .map(("resourceVersion", .string("\(node.resourceVersion)")))
    request.body = .patch(.strategic, .map(("metadata", metadata), ("spec", .map(("taints", list)))))
    return ControllerCore.Write(verb, .object(node.key), request)
  }
}
