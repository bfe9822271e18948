import Clockwork

// What the kubelet thinks of its node, and how it says so.
extension Heart {
  func opinion(_ now: Time) -> Opinion {
    if let lost = runtimeLostAt, now >= lost + Heart.patience {
      return Opinion(isReady: false, message: text.containerRuntimeDown)
    }
    if let startedAt, !hasLooked || now < startedAt + Heart.waking, !told.isReady {
      return Opinion(isReady: false, message: text.notLookedYet)
    }
    if lacksRange { return Opinion(isReady: false, message: text.networkNotReady) }
    if !networkError.isEmpty { return Opinion(isReady: false, message: networkError) }
    return Opinion(isReady: true, message: text.postingReady)
  }

  /// The range of the node's Pods, where only the Node says it.
  var givenRange: String { needsRange ? known?.node?.spec.podCIDR ?? "" : "" }
  var lacksRange: Bool { needsRange && givenRange.isEmpty }

  /// When the kubelet will think something else of its node than it said last.
  var nextLook: Time? {
    let ready = nextLookAtReadiness
    guard isPressed != toldPressed else { return ready }
    let pressure = rounds.at(pressureChangedAt)
    return ready.map { min($0, pressure) } ?? pressure
  }

  private var nextLookAtReadiness: Time? {
    if let lost = runtimeLostAt {
      return told.isReady ? rounds.at(lost + Heart.patience) : nil
    }
    if told.isReady, !networkError.isEmpty { return rounds.at(networkChangedAt) }
    if told.isReady || !hasLooked || told.message == networkError { return nil }
    // Whether the range has come is looked at with the other periodic work.
    if lacksRange, told.message == text.networkNotReady { return nil }
    let isWaking = told.message == text.notLookedYet
    // Just after the start it looks all the time, later only on its rounds.
    return isWaking ? max(due, (startedAt ?? 0) + Heart.waking) : rounds.after(due)
  }

  func differs(_ now: Time) -> Bool {
    guard let status = known?.node?.status else { return false }
    let wanted = opinion(now)
    let ready = status[condition: "Ready"]
    if ready?.status != (wanted.isReady ? "True" : "False") || ready?.message != wanted.message { return true }
    for pressure in pressures where status[condition: pressure.type]?.status != pressure.status { return true }
    return false
  }

  /// The patch of the node's status, and the Events that go with what is new in it.
  func change(_ recorder: inout EventRecorder, _ now: Time) -> Value {
    let before = known?.node?.status ?? NodeStatus()
    let wanted = opinion(now)
    var conditions: [NodeCondition] = pressures
    conditions.append(
      NodeCondition(
        type: "Ready",
        status: wanted.isReady ? "True" : "False",
        reason: wanted.isReady ? "KubeletReady" : "KubeletNotReady",
        message: wanted.message
      )
    )
    for index in conditions.indices {
      let old = before[condition: conditions[index].type]
      let isSame = old?.status == conditions[index].status
      conditions[index].lastHeartbeatTime = Timestamp(now + skew)
      conditions[index].lastTransitionTime = isSame ? old?.lastTransitionTime : Timestamp(now + skew)
      if isSame { continue }
      let isReady = conditions[index].type == "Ready"
      var reason = isReady ? (wanted.isReady ? "NodeReady" : "NodeNotReady") : Heart.event(conditions[index].type)
      if !isReady, conditions[index].status == "True" { reason = "NodeHasInsufficientMemory" }
      tell(reason, &recorder, now)
    }
    return .map(("status", .map(("conditions", .list(conditions.map { $0.tree })))))
  }

  /// The conditions that are good when they are false, as they are now.
  private var pressures: [NodeCondition] {
    var conditions = Heart.healthy
    guard isPressed else { return conditions }
    conditions[0].status = "True"
    conditions[0].reason = "KubeletHasInsufficientMemory"
    conditions[0].message = "kubelet has insufficient memory available"
    return conditions
  }

  /// Too little memory is left: the eviction manager begins to make some.
  func noteThreshold(_ recorder: inout EventRecorder, _ now: Time) {
    let about = reference
    recorder.record(
      EventRecorder.Note("Warning", "EvictionThresholdMet", text.reclaimingMemory, about: about),
      at: now
    )
  }

  /// What the log of every node begins with.
  func announce(_ recorder: inout EventRecorder, _ now: Time) {
    note("Starting", text.startingKubelet, &recorder, now)
    for healthy in Heart.healthy { tell(Heart.event(healthy.type), &recorder, now) }
    note("NodeAllocatableEnforced", text.allocatableEnforced, &recorder, now)
  }

  func tell(_ reason: String, _ recorder: inout EventRecorder, _ now: Time) {
    note(reason, text.nodeStatus(node.metadata.name, reason), &recorder, now)
  }

  func note(_ reason: String, _ message: String, _ recorder: inout EventRecorder, _ now: Time) {
    recorder.record(EventRecorder.Note("Normal", reason, message, about: reference), at: now)
  }

  /// The Node as a kubelet would make it.
  var fresh: Node {
    var node = node
    node.metadata = ObjectMeta(name: node.metadata.name, labels: node.metadata.labels)
    guard needsRange else { return node }
    node.spec.podCIDR = ""
    node.spec.podCIDRs = []
    node.status.conditions = Heart.healthy
    node.status[condition: "Ready"] = NodeCondition(
      type: "Ready",
      status: "False",
      reason: "KubeletNotReady",
      message: text.notLookedYet
    )
    return node
  }

  /// The conditions that are good when they are false.
  static let healthy: [NodeCondition] = [
    NodeCondition(
      type: "MemoryPressure",
      status: "False",
      reason: "KubeletHasSufficientMemory",
      message: "kubelet has sufficient memory available"
    ),
    NodeCondition(
      type: "DiskPressure",
      status: "False",
      reason: "KubeletHasNoDiskPressure",
      message: "kubelet has no disk pressure"
    ),
    NodeCondition(
      type: "PIDPressure",
      status: "False",
      reason: "KubeletHasSufficientPID",
      message: "kubelet has sufficient PID available"
    ),
  ]

  static func event(_ type: String) -> String {
    switch type {
    case "MemoryPressure": "NodeHasSufficientMemory"
    case "DiskPressure": "NodeHasNoDiskPressure"
    default: "NodeHasSufficientPID"
    }
  }
}
