import Clockwork

/// cAdvisor, the library in the kubelet that reads the kernel's counters now and then and keeps the last two readings.
///
/// It measures nothing itself, and no runtime sends it anything.
struct CAdvisor: Sendable {
  /// The counters of one group at one moment.
  struct Sample: Equatable, Sendable {
    /// When the files were read.
    var at: Time
    /// Millionths of a second of processor time.
    var usage: Int64
    var workingSet: Int64
    var memory: Int64
    var throttledPeriods: Int64

    init(_ counters: KernelReply.Counters, at time: Time) {
      at = time
      usage = counters.usage
      workingSet = counters.memory - counters.inactiveFile
      memory = counters.memory
      throttledPeriods = counters.throttledPeriods
    }
  }

  /// What is kept of one group.
  struct Series: Equatable, Sendable {
    let pod: ObjectKey
    let uid: String
    let container: String
    let startedAt: Time
    var last: Sample
    var previous: Sample?

    /// `usageNanoCores`: the rate between the last two readings, in billionths of a core; nothing after only one.
    var rate: Int64? {
      guard let previous, last.at > previous.at else { return nil }
      return (last.usage - previous.usage) * 1_000_000 / (last.at - previous.at)
    }
  }

  let kernel: Address
  /// The shortest time between two readings (`--housekeeping-interval`); the longest is half as much more.
  let interval: Time
  private(set) var groups: Table<String, Series> = [:]
  private(set) var root: Series?
  /// Groups that have been seen but not read.
  private var fresh: [Fresh] = []
  private var due: Time
  private var asked: Int64?
  private var random: Random
  private var lastID: Int64 = 0

  private struct Fresh: Equatable, Sendable {
    var id: String
    var subject: Kube.Subject

    /// False when the Pod's view says that the container does not run any more.
    func isIn(_ view: RuntimeView) -> Bool {
      var belongs = false
      for record in view.containers where record.id == id {
        belongs = true
        if record.phase == .running { return true }
      }
      return !belongs
    }
  }

  init(kernel: Address, interval: Time, random: Random) {
    self.kernel = kernel
    self.interval = max(1000, interval)
    self.random = random
    due = 0
    due = Time(self.random.next(below: Int(self.interval)))
  }

  /// Has been reading for a while: two readings of the whole machine lie before the story.
  mutating func seed(_ cgroups: Cgroups) {
    for time in [due - 2 * interval, due - interval] {
      let root = KernelReply.Counters(root: cgroups, at: time)
      self.root = CAdvisor.series(self.root, root, time)
    }
  }

  /// A container's group has appeared; groups that are gone are forgotten.
  mutating func see(_ view: RuntimeView) {
    for record in view.containers where record.phase == .running && groups[record.id] == nil {
      let new = Fresh(id: record.id, subject: .container(record.pod, record.title))
      if !fresh.contains(new) { fresh.append(new) }
    }
    for id in groups.keys where groups[id]?.uid == view.uid {
      if !view.containers.contains(where: { $0.id == id && $0.phase == .running }) { groups.removeValue(for: id) }
    }
    fresh.removeAll { new in !new.isIn(view) }
  }

  /// Only housekeeping is periodic, but nobody waits for a first reading either.
  func offers(_ offers: inout KubeOffers) {
    if asked != nil { return }
    if let new = fresh.first { offers.add(.sample, new.subject, background: true) }
    offers.add(.sample, .cgroups, due: due, background: true)
  }

  /// Reads the files of what is new, or of everything.
  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == .sample, asked == nil else { return false }
    var ids: [String] = []
    if action.subject == .cgroups {
      due = out.now + interval + Time(random.next(below: Int(interval / 2)))
      fresh = []
    } else {
      for new in fresh where new.subject == action.subject { ids.append(new.id) }
      fresh.removeAll { ids.contains($0.id) }
    }
    lastID += 1
    asked = lastID
    out.send(.kernel(KernelCall(id: lastID, .read(ids))), to: kernel)
    return true
  }

  /// The files have been read.
  mutating func take(_ reply: KernelReply) {
    guard reply.id == asked, case .counters(let time, let root, let counters) = reply.outcome else { return }
    asked = nil
    for one in counters { groups[one.id] = CAdvisor.series(groups[one.id], one, time) }
    guard let root else { return }
    self.root = CAdvisor.series(self.root, root, time)
    for id in groups.keys where !counters.contains(where: { $0.id == id }) { groups.removeValue(for: id) }
  }

  private static func series(_ known: Series?, _ counters: KernelReply.Counters, _ time: Time) -> Series {
    let sample = Sample(counters, at: time)
    guard var series = known else {
      return Series(
        pod: counters.pod,
        uid: counters.uid,
        container: counters.container,
        startedAt: counters.startedAt,
        last: sample,
        previous: nil
      )
    }
    if time > series.last.at { series.previous = series.last }
    series.last = sample
    return series
  }

  /// A new kubelet has read nothing; it begins at once.
  mutating func restart(at now: Time) {
    groups.removeAll()
    root = nil
    fresh = []
    asked = nil
    due = now
  }

  var state: Value {
    var held: [Value.Entry] = []
    groups.forEach { id, series in
      let name = "\(series.pod.qualifiedName)/\(series.container)"
      held.append(
        Value.Entry(
          "\(name) \(ContainerStore.short(id))",
          .map(
            ("at", .integer(series.last.at)),
            ("usageMicroseconds", .integer(series.last.usage)),
            ("workingSet", .integer(series.last.workingSet))
          )
        )
      )
    }
    return .map(("next", .integer(due)), ("containers", .map(held)))
  }
}

extension Kube.Subject {
  fileprivate static var cgroups: Kube.Subject { .named("cgroups") }
}

extension Verb {
  fileprivate static let sample: Verb = "sample"
}
