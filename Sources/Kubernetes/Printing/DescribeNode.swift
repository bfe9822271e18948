import Clockwork

extension Describe {
  /// A node with its lease, the Pods on it that have not ended, and its Events, as `kubectl describe node` prints it.
  public static func node(
    _ node: Node,
    pods: [Pod],
    lease: Object?,
    events: [Event],
    _ version: Version,
    now: Int64
  ) -> String {
    var writer = TabWriter.describe
    writer.line("Name:\t\(node.metadata.name)")
    writer.line("Roles:\t\(NodeRoles.text(node.metadata.labels))")
    labels("Labels", node.metadata.labels, &writer)
    annotations(node.metadata.annotations, &writer)
    writer.line("CreationTimestamp:\t\(TimeText.longText(node.metadata.creationTimestamp))")
    taints(node.spec.taints, &writer)
    writer.line("Unschedulable:\t\(node.spec.unschedulable ? "true" : "false")")
    if let lease {
      describe(lease, &writer)
    } else {
      let name = node.metadata.name
      writer.line("Lease:\tFailed to get lease: leases.coordination.k8s.io \"\(name)\" not found")
    }
    conditions(node, &writer)
    writer.line("Addresses:")
    for address in node.status.addresses { writer.line("\(address.type):\t\(address.address)", level: 1) }
    resources("Capacity", node.status.capacity, level: 0, &writer)
    resources("Allocatable", node.status.allocatable, level: 0, &writer)
    system(node, &writer)
    usage(node, pods.filter { $0.status.phase != "Succeeded" && $0.status.phase != "Failed" }, version, now, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func taints(_ taints: [Taint], _ writer: inout TabWriter) {
    var lines: [String] = []
    for taint in stable(taints, { "\($0.effect),\($0.key)" < "\($1.effect),\($1.key)" }) {
      lines.append(taint.key + (taint.value.isEmpty ? "" : "=\(taint.value)") + ":\(taint.effect)")
    }
    list("Taints", lines, &writer)
  }

  private static func describe(_ lease: Object, _ writer: inout TabWriter) {
    let spec = lease.value["spec"]
    writer.line("Lease:")
    writer.line("HolderIdentity:\t\(spec?["holderIdentity"]?.text ?? "<unset>")", level: 1)
    for (title, key) in [("AcquireTime", "acquireTime"), ("RenewTime", "renewTime")] {
      let moment = spec?[key]?.text.flatMap { Timestamp(text: $0) }
      writer.line("\(title):\t\(moment == nil ? "<unset>" : TimeText.longText(moment))", level: 1)
    }
  }

  private static func conditions(_ node: Node, _ writer: inout TabWriter) {
    if node.status.conditions.isEmpty { return }
    writer.line("Conditions:")
    writer.line("Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage", level: 1)
    writer.line("----\t------\t-----------------\t------------------\t------\t-------", level: 1)
    for condition in node.status.conditions {
      let heartbeat = TimeText.longText(condition.lastHeartbeatTime)
      let transition = TimeText.longText(condition.lastTransitionTime)
      writer.line(
        "\(condition.type) \t\(condition.status) \t\(heartbeat) \t\(transition) \t\(condition.reason) \t\(condition.message)",
        level: 1
      )
    }
  }

  private static func system(_ node: Node, _ writer: inout TabWriter) {
    let info = node.status.nodeInfo
    writer.line("System Info:")
    let rows = [
      ("Machine ID", info.machineID), ("System UUID", info.systemUUID), ("Boot ID", info.bootID),
      ("Kernel Version", info.kernelVersion), ("OS Image", info.osImage), ("Operating System", info.operatingSystem),
      ("Architecture", info.architecture), ("Container Runtime Version", info.containerRuntimeVersion),
      ("Kubelet Version", info.kubeletVersion), ("Kube-Proxy Version", info.kubeProxyVersion),
    ]
    for (title, text) in rows { writer.line("\(title):\t\(text)", level: 1) }
    if !node.spec.podCIDR.isEmpty { writer.line("PodCIDR:\t\(node.spec.podCIDR)") }
    var ranges = ""
    for range in node.spec.podCIDRs { ranges += (ranges.isEmpty ? "" : ",") + range }
    if !ranges.isEmpty { writer.line("PodCIDRs:\t\(ranges)") }
    if !node.spec.providerID.isEmpty { writer.line("ProviderID:\t\(node.spec.providerID)") }
  }

  // MARK: Pods and what they ask for

  private static func usage(
    _ node: Node,
    _ pods: [Pod],
    _ version: Version,
    _ now: Int64,
    _ writer: inout TabWriter
  ) {
    let allocatable = node.status.allocatable.isEmpty ? node.status.capacity : node.status.allocatable
    let age = version == .then ? "AGE" : "Age"
    writer.line("Non-terminated Pods:\t(\(pods.count) in total)")
    writer.line("Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\t\(age)", level: 1)
    writer.line("---------\t----\t\t------------\t----------\t---------------\t-------------\t---", level: 1)
    var requests: Table<String, Quantity> = [:]
    var limits: Table<String, Quantity> = [:]
    for pod in pods {
      let own = (requests: sum(pod, isLimit: false), limits: sum(pod, isLimit: true))
      own.requests.forEach { name, amount in requests.update(name, default: .zero) { $0.add(amount) } }
      own.limits.forEach { name, amount in limits.update(name, default: .zero) { $0.add(amount) } }
      var line = "\(pod.metadata.namespace)\t\(pod.metadata.name)\t"
      for name in ["cpu", "memory"] {
        line += "\t\(share(own.requests, name, allocatable))\t\(share(own.limits, name, allocatable))"
      }
      writer.line(line + "\t\(TimeText.since(pod.metadata.creationTimestamp, now: now))", level: 1)
    }
    writer.line("Allocated resources:")
    writer.line("(Total limits may be over 100 percent, i.e., overcommitted.)", level: 1)
    writer.line("Resource\tRequests\tLimits", level: 1)
    writer.line("--------\t--------\t------", level: 1)
    let standard = ["cpu", "memory", "ephemeral-storage"]
    let pages = allocatable.names.filter { $0.hasPrefix("hugepages-") }
    for name in standard + pages {
      writer.line("\(name)\t\(share(requests, name, allocatable))\t\(share(limits, name, allocatable))", level: 1)
    }
    for name in allocatable.names where !standard.contains(name) && !pages.contains(name) && name != "pods" {
      writer.line("\(name)\t\((requests[name] ?? .zero).text)\t\((limits[name] ?? .zero).text)", level: 1)
    }
  }

  /// An amount with its part of what the node has: `100m (5%)`.
  private static func share(_ amounts: Table<String, Quantity>, _ name: String, _ allocatable: ResourceList) -> String {
    let amount = amounts[name] ?? .zero
    let whole = allocatable[name].flatMap { Quantity($0) } ?? .zero
    let isCPU = name == "cpu"
    let size = isCPU ? whole.milliValue : whole.value
    let used = isCPU ? amount.milliValue : amount.value
    let percent = size == 0 ? 0 : Int64(Double(used) / Double(size) * 100)
    return "\(amount.text) (\(percent)%)"
  }

  /// What a Pod asks for in all: the sum of its containers, or an init container that needs more.
  private static func sum(_ pod: Pod, isLimit: Bool) -> Table<String, Quantity> {
    var out: Table<String, Quantity> = [:]
    func visit(_ list: ResourceList, _ change: (inout Quantity, Quantity) -> Void) {
      list.amounts.forEach { name, text in
        guard let amount = Quantity(text) else { return }
        out.update(name, default: .zero) { change(&$0, amount) }
      }
    }
    for container in pod.spec.containers {
      visit(isLimit ? container.resources.limits : container.resources.requests) { $0.add($1) }
    }
    for container in pod.spec.initContainers {
      visit(isLimit ? container.resources.limits : container.resources.requests) { if $0 < $1 { $0 = $1 } }
    }
    visit(pod.spec.overhead) { if !isLimit || !$0.isZero { $0.add($1) } }
    return out
  }
}
