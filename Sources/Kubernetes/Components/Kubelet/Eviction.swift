import Clockwork

/// The kubelet's eviction manager: when the memory of its node runs out it gives up Pods, one at a look.
///
/// The kubelet looks every ten seconds at what cAdvisor has read; looks that would find nothing new are no steps.
struct EvictionManager: Sendable {
  /// pkg/kubelet/eviction: monitoringInterval, and the defaults of the kubelet's configuration.
  static let period: Time = 10_000
  static let threshold: Int64 = 100 * 1024 * 1024
  static let transition: Time = 300_000

  private let looks: Grid
  /// What the machine has.
  let capacity: Int64
  /// When too little memory was seen last; nothing where that was never so, or long ago.
  private(set) var seenAt: Time?
  private(set) var isPressed = false
  private var lookedAt: Time = -1

  init(capacity: Int64, random: inout Random) {
    self.capacity = capacity
    looks = Grid(period: EvictionManager.period, &random)
  }

  /// When the next look finds something: too little memory, or that there has been enough for a while.
  func due(available: Int64?, since read: Time) -> Time {
    if let available, available < EvictionManager.threshold { return looks.after(max(lookedAt, read - 1)) }
    if isPressed, let seenAt { return looks.at(seenAt + EvictionManager.transition) }
    return .never
  }

  /// Takes note of a look; true where Pods have to be given up.
  mutating func look(available: Int64?, at now: Time) -> Bool {
    lookedAt = now
    guard let available, available < EvictionManager.threshold else {
      if let seenAt, now >= seenAt + EvictionManager.transition {
        isPressed = false
        self.seenAt = nil
      }
      return false
    }
    seenAt = now
    isPressed = true
    return true
  }

  mutating func restart() {
    seenAt = nil
    isPressed = false
    lookedAt = -1
  }
}

extension Kubelet {
  /// What the node has left, and when that was read.
  var memory: (available: Int64, at: Time)? {
    guard let root = measuring?.cadvisor.root?.last, let evictions else { return nil }
    return (evictions.capacity - root.workingSet, root.at)
  }

  func offerEviction(_ offers: inout KubeOffers) {
    guard let evictions else { return }
    let memory = memory
    let due = evictions.due(available: memory?.available, since: memory?.at ?? 0)
    if due != .never { offers.add("relieve", .named("memory"), due: due, background: true) }
  }

  /// A look of the eviction manager: the condition of the node, and the one Pod that has to go.
  mutating func relieve(_ out: inout KubeOutbox) {
    let available = memory?.available
    let wasPressed = evictions?.isPressed == true
    let isShort = evictions?.look(available: available, at: out.now) == true
    if evictions?.isPressed != wasPressed { heart?.seePressure(!wasPressed, at: out.now) }
    guard isShort, let available else { return }
    heart?.noteThreshold(&recorder, out.now)
    let candidates = self.candidates
    guard let first = EvictionOrder.byMemory(candidates.map { $0.rank }).first,
      let worker = candidates.first(where: { $0.rank.name == first.name })
    else { return }
    out.note(Fact("fact.kubelet.short", ("available", .string(Quantity(available, format: .binarySI).text))))
    evict(worker.uid, available: available, at: out.now)
  }

  private struct Candidate {
    var uid: String
    var rank: EvictionOrder.Candidate
  }

  /// Pods that run and are not critical to the node, with what they use and have asked for.
  private var candidates: [Candidate] {
    var found: [Candidate] = []
    workers.forEach { worker in
      guard worker.life == .running, !worker.isEnding, worker.eviction == nil, !isCritical(worker.pod) else { return }
      let used = usage(of: worker).reduce(0) { $0 + $1.bytes }
      found.append(
        Candidate(
          uid: worker.uid,
          rank: EvictionOrder.Candidate(
            name: worker.uid,
            priority: worker.pod.spec.priority ?? 0,
            request: worker.demand.memory,
            usage: used
          )
        )
      )
    }
    return found
  }

  /// pkg/kubelet/types: IsCriticalPod.
  private func isCritical(_ pod: Pod) -> Bool {
    let annotations = pod.metadata.annotations
    let isStatic = annotations["kubernetes.io/config.source"].map { $0 != "api" } ?? false
    return isStatic || (pod.spec.priority ?? 0) >= 2_000_000_000
  }

  private func usage(of worker: PodWorker) -> [(container: String, bytes: Int64)] {
    var found: [(container: String, bytes: Int64)] = []
    measuring?.cadvisor.groups.forEach { _, series in
      if series.uid == worker.uid { found.append((series.container, series.last.workingSet)) }
    }
    return found
  }

  private mutating func evict(_ uid: String, available: Int64, at now: Time) {
    guard let worker = workers[uid] else { return }
    var message = text.lowOnMemory(
      threshold: Quantity(EvictionManager.threshold, format: .binarySI).text,
      available: Quantity(available, format: .binarySI).text
    )
    for (name, bytes) in usage(of: worker) {
      guard let container = worker.container(name) else { continue }
      let request = Quantity(container.resources.requests["memory"] ?? "0") ?? Quantity.zero
      guard bytes > request.value else { continue }
      message += text.usingMore(name, Quantity(bytes, format: .binarySI).text, request.text)
    }
    change(uid) { $0.eviction = PodWorker.Failure(reason: "Evicted", message: message) }
    tell(uid, "Warning", "Evicted", message, at: now)
    sync(uid, now)
  }
}
