import Clockwork

/// What a pass over a Pod decides to do, from the Pod and what the last look at the runtime showed.
///
/// Follows `computePodActions` and `SyncPod` of the kubelet.
enum PodPlan {
  typealias Work = PodWorker.Work

  /// What to do, and whether a sandbox that was there has to be made anew.
  struct Decision: Equatable {
    var work: [Work] = []
    var replacesSandbox = false
  }

  static func of(_ worker: PodWorker, _ text: Text) -> Decision {
    if worker.isEnding || hasEnded(worker) { return Decision(work: killing(worker, text)) }
    var decision = Decision()
    if !worker.isPrepared { decision.work.append(.prepare) }
    guard let sandbox = worker.sandboxes.first(where: { $0.phase == .running }) else {
      let starts = starting(worker, sandbox: nil)
      if starts.isEmpty { return Decision(work: killing(worker, text)) }
      decision.replacesSandbox = !worker.sandboxes.isEmpty
      decision.work = killing(worker, text) + decision.work + [.sandbox] + starts
      return decision
    }
    let changes = changed(worker, text) + PodResizing.work(worker)
    let starts = starting(worker, sandbox: sandbox.id)
    if changes.isEmpty, starts.isEmpty, !isAlive(worker, sandbox.id) {
      return Decision(work: killing(worker, text))
    }
    let work = changes + starts
    decision.work = work.isEmpty ? [] : decision.work + work
    return decision
  }

  /// Whether a container that does not run has to be started.
  static func mustStart(_ worker: PodWorker, _ container: Container) -> Bool {
    if worker.isEnding { return false }
    guard let record = worker.records(container.name).first else { return true }
    switch record.phase {
    case .running: return false
    case .created: return true
    case .exited:
      switch worker.pod.spec.restartPolicy {
      case "Never": return false
      case "OnFailure": return record.exitCode != 0
      default: return true
      }
    }
  }

  /// Everything that runs is stopped, then the sandboxes.
  static func killing(_ worker: PodWorker, _ text: Text) -> [Work] {
    var work: [Work] = []
    for record in worker.seen where !record.isSandbox && record.phase == .running {
      work.append(.stop(id: record.id, name: record.name, message: text.stopping(record.name)))
    }
    for record in worker.seen where record.isSandbox {
      // One whose pause has died still holds its address.
      let holds = !record.ip.isEmpty && !worker.released.contains(record.id)
      if record.phase != .exited || holds { work.append(.stopSandbox(id: record.id)) }
    }
    return work
  }

  private static func hasEnded(_ worker: PodWorker) -> Bool {
    let phase = worker.report.status.phase
    return worker.life == .refused || worker.eviction != nil || phase == PodPhase.succeeded.rawValue
      || phase == PodPhase.failed.rawValue
  }

  /// Containers whose image is no longer the one in the Pod, or whose probe has failed, are stopped first.
  private static func changed(_ worker: PodWorker, _ text: Text) -> [Work] {
    var work: [Work] = []
    for container in worker.pod.spec.containers {
      guard let record = worker.records(container.name).first, record.phase == .running else { continue }
      var message = text.definitionChanged(container.name)
      if PodResizing.needsRestart(worker, container) {
        message = text.resizeNeedsRestart(container.name)
      } else if record.image == container.image {
        guard let probe = worker.failedProbe(container.name, record.id) else { continue }
        let restarts = worker.pod.spec.restartPolicy != "Never"
        message = text.killedForProbe(container.name, probe.rawValue, restarts: restarts)
      }
      work.append(.stop(id: record.id, name: container.name, message: message))
    }
    return work
  }

  private static func isAlive(_ worker: PodWorker, _ sandbox: String) -> Bool {
    for record in worker.seen where !record.isSandbox && record.phase == .running && record.sandbox == sandbox {
      return true
    }
    return false
  }

  private static func starting(_ worker: PodWorker, sandbox: String?) -> [Work] {
    if let work = initWork(worker, sandbox: sandbox) { return work }
    var work: [Work] = []
    for container in worker.pod.spec.containers {
      let record = worker.records(container.name).first
      let hasChanged = record.map { $0.phase == .running && $0.image != container.image } ?? false
      let hasFailed = record.map { $0.phase == .running && worker.failedProbe(container.name, $0.id) != nil } ?? false
      let isResized = PodResizing.needsRestart(worker, container)
      let isReplaced = hasChanged || isResized || hasFailed && worker.pod.spec.restartPolicy != "Never"
      let lostItsSandbox = record.map { $0.phase == .running && sandbox == nil } ?? false
      if isReplaced || lostItsSandbox || mustStart(worker, container) { work += start(container.name) }
    }
    return work
  }

  /// Init containers run one after the other before all others; nil when they are done.
  private static func initWork(_ worker: PodWorker, sandbox: String?) -> [Work]? {
    for container in worker.pod.spec.initContainers {
      // Those of an earlier sandbox do not count: they run again.
      let record = worker.records(container.name).first { $0.sandbox == sandbox }
      guard let record else { return start(container.name) }
      if container.restartPolicy == "Always" {
        // A sidecar: the next one need not wait for its end.
        if record.phase != .running { return start(container.name) }
        continue
      }
      switch record.phase {
      case .running: return []
      case .created: return start(container.name)
      case .exited:
        if record.exitCode == 0 { continue }
        return worker.pod.spec.restartPolicy == "Never" ? [] : start(container.name)
      }
    }
    return nil
  }

  private static func start(_ name: String) -> [Work] { [.begin(name), .pull(name), .create(name), .start(name)] }
}
