import Clockwork

/// The scheduler's own Events, in the style of events.k8s.io: `eventTime`, no count, a series for repetitions.
///
/// Source: client-go/tools/events. Two Events are the same when they say the same of the same revision of a Pod.
struct SchedulerEvents: Sendable {
  private struct Identity: Comparable, Sendable {
    var pod: ObjectKey
    var revision: Int64
    var reason: String

    static func < (left: Identity, right: Identity) -> Bool {
      if left.pod != right.pod { return left.pod < right.pod }
      return left.revision != right.revision ? left.revision < right.revision : left.reason < right.reason
    }
  }

  private struct Known: Sendable {
    var key: ObjectKey
    var repeats: Int64
    var until: Time
  }

  /// What is to be sent for an Event.
  enum Sending: Sendable {
    case create(Object)
    case patch(ObjectKey, Value)
  }

  /// What an Event says, and of whom else.
  struct Saying: Sendable {
    var reason: String
    var message: String
    var related: Object? = nil

    init(reason: String, message: String) {
      self.reason = reason
      self.message = message
    }

    var action: String {
      switch reason {
      case "Scheduled": "Binding"
      case "Preempted": "Preempting"
      default: "Scheduling"
      }
    }
  }

  /// An Event that nobody repeated for this long is forgotten.
  private static let lifetime: Time = 360_000

  private let version: Version
  private var known: Table<Identity, Known> = [:]
  private var serial: Int64 = 0
  private var sweepAt: Int = 256

  init(_ version: Version) { self.version = version }

  /// What the API server has to be told, or nothing where a series only counts on.
  mutating func make(_ about: Object, _ saying: Saying, at now: Time) -> Sending? {
    forgetOld(at: now)
    let identity = Identity(pod: about.key, revision: about.resourceVersion, reason: saying.reason)
    if var before = known[identity] {
      before.repeats += 1
      before.until = now + SchedulerEvents.lifetime
      known[identity] = before
      guard before.repeats == 1 else { return nil }
      // The first repetition counted as one until a later release made it two.
      let series: Value = .map(
        ("count", .integer(version == .then ? 1 : 2)),
        ("lastObservedTime", .string(MicroTime(now).text))
      )
      return .patch(before.key, .map(("series", series)))
    }
    let event = event(about, saying, at: now)
    known[identity] = Known(key: event.key, repeats: 0, until: now + SchedulerEvents.lifetime)
    return .create(event)
  }

  private mutating func event(_ about: Object, _ saying: Saying, at now: Time) -> Object {
    var event = Event()
    serial += 1
    // The name ends in the time in nanoseconds; the serial number stands for what is below a millisecond.
    let nanoseconds = (Calendar.epoch * 1000 + now) * 1_000_000 + serial
    let suffix = String(nanoseconds, radix: 16)
    event.metadata = ObjectMeta(name: "\(about.name).\(suffix)", namespace: about.namespace)
    event.eventTime = MicroTime(now)
    event.involvedObject = ObjectReference(to: about)
    event.reason = saying.reason
    event.action = saying.action
    event.type = saying.reason == "FailedScheduling" ? "Warning" : "Normal"
    event.message = saying.message
    event.related = saying.related.map { ObjectReference(to: $0) }
    event.reportingComponent = "default-scheduler"
    event.reportingInstance = "default-scheduler-control-plane"
    return Object(event: event)
  }

  private mutating func forgetOld(at now: Time) {
    // The table is walked only when it has doubled, so that an Event costs the same however many there were.
    if known.count < sweepAt { return }
    for identity in known.keys {
      if let entry = known[identity], entry.until < now { known.removeValue(for: identity) }
    }
    sweepAt = max(256, known.count * 2)
  }
}
