import Clockwork

/// Whether a Pod is to be changed, and how urgent that is.
///
/// Follows `priority_processor.go` and `update_priority_calculator.go` of the vertical Pod autoscaler's updater.
struct UpdatePriority: Equatable, Sendable {
  var isOutside = false
  var growsSomewhere = false
  /// How far requests and targets are apart: the sum of the shares, resource by resource.
  var difference = 0.0

  /// Within its bounds a Pod is changed only when it has lived this long, and when it is off by this share.
  static let lifetime: Time = 12 * 3_600_000
  static let leastDifference = 0.1
  /// A container that is killed for want of memory this soon after its start is changed at once.
  static let quickKill: Time = 600_000

  init(_ pod: Pod, _ recommendation: RecommendedPodResources) {
    var wanted: Table<String, Int64> = [:]
    var asked: Table<String, Int64> = [:]
    for container in pod.spec.containers {
      guard let found = recommendation[container: container.name] else { continue }
      for name in found.target.names {
        guard let target = UpdatePriority.amount(found.target, name) else { continue }
        wanted.update(name, default: 0) { $0 += target.milliValue }
        guard let request = UpdatePriority.amount(container.resources.requests, name) else {
          growsSomewhere = true
          isOutside = true
          continue
        }
        asked.update(name, default: 0) { $0 += request.milliValue }
        if target.milliValue > request.milliValue { growsSomewhere = true }
        if let lower = UpdatePriority.amount(found.lowerBound, name), request.compare(lower) < 0 { isOutside = true }
        if let upper = UpdatePriority.amount(found.upperBound, name), request.compare(upper) > 0 { isOutside = true }
      }
    }
    wanted.forEach { name, amount in
      let before = max(Double(asked[name] ?? 0), 1)
      difference += (before - Double(amount)).magnitude / before
    }
  }

  private static func amount(_ list: ResourceList, _ name: String) -> Quantity? { list[name].flatMap { Quantity($0) } }

  /// Whether one of a Pod's containers was killed for want of memory soon after its start.
  static func wasKilledSoon(_ pod: Pod) -> Bool {
    for status in pod.status.containerStatuses {
      guard let end = status.lastState.terminated, end.reason == "OOMKilled", let begun = end.startedAt,
        let finished = end.finishedAt
      else { continue }
      if finished.milliseconds - begun.milliseconds < quickKill { return true }
    }
    return false
  }

  /// Whether the Pod is to be changed.
  func isDue(_ pod: Pod, at now: Time) -> Bool {
    let wasKilled = UpdatePriority.wasKilledSoon(pod)
    if wasKilled, difference == 0 { return false }
    if isOutside || wasKilled { return true }
    guard let start = pod.status.startTime else { return false }
    return now >= start.milliseconds + UpdatePriority.lifetime && difference >= UpdatePriority.leastDifference
  }

  /// Whether this comes before another one.
  func precedes(_ other: UpdatePriority) -> Bool {
    if growsSomewhere != other.growsSomewhere { return growsSomewhere }
    return difference > other.difference
  }
}

/// How many Pods of one owner may be away at once because of an updater: half of them, and always one.
struct EvictionBudget: Equatable, Sendable {
  let configured: Int64
  var running: Int64
  private(set) var spent: Int64 = 0

  init(configured: Int64, running: Int64) {
    self.configured = configured
    self.running = running
  }

  private var tolerance: Int64 { configured / 2 }

  var allowsOne: Bool {
    running - spent > configured - tolerance || (configured == running && tolerance == 0 && spent == 0)
  }

  mutating func spend() { spent += 1 }
}
