import Clockwork

/// One look at a StatefulSet: the Pods in the order of their numbers, and the first thing that has to be done.
///
/// Upwards it creates, downwards it deletes, and with OrderedReady it never does a second thing before the first has
/// come to its end (pkg/controller/statefulset).
struct StatefulRound: Sendable {
  enum Act: Equatable, Sendable {
    case create(Int64, isNew: Bool)
    /// A Pod that has ended stands in the way of its successor.
    case replace(ObjectKey)
    case delete(ObjectKey)
  }

  private let version: Version
  private let set: StatefulSet
  private let now: Time
  private let current: String
  private let update: String
  private(set) var acts: [Act] = []
  private(set) var status: StatefulSetStatus

  /// Pods by their numbers: those that should be, and those that are too many, lowest first.
  private var members: Table<Int64, Pod> = [:]
  private var condemned: [(number: Int64, pod: Pod)] = []

  init(_ set: StatefulSet, pods: [Pod], current: String, update: String, _ version: Version, now: Time) {
    self.version = version
    self.set = set
    self.now = now
    self.current = current
    self.update = update
    status = StatefulSetStatus()
    status.observedGeneration = set.metadata.generation
    status.currentRevision = current
    status.updateRevision = update
    status.collisionCount = set.status.collisionCount ?? 0
    status.conditions = set.status.conditions
    if version == .now { status.availableReplicas = 0 }
    for pod in pods { count(pod) }
    condemned.sort { $0.number < $1.number }
  }

  private var first: Int64 { self.set.firstOrdinal(version) }
  private var isOrdered: Bool { self.set.spec.podManagementPolicy != "Parallel" }
  private var partition: Int64 { self.set.spec.updateStrategy.rollingUpdate?.partition ?? 0 }

  private mutating func count(_ pod: Pod) {
    status.replicas += 1
    if isReady(pod) { status.readyReplicas += 1 }
    if version == .now, isAvailable(pod) { status.availableReplicas = (status.availableReplicas ?? 0) + 1 }
    if !pod.isEnding { tally(pod.revision, 1) }
    guard let number = pod.ordinal else { return }
    if number >= first, number < first + set.size {
      members[number] = pod
    } else if version == .now || number >= set.size {
      condemned.append((number, pod))
    }
  }

  private mutating func tally(_ revision: String, _ sign: Int64) {
    if revision == current { status.currentReplicas += sign }
    if revision == update { status.updatedReplicas += sign }
  }

  private func isReady(_ pod: Pod) -> Bool { pod.status.phase == "Running" && pod.isReady }
  private func isAvailable(_ pod: Pod) -> Bool {
    pod.status.phase == "Running" && pod.isAvailable(after: set.spec.minReadySeconds, at: now)
  }
  /// What the one before must be, before the next is touched.
  private func isSettled(_ pod: Pod) -> Bool { version == .then ? isReady(pod) : isAvailable(pod) }
  private func isHealthy(_ pod: Pod) -> Bool { isSettled(pod) && !pod.isEnding }

  // MARK: The round

  mutating func run() {
    work()
    complete()
  }

  private mutating func work() {
    if set.metadata.deletionTimestamp != nil { return }
    var number = first
    while number < first + set.size {
      if !settle(number) { return }
      number += 1
    }
    if !shrink() { return }
    if set.spec.updateStrategy.type != "OnDelete" { renew() }
  }

  /// Sees to one number; false when nothing else may be done in this round.
  private mutating func settle(_ number: Int64) -> Bool {
    guard let pod = members[number] else {
      create(number)
      return !isOrdered
    }
    let hasEnded = version == .then ? pod.status.phase == "Failed" : pod.hasEnded
    if hasEnded {
      if version == .then {
        acts.append(.replace(pod.key))
        tally(pod.revision, -1)
        status.replicas -= 1
        members[number] = nil
        create(number)
        return !isOrdered
      }
      // The successor comes once the name is free.
      if !pod.isEnding { acts.append(.delete(pod.key)) }
      return !isOrdered
    }
    if isOrdered, pod.isEnding || !isSettled(pod) { return false }
    return true
  }

  private mutating func create(_ number: Int64) {
    let isNew = wantsNew(number)
    acts.append(.create(number, isNew: isNew))
    status.replicas += 1
    tally(isNew ? update : current, 1)
  }

  /// Below the partition a Pod comes back as it was.
  private func wantsNew(_ number: Int64) -> Bool {
    let strategy = set.spec.updateStrategy
    guard strategy.type != "OnDelete" else { return true }
    if strategy.rollingUpdate == nil { return number >= first + set.status.currentReplicas }
    return number >= first + partition
  }

  /// Deletes from the top what is too many.
  private mutating func shrink() -> Bool {
    // The one that is not healthy itself may go, or it would block its own end.
    let sick = firstUnhealthy
    for (_, pod) in condemned.reversed() {
      if pod.isEnding {
        if isOrdered { return false }
        continue
      }
      if isOrdered, !isSettled(pod), pod.key != sick { return false }
      acts.append(.delete(pod.key))
      tally(pod.revision, -1)
      if isOrdered { return false }
    }
    return true
  }

  private var firstUnhealthy: ObjectKey? {
    var number = first
    while number < first + set.size {
      guard let pod = members[number] else { return nil }
      if !isHealthy(pod) { return pod.key }
      number += 1
    }
    for (_, pod) in condemned where !isHealthy(pod) { return pod.key }
    return nil
  }

  /// Deletes from the top what is of an older version, down to the partition.
  private mutating func renew() {
    var allowance: Int64 = 1
    if version == .now, case .success(let number)? = maxUnavailable { allowance = max(1, number) }
    if allowance > 1 { return renewSeveral(allowance) }
    var number = first + set.size - 1
    while number >= first + partition {
      guard let pod = members[number] else { return }
      if pod.revision != update, !pod.isEnding {
        acts.append(.delete(pod.key))
        if pod.revision == current { status.currentReplicas -= 1 }
        return
      }
      if !isHealthy(pod) { return }
      number -= 1
    }
  }

  private var maxUnavailable: Result<Int64, IntOrString.Failure>? {
    self.set.spec.updateStrategy.rollingUpdate?.maxUnavailable?.scaled(of: set.size, roundUp: false)
  }

  /// Newer releases may miss several Pods at once.
  private mutating func renewSeveral(_ allowance: Int64) {
    var missing: Int64 = 0
    var number = first
    while number < first + set.size {
      if let pod = members[number], isHealthy(pod) {} else { missing += 1 }
      number += 1
    }
    number = first + set.size - 1
    while number >= first + partition, missing < allowance {
      if let pod = members[number], pod.revision != update, !pod.isEnding {
        acts.append(.delete(pod.key))
        if pod.revision == current { status.currentReplicas -= 1 }
        missing += 1
      }
      number -= 1
    }
  }

  /// Every Pod is of the new version and ready: the new version is the current one.
  private mutating func complete() {
    guard set.spec.updateStrategy.type == "RollingUpdate", status.updatedReplicas == status.replicas,
      status.readyReplicas == status.replicas
    else { return }
    status.currentReplicas = status.updatedReplicas
    status.currentRevision = status.updateRevision
  }
}

extension StatefulSet {
  /// The number of the first Pod; older releases always begin with 0.
  func firstOrdinal(_ version: Version) -> Int64 {
    version == .then ? 0 : spec.ordinals?["start"]?.integer ?? 0
  }

  /// The number in the name of a Pod of this set.
  func ordinal(of name: String) -> Int64? {
    let prefix = "\(metadata.name)-"
    guard name.hasPrefix(prefix) else { return nil }
    let rest = String(name.dropFirst(prefix.count))
    guard let number = Int64(rest), number >= 0, "\(number)" == rest else { return nil }
    return number
  }

  /// The Pod of a number, with its stable name.
  func pod(_ number: Int64, _ template: PodTemplateSpec, revision: String, _ version: Version) -> Pod {
    let owner = OwnerReference(controller: Object(self))
    var pod = template.pod(namespace: metadata.namespace, generateName: "\(metadata.name)-", owner: owner)
    pod.metadata.name = "\(metadata.name)-\(number)"
    pod.metadata.labels["statefulset.kubernetes.io/pod-name"] = pod.metadata.name
    if version == .now { pod.metadata.labels["apps.kubernetes.io/pod-index"] = "\(number)" }
    pod.metadata.labels[History.podLabel] = revision
    pod.spec.hostname = pod.metadata.name
    pod.spec.subdomain = spec.serviceName
    var volumes: [Volume] = []
    for claim in claims(of: number) {
      volumes.append(
        Volume(
          name: claim.template,
          source: "persistentVolumeClaim",
          .map(("claimName", .string(claim.object.name)))
        )
      )
    }
    let names = volumes.map { $0.name }
    pod.spec.volumes = volumes + pod.spec.volumes.filter { !names.contains($0.name) }
    return pod
  }

  /// The claims of a number: they have stable names too, and stay when the Pod goes.
  func claims(of number: Int64) -> [(template: String, object: Object)] {
    var claims: [(template: String, object: Object)] = []
    for template in spec.volumeClaimTemplates {
      let name = template.at(["metadata", "name"])?.text ?? ""
      var metadata = ObjectMeta(name: "\(name)-\(self.metadata.name)-\(number)", namespace: self.metadata.namespace)
      for entry in template.at(["metadata", "labels"])?.entries ?? [] { metadata.labels[entry.key] = entry.value.plain }
      for entry in spec.selector?["matchLabels"]?.entries ?? [] { metadata.labels[entry.key] = entry.value.plain }
      let body = Content.opaque([Value.Entry("spec", template["spec"] ?? .emptyMap)])
      claims.append((name, Object(kind: .persistentVolumeClaim, metadata: metadata, content: body)))
    }
    return claims
  }
}

extension Pod {
  /// The version that its owner made it of.
  var revision: String { metadata.labels[History.podLabel] ?? "" }

  /// The number at the end of its name.
  var ordinal: Int64? {
    guard let dash = metadata.name.lastIndex(of: "-") else { return nil }
    return Int64(metadata.name[metadata.name.index(after: dash)...])
  }
}
