import Clockwork

/// What one look at a Deployment and its ReplicaSets decides (pkg/controller/deployment: syncDeployment).
///
/// The look is pure: it takes what the caches hold and gives the writes that follow from it, in order. It assumes
/// that they go well; the one that does not ends the look, and the Deployment is looked at again later.
public struct Rollout {
  /// One write of a look.
  public struct Step: Sendable {
    public enum Act: Sendable {
      case create(ReplicaSet)
      case update(ReplicaSet)
      case delete(ReplicaSet)
      case status(Deployment)
    }

    public var act: Act
    /// Told once the write has gone well.
    var event: (reason: String, message: String)? = nil
    /// True when the write changes how many Pods a ReplicaSet has.
    public var scales: Bool = false
    /// True when the ReplicaSet was written in this look already, and its revision is the one of that write.
    public var follows: Bool = false
  }

  let version: Version
  let now: Int64
  /// The Deployment; its status changes while the look goes on, its revision does not.
  var deployment: Deployment
  /// Its ReplicaSets as the cache has them.
  let sets: [ReplicaSet]
  /// Whether a ReplicaSet has a Pod that has not ended, marked or not.
  let hasPods: (ReplicaSet) -> Bool
  public internal(set) var steps: [Step] = []
  /// When to look again if nothing happens, for the deadline of the rollout.
  public internal(set) var again: Int64?
  /// ReplicaSets that this look wrote, by uid.
  var written: [String] = []

  let text: Text

  public init(
    _ version: Version,
    now: Int64,
    _ deployment: Deployment,
    _ sets: [ReplicaSet],
    hasPods: @escaping (ReplicaSet) -> Bool
  ) {
    self.version = version
    self.now = now
    self.deployment = deployment
    self.sets = sets
    self.hasPods = hasPods
    text = Text(version)
  }

  /// Decides.
  public mutating func run() {
    if deployment.metadata.deletionTimestamp != nil {
      let (new, old) = split(creating: false)
      return reportOnly(old + list(new), new)
    }
    notePause()
    if deployment.spec.paused { return scaleOnly() }
    if isScaled() { return scaleOnly() }
    if deployment.spec.strategy.type == "Recreate" { recreate() } else { roll() }
  }

  func list(_ set: ReplicaSet?) -> [ReplicaSet] { set.map { [$0] } ?? [] }

  // MARK: Rolling update

  private mutating func roll() {
    let (found, old) = split(creating: true)
    guard var new = found else { return }
    if sizeNew(&new, among: old) { return report(old + [new], new) }
    var rest = old
    if shrinkOld(&rest, new) { return report(rest + [new], new) }
    if isComplete(deployment.status) { cleanUp(old) }
    report(old + [new], new)
  }

  private mutating func sizeNew(_ new: inout ReplicaSet, among old: [ReplicaSet]) -> Bool {
    if new.size == deployment.size { return false }
    if new.size > deployment.size { return scale(&new, to: deployment.size) }
    let total = old.reduce(new.size) { $0 + $1.size }
    let size = Rolling.newReplicas(desired: deployment.size, surge: deployment.maxSurge, new: new.size, total: total)
    return scale(&new, to: size)
  }

  /// Unhealthy old Pods go first, then as many as stay available without them.
  private mutating func shrinkOld(_ old: inout [ReplicaSet], _ new: ReplicaSet) -> Bool {
    let oldTotal = old.reduce(0) { $0 + $1.size }
    if oldTotal == 0 { return false }
    let most = Rolling.mayGo(
      desired: deployment.size,
      unavailable: deployment.maxUnavailable,
      total: oldTotal + new.size,
      new: new.size,
      newAvailable: new.status.availableReplicas
    )
    if most <= 0 { return false }
    let order = oldestFirst(old)
    var gone: Int64 = 0
    for place in order where gone < most && old[place].size > 0 {
      let sick = old[place].size - old[place].status.availableReplicas
      if sick == 0 { continue }
      let count = min(most - gone, sick)
      // More Pods than wanted can be available for a moment; then none is unhealthy.
      if count < 0 { continue }
      _ = scale(&old[place], to: old[place].size - count)
      gone += count
    }
    return gone + shrinkAvailable(&old, new, order) > 0
  }

  private mutating func shrinkAvailable(_ old: inout [ReplicaSet], _ new: ReplicaSet, _ order: [Int]) -> Int64 {
    let available = old.reduce(new.status.availableReplicas) { $0 + $1.status.availableReplicas }
    let spare = available - (deployment.size - deployment.maxUnavailable)
    var gone: Int64 = 0
    for place in order where gone < spare && old[place].size > 0 {
      let count = min(old[place].size, spare - gone)
      _ = scale(&old[place], to: old[place].size - count)
      gone += count
    }
    return gone
  }

  // MARK: Recreate

  private mutating func recreate() {
    var (new, old) = split(creating: false)
    var shrinks = false
    for place in old.indices where old[place].size > 0 {
      if scale(&old[place], to: 0) { shrinks = true }
    }
    if shrinks || hasOldPods(new, old) { return report(old + list(new), new) }
    if new == nil {
      let made = split(creating: true)
      new = made.new
      old = made.old
    }
    guard var next = new else { return }
    _ = scale(&next, to: deployment.size)
    if isComplete(deployment.status) { cleanUp(old) }
    report(old + [next], next)
  }

  private func hasOldPods(_ new: ReplicaSet?, _ old: [ReplicaSet]) -> Bool {
    for set in old where set.status.replicas > 0 { return true }
    for set in sets where set.metadata.uid != new?.metadata.uid && hasPods(set) { return true }
    return false
  }

  // MARK: Writes

  /// Writes another size, unless it has it; true when it was another one.
  mutating func scale(_ set: inout ReplicaSet, to size: Int64) -> Bool {
    let before = set.size
    if before == size { return false }
    write(&set, size: size)
    return true
  }

  /// Writes a ReplicaSet with a size and what the sizes of its Deployment are.
  mutating func write(_ set: inout ReplicaSet, size: Int64) {
    let before = set.size
    set.spec.replicas = size
    let isNews = Revision.setSizes(&set, for: deployment)
    if before == size, !isNews { return }
    put(set, before: before)
  }

  mutating func put(_ set: ReplicaSet, before: Int64) {
    var step = Step(act: .update(set))
    if set.size != before {
      step.event = ("ScalingReplicaSet", text.scaled(set.metadata.name, from: before, to: set.size))
      step.scales = true
    }
    step.follows = written.contains(set.metadata.uid)
    written.append(set.metadata.uid)
    steps.append(step)
  }

  private mutating func cleanUp(_ old: [ReplicaSet]) {
    guard let limit = deployment.spec.revisionHistoryLimit, limit != 2_147_483_647 else { return }
    let alive = old.filter { $0.metadata.deletionTimestamp == nil }
    let count = Int64(alive.count) - limit
    if count <= 0 { return }
    let order = alive.sorted { left, right in
      let revisions = (Revision.of(left), Revision.of(right))
      return revisions.0 == revisions.1 ? Rollout.isOlder(left, right) : revisions.0 < revisions.1
    }
    for set in order.prefix(Int(count)) {
      let isEmpty = set.status.replicas == 0 && set.size == 0
      if isEmpty, set.metadata.generation <= set.status.observedGeneration { steps.append(Step(act: .delete(set))) }
    }
  }

  /// After a pause: the size may change, the template may not be rolled out.
  private mutating func scaleOnly() {
    var (new, old) = split(creating: false)
    spread(&new, &old)
    if deployment.spec.paused { cleanUp(old) }
    reportOnly(old + list(new), new)
  }

  // MARK: Order

  static func isOlder(_ left: ReplicaSet, _ right: ReplicaSet) -> Bool {
    let times = (
      left.metadata.creationTimestamp?.milliseconds ?? 0, right.metadata.creationTimestamp?.milliseconds ?? 0
    )
    return times.0 == times.1 ? left.metadata.name < right.metadata.name : times.0 < times.1
  }

  func oldestFirst(_ sets: [ReplicaSet]) -> [Int] {
    sets.indices.sorted { Rollout.isOlder(sets[$0], sets[$1]) }
  }
}
