import Clockwork

/// The Pod lifecycle event generator: compares two looks at the runtime and says what has happened between them.
enum PLEG {
  enum Change: String, Equatable {
    case started = "ContainerStarted"
    case died = "ContainerDied"
    /// Nobody is woken by it.
    case removed = "ContainerRemoved"
  }

  struct Event: Equatable {
    var change: Change
    var id: String
  }

  /// How the kubelet sees a container; a created one counts for nothing yet.
  private enum Sight: Equatable {
    case absent
    case unknown
    case running
    case exited
  }

  /// The events of one Pod, containers before its sandboxes.
  static func events(from before: [ContainerRecord], to after: [ContainerRecord]) -> [Event] {
    var events: [Event] = []
    let ordered = after.filter { !$0.isSandbox } + after.filter { $0.isSandbox }
    for record in ordered {
      let old = before.first { $0.id == record.id }
      let (was, now) = (sight(old), sight(record))
      if was == now { continue }
      if now == .running { events.append(Event(change: .started, id: record.id)) }
      if now == .exited { events.append(Event(change: .died, id: record.id)) }
    }
    for record in before where !after.contains(where: { $0.id == record.id }) {
      if sight(record) != .exited { events.append(Event(change: .died, id: record.id)) }
      events.append(Event(change: .removed, id: record.id))
    }
    return events
  }

  private static func sight(_ record: ContainerRecord?) -> Sight {
    guard let record else { return .absent }
    switch record.phase {
    // A sandbox is ready or it is not.
    case .created: return record.isSandbox ? .exited : .unknown
    case .running: return .running
    case .exited: return .exited
    }
  }
}

/// Moments that come round: every `period` from a `phase` on.
struct Grid: Equatable, Sendable {
  let period: Time
  let phase: Time

  /// Draws a phase that falls together with nothing that lasts a multiple of ten milliseconds.
  init(period: Time, _ random: inout Random) {
    self.period = period
    phase = Time(random.next(below: Int(max(1, period / 10)))) * 10 + 7
  }

  init(period: Time, phase: Time) {
    self.period = period
    self.phase = phase
  }

  /// Begins a random part of the period after a moment, and falls together with nothing else as well.
  init(period: Time, _ random: inout Random, from start: Time) {
    self.init(period: period, &random)
    self.init(period: period, phase: start + phase)
  }

  /// The first moment that is not before `time`.
  func at(_ time: Time) -> Time {
    let steps = Calendar.floorDivide(time - phase + period - 1, period)
    return phase + steps * period
  }

  /// The first moment after `time`.
  func after(_ time: Time) -> Time { at(time + 1) }
}
