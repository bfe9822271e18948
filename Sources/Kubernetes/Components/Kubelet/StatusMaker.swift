import Clockwork

/// Works out a Pod's status from what the last look at the runtime showed.
///
/// Follows `generateAPIPodStatus` and `updateStatusInternal` of the kubelet.
struct StatusMaker {
  let worker: PodWorker
  let version: Version
  let hostIP: String
  let runtime: String
  let now: Time
  /// "Now": nothing of the Pod will run again.
  var isTerminal = false

  private var text: Text { Text(version) }
  private var spec: PodSpec { worker.pod.spec }
  private var old: PodStatus { worker.report.status }

  func status() -> PodStatus {
    if version == .then, let eviction = worker.eviction { return evicted(eviction) }
    var status = old
    status.initContainerStatuses = spec.initContainers.map { containerStatus($0, isInit: true) }
    status.containerStatuses = spec.containers.map { containerStatus($0, isInit: false) }
    status.phase = phase(status)
    status.hostIP = hostIP
    if status.startTime == nil { status.startTime = Timestamp(now) }
    if let sandbox = worker.sandboxes.first(where: { $0.phase == .running && !$0.ip.isEmpty }) {
      status.podIP = sandbox.ip
      status.podIPs = [PodIP(sandbox.ip)]
    }
    if version == .now {
      status.hostIPs = [PodIP(hostIP)]
      status.observedGeneration = worker.pod.metadata.generation
    }
    status.conditions = conditions(status)
    if let eviction = worker.eviction { giveUp(&status, eviction) }
    return status
  }

  /// An old kubelet writes a status of its own for a Pod that it gives up: nothing of its containers is left in it.
  private func evicted(_ eviction: PodWorker.Failure) -> PodStatus {
    var status = PodStatus()
    status.phase = PodPhase.failed.rawValue
    status.reason = eviction.reason
    status.message = eviction.message
    status.startTime = old.startTime ?? Timestamp(now)
    return status
  }

  /// The node has given the Pod up: whatever its containers say, it has failed.
  private func giveUp(_ status: inout PodStatus, _ eviction: PodWorker.Failure) {
    status.phase = PodPhase.failed.rawValue
    status.reason = eviction.reason
    status.message = eviction.message
    guard status[condition: "DisruptionTarget"] == nil else { return }
    var condition = PodCondition(type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet")
    condition.message = eviction.message
    condition.lastTransitionTime = Timestamp(now)
    status[condition: "DisruptionTarget"] = condition
  }

  /// The status of a Pod that admission has refused.
  func refused(_ reason: String, _ message: String) -> PodStatus {
    var status = old
    status.phase = PodPhase.failed.rawValue
    status.reason = reason
    status.message = text.rejected(message)
    if status.startTime == nil { status.startTime = Timestamp(now) }
    return status
  }

  // MARK: Containers

  private func containerStatus(_ container: Container, isInit: Bool) -> ContainerStatus {
    let before = previous(container.name, isInit)
    var status = ContainerStatus()
    status.name = container.name
    status.image = container.image
    status.restartCount = before?.restartCount ?? 0
    status.lastState = before?.lastState ?? ContainerState()
    status.state = .waiting(reason: spec.initContainers.isEmpty ? "ContainerCreating" : "PodInitializing")
    let records = worker.records(container.name)
    if let newest = records.first {
      fill(&status, newest, before)
      status.lastState = records.count > 1 ? state(records[1]) : ContainerState()
    } else if let before, before.state.terminated != nil {
      // The container was removed from the node after its end.
      status = before
    }
    if let failure = worker.failures[container.name], mustStart(container, records.first, isInit) {
      if status.state.terminated != nil { status.lastState = status.state }
      status.state = .waiting(reason: failure.reason, message: failure.message)
    }
    if isTerminal, status.state.waiting != nil { lose(&status) }
    settle(&status, container, isInit)
    return status
  }

  private func previous(_ name: String, _ isInit: Bool) -> ContainerStatus? {
    let statuses = isInit ? old.initContainerStatuses : old.containerStatuses
    return statuses.first { $0.name == name }
  }

  private func fill(_ status: inout ContainerStatus, _ record: ContainerRecord, _ before: ContainerStatus?) {
    status.containerID = "\(runtime)://\(record.id)"
    status.image = record.image
    // The same image has the same digest.
    let known = before.flatMap { $0.image == record.image && !$0.imageID.isEmpty ? $0.imageID : nil }
    status.imageID = known ?? imageID(record.image)
    status.restartCount = record.attempt
    status.state = state(record)
  }

  private func imageID(_ image: String) -> String {
    let digest = "sha256:\(Image.digest(of: image))"
    if runtime == "docker" { return "docker://\(digest)" }
    let repository = ImageName(image).repository
    let host = repository.split(separator: "/").first.map { String($0) } ?? ""
    let isComplete = host != repository && (host.contains(".") || host.contains(":") || host == "localhost")
    return "\(isComplete ? repository : "docker.io/\(repository)")@\(digest)"
  }

  private func state(_ record: ContainerRecord) -> ContainerState {
    switch record.phase {
    case .created: return .waiting(reason: "")
    case .running: return .running(since: Timestamp(record.startedAt ?? record.createdAt))
    case .exited:
      var end = ContainerStateTerminated()
      end.containerID = "\(runtime)://\(record.id)"
      end.exitCode = record.exitCode
      end.reason = record.isOutOfMemory ? "OOMKilled" : record.exitCode == 0 ? "Completed" : "Error"
      end.startedAt = record.startedAt.map { Timestamp($0) }
      end.finishedAt = record.finishedAt.map { Timestamp($0) }
      return .terminated(end)
    }
  }

  private func mustStart(_ container: Container, _ newest: ContainerRecord?, _ isInit: Bool) -> Bool {
    if isInit, let newest, newest.phase == .exited, newest.exitCode == 0 { return false }
    return PodPlan.mustStart(worker, container)
  }

  /// A container that never ran when its Pod ended.
  private func lose(_ status: inout ContainerStatus) {
    if status.lastState.terminated != nil {
      status.state = status.lastState
      return
    }
    var end = ContainerStateTerminated()
    end.reason = "ContainerStatusUnknown"
    end.message = text.notLocated
    end.exitCode = 137
    status.state = .terminated(end)
  }

  /// A container that runs is started and ready, unless it has a probe that has not said so.
  private func settle(_ status: inout ContainerStatus, _ container: Container, _ isInit: Bool) {
    let isRunning = status.state.running != nil
    let isSidecar = container.restartPolicy == "Always"
    if isInit, !isSidecar {
      status.ready = status.state.terminated?.exitCode == 0
      status.started = version == .then ? nil : false
    } else {
      let id = worker.records(container.name).first?.id ?? ""
      let isStarted = isRunning && worker.passes(.startup, container.name, id)
      status.started = isStarted
      status.ready = isStarted && worker.passes(.readiness, container.name, id)
    }
    if version == .now {
      let actual = worker.records(container.name).first?.resources ?? container.resources
      status.resources = isRunning ? actual.value : nil
      status.volumeMounts = container.volumeMounts.map { mount in
        var value: Value = .map(("mountPath", .string(mount.mountPath)), ("name", .string(mount.name)))
        if mount.readOnly {
          value["readOnly"] = true
          value["recursiveReadOnly"] = "Disabled"
        }
        return value
      }
    }
  }

  // MARK: The Pod

  private func phase(_ status: PodStatus) -> String {
    if old.phase == PodPhase.failed.rawValue || old.phase == PodPhase.succeeded.rawValue { return old.phase }
    let containers = status.containerStatuses.map { member($0) }
    if isTerminal {
      let isGood = containers.allSatisfy { $0 == .terminated(exitCode: 0) }
      return (isGood ? PodPhase.succeeded : PodPhase.failed).rawValue
    }
    var starting: [PodPhase.Member] = []
    for (index, container) in spec.initContainers.enumerated() {
      let one = status.initContainerStatuses[index]
      // A sidecar that has started holds nobody up.
      if container.restartPolicy == "Always", one.started == true { continue }
      starting.append(member(one))
    }
    let policy = spec.restartPolicy.isEmpty ? "Always" : spec.restartPolicy
    return PodPhase.of(containers: containers, initContainers: starting, restartPolicy: policy).rawValue
  }

  private func member(_ status: ContainerStatus) -> PodPhase.Member {
    if status.state.running != nil { return .running }
    if let end = status.state.terminated { return .terminated(exitCode: end.exitCode) }
    return .waiting(lastExitCode: status.lastState.terminated?.exitCode)
  }

  private func conditions(_ status: PodStatus) -> [PodCondition] {
    var made: [PodCondition] = []
    if version == .now {
      let isReady = worker.sandboxes.contains { $0.phase == .running && !$0.ip.isEmpty }
      made.append(condition("PodReadyToStartContainers", isReady))
    }
    made.append(initialized(status))
    let unready = status.containerStatuses.filter { !$0.ready }.map { $0.name }
    made.append(readiness("Ready", status.phase, unready))
    made.append(readiness("ContainersReady", status.phase, unready))
    made.append(condition("PodScheduled", true))
    if version == .now { made += resizing() }
    // Conditions that others wrote stay.
    for foreign in old.conditions where !made.contains(where: { $0.type == foreign.type }) {
      if foreign.type != PodResize.pending, foreign.type != PodResize.inProgress { made.append(foreign) }
    }
    return made
  }

  /// A change of size that is put off, cannot be, or is under way.
  private func resizing() -> [PodCondition] {
    if let refusal = worker.resizeRefusal {
      return [condition(PodResize.pending, true, reason: refusal.reason, message: refusal.message)]
    }
    return PodResizing.differs(worker) ? [condition(PodResize.inProgress, true)] : []
  }

  private func initialized(_ status: PodStatus) -> PodCondition {
    if status.phase == PodPhase.succeeded.rawValue {
      return condition("Initialized", true, reason: "PodCompleted")
    }
    var incomplete: [String] = []
    for (index, container) in spec.initContainers.enumerated() {
      let one = status.initContainerStatuses[index]
      let isDone = container.restartPolicy == "Always" ? one.started == true : one.ready
      if !isDone { incomplete.append(container.name) }
    }
    if incomplete.isEmpty { return condition("Initialized", true) }
    let message = text.incomplete(incomplete)
    return condition("Initialized", false, reason: "ContainersNotInitialized", message: message)
  }

  private func readiness(_ type: String, _ phase: String, _ unready: [String]) -> PodCondition {
    if phase == PodPhase.succeeded.rawValue { return condition(type, false, reason: "PodCompleted") }
    if phase == PodPhase.failed.rawValue, version == .now { return condition(type, false, reason: "PodFailed") }
    if unready.isEmpty { return condition(type, true) }
    return condition(type, false, reason: "ContainersNotReady", message: text.unready(unready))
  }

  /// The time of a condition moves only when its status does.
  private func condition(_ type: String, _ holds: Bool, reason: String = "", message: String = "") -> PodCondition {
    let status = holds ? "True" : "False"
    let before = old[condition: type]
    let since = before?.status == status ? before?.lastTransitionTime : Timestamp(now)
    var condition = PodCondition(type: type, status: status, reason: reason, message: message, since: since)
    if version == .now { condition.observedGeneration = worker.pod.metadata.generation }
    return condition
  }
}
