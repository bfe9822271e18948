import Clockwork

/// Asks one container one question again and again, and remembers what that comes to (pkg/kubelet/prober: worker).
///
/// A single answer changes nothing: only as many equal answers in a row as the threshold says do.
struct Prober: Sendable {
  /// A startup probe holds the other two back until it has succeeded once.
  enum Kind: String, Equatable, Sendable {
    case startup
    case readiness
    case liveness

    /// As Events begin with it.
    var title: String {
      switch self {
      case .startup: "Startup"
      case .readiness: "Readiness"
      case .liveness: "Liveness"
      }
    }
  }

  /// What the prober sees of its container: how the status has it.
  struct Sight: Equatable, Sendable {
    var id: String
    var startedAt: Time
    var isStarted: Bool
    /// The Pod is being deleted.
    var isEnding: Bool
  }

  let container: String
  let kind: Kind
  let probe: Probe
  private let ticks: Grid
  /// "Now" the first look at the readiness of a container does not wait for a tick.
  private let isEager: Bool
  /// The container that is asked.
  private(set) var id = ""
  /// What the kubelet goes by.
  private(set) var isGood: Bool?
  private var last: Bool?
  private var run: Int64 = 0
  /// It has had its container killed, and waits for the next one.
  private var isOnHold = false
  /// Since when the container can be asked.
  private var since: Time?
  private var startedAt: Time = 0
  /// Long ago, as long as nothing has been asked.
  private var askedAt: Time = -.never / 2
  /// The question under way.
  private(set) var call: Int64?

  /// How long a container may stay bad before its probes no longer keep a world busy.
  private static let patience: Time = 300_000

  init(_ container: String, _ kind: Kind, _ probe: Probe, ticks: Grid, isEager: Bool) {
    self.container = container
    self.kind = kind
    self.probe = probe
    self.ticks = ticks
    self.isEager = isEager && kind == .readiness
  }

  /// Takes in how the container is now; nil when it does not run.
  mutating func look(at sight: Sight?, _ now: Time) {
    guard let sight else {
      since = nil
      return
    }
    if sight.id != id {
      id = sight.id
      startedAt = sight.startedAt
      // Nobody is ready before it has said so, and nobody is dead before it has failed.
      isGood = kind == .startup ? nil : kind == .liveness
      last = nil
      run = 0
      isOnHold = false
      since = nil
      call = nil
    }
    let isTurn = kind == .startup ? !sight.isStarted : sight.isStarted
    if !isTurn || isOnHold || sight.isEnding && kind != .readiness {
      since = nil
    } else if since == nil {
      since = now
    }
  }

  /// When the next question is asked, or the one under way is given up.
  var due: Time? {
    if call != nil { return askedAt + max(1, probe.timeoutSeconds) * 1000 }
    guard let since else { return nil }
    let earliest = max(since, startedAt + probe.initialDelaySeconds * 1000)
    if isEager, last == nil { return earliest }
    return ticks.at(max(earliest, askedAt + 1))
  }

  /// Whether only periodic work is left: the answer is known, or has been bad for long.
  var isSteady: Bool {
    guard let last, last == isGood else { return false }
    if last { return true }
    return run >= probe.failureThreshold && (due ?? 0) > startedAt + Prober.patience
  }

  mutating func ask(_ call: Int64, _ now: Time) {
    self.call = call
    askedAt = now
  }

  /// The question got no answer that counts.
  mutating func drop() { call = nil }

  /// Takes an answer.
  ///
  /// True when the kubelet has to act on it.
  mutating func take(_ answer: Bool) -> Bool {
    call = nil
    run = last == answer ? run + 1 : 1
    last = answer
    if run < (answer ? probe.successThreshold : probe.failureThreshold) { return false }
    let hasChanged = isGood != answer
    isGood = answer
    if !answer, kind != .readiness {
      isOnHold = true
      since = nil
    }
    return hasChanged
  }

  var state: Value {
    var value: Value = .map(("probe", .string("\(container) \(kind.rawValue)")), ("run", .integer(run)))
    if let isGood { value["good"] = .bool(isGood) }
    if let due { value["due"] = .integer(due) }
    return value
  }
}

extension PodWorker {
  func prober(_ kind: Prober.Kind, _ container: String) -> Prober? {
    for prober in probers where prober.kind == kind && prober.container == container { return prober }
    return nil
  }

  /// Whether the probe of a container says so; a container without such a probe is always well.
  func passes(_ kind: Prober.Kind, _ container: String, _ id: String) -> Bool {
    guard let prober = prober(kind, container) else { return true }
    return prober.id == id && prober.isGood == true
  }

  /// The probe for whose failure a running container has to end.
  func failedProbe(_ container: String, _ id: String) -> Prober.Kind? {
    for kind in [Prober.Kind.liveness, .startup] {
      guard let prober = prober(kind, container), prober.id == id, prober.isGood == false else { continue }
      return kind
    }
    return nil
  }

  /// Shows the probers the newest status.
  mutating func showProbers(_ now: Time) {
    for index in probers.indices {
      let name = probers[index].container
      probers[index].look(at: sight(of: name), now)
    }
  }

  private func sight(of name: String) -> Prober.Sight? {
    if life != .running || isGone { return nil }
    let statuses = report.status.containerStatuses + report.status.initContainerStatuses
    guard let status = statuses.first(where: { $0.name == name }), status.state.running != nil,
      let record = records(name).first, status.containerID.hasSuffix(record.id)
    else { return nil }
    return Prober.Sight(
      id: record.id,
      startedAt: record.startedAt ?? record.createdAt,
      isStarted: status.started == true,
      isEnding: isEnding
    )
  }
}
