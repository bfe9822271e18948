public import Clockwork

/// What a process asks of its machine: processor time and memory.
public struct Work: Equatable, Sendable {
  /// Billionths of a core.
  public var cpu: Int64
  /// Bytes of memory that are in use.
  public var memory: Int64

  public init(cpu: Int64, memory: Int64) {
    self.cpu = cpu
    self.memory = memory
  }

  /// Reads quantities such as `200m` and `64Mi`; what is missing or no quantity counts as nothing.
  public init(cpu: String, memory: String) {
    self.init(cpu: Work.nanocores(cpu) ?? 0, memory: Quantity(memory)?.value ?? 0)
  }

  /// A quantity of processor time in billionths of a core.
  public static func nanocores(_ text: String) -> Int64? { Quantity(text)?.scaled(to: -9) }

  public static let none = Work(cpu: 0, memory: 0)
}

/// What requests from outside make a process use; nothing leaves it at what it uses anyway.
public struct Demand: Equatable, Sendable {
  /// Billionths of a core.
  public var cpu: Int64?
  public var memory: Int64?

  public init(cpu: Int64? = nil, memory: Int64? = nil) {
    self.cpu = cpu
    self.memory = memory
  }
}

/// The control group of one container: the kernel counts here what its processes use, and keeps them to their limits.
///
/// Nothing is sampled. The counter is exact at every moment: a rate that holds since the last change, times the time.
public struct Cgroup: Equatable, Sendable {
  /// The container's id, as the last part of the group's path.
  public let id: String
  public let pod: ObjectKey
  public let uid: String
  /// The container's name; `POD` for the sandbox.
  public let container: String
  public let startedAt: Time
  /// What the process uses when nobody asks anything of it.
  public var idle: Work
  /// What it uses under load; nothing where there is none.
  public var load: Demand?
  /// `cpu.max` in billionths of a core; nothing without a limit.
  public var cpuLimit: Int64?
  /// `memory.max` in bytes.
  public var memoryLimit: Int64?
  /// `cpu.shares`: what counts when all want more than there is.
  public var shares: Int64 = 2
  /// What the kernel grants at the moment, in billionths of a core.
  public private(set) var rate: Int64 = 0
  /// Billionths of a core times milliseconds, up to `settledAt`.
  private var used: Int64 = 0
  private var throttled: Time = 0
  private var settledAt: Time
  private var isThrottled = false

  /// A limit is enforced in periods of 100 ms (`cpu.cfs_period_us`).
  static let period: Time = 100
  /// Files that were read once and may be dropped: `inactive_file` of `memory.stat`.
  static let inactiveFile: Int64 = 2 * 1024 * 1024

  public init(id: String, pod: ObjectKey, uid: String, container: String, idle: Work, startedAt: Time) {
    self.id = id
    self.pod = pod
    self.uid = uid
    self.container = container
    self.idle = idle
    self.startedAt = startedAt
    settledAt = startedAt
  }

  /// Takes over the requests and limits of a container.
  public mutating func limit(_ resources: ResourceRequirements) {
    cpuLimit = resources.limits["cpu"].flatMap { Work.nanocores($0) }
    memoryLimit = resources.limits["memory"].flatMap { Quantity($0)?.value }
    let request = resources.requests["cpu"] ?? resources.limits["cpu"] ?? "0"
    shares = max(2, (Quantity(request)?.milliValue ?? 0) * 1024 / 1000)
  }

  /// What the processes would use if nothing held them back.
  public var wants: Work { Work(cpu: load?.cpu ?? idle.cpu, memory: load?.memory ?? idle.memory) }

  /// The processor time that they may have.
  var allowed: Int64 { min(wants.cpu, cpuLimit ?? Int64.max) }

  /// `usage_usec` of `cpu.stat`: millionths of a second of processor time since the start.
  public func usage(at now: Time) -> Int64 { (used + rate * (now - settledAt)) / 1_000_000 }

  /// `nr_throttled` of `cpu.stat`: periods in which the limit stopped the processes.
  public func throttledPeriods(at now: Time) -> Int64 {
    (throttled + (isThrottled ? now - settledAt : 0)) / Cgroup.period
  }

  /// `memory.current` less `inactive_file`.
  public var workingSet: Int64 { min(wants.memory, memoryLimit ?? Int64.max) }

  /// `memory.current`.
  public var memoryCurrent: Int64 { min(workingSet + Cgroup.inactiveFile, memoryLimit ?? Int64.max) }

  /// True when the processes need more memory than the group may have: the kernel kills them.
  public var isOutOfMemory: Bool {
    guard let memoryLimit else { return false }
    return wants.memory > memoryLimit
  }

  /// From now on another rate holds.
  mutating func grant(_ rate: Int64, at now: Time) {
    settle(now)
    self.rate = rate
    isThrottled = cpuLimit.map { wants.cpu > $0 } ?? false
  }

  private mutating func settle(_ now: Time) {
    used += rate * (now - settledAt)
    if isThrottled { throttled += now - settledAt }
    settledAt = now
  }
}

/// All groups of a machine, and how its processors are divided among them.
public struct Cgroups: Equatable, Sendable {
  /// Billionths of a core that the machine has.
  public let capacity: Int64
  /// What the machine uses besides its containers: the kernel, the kubelet, the runtime.
  public let system: Work
  private var groups: Table<String, Cgroup> = [:]
  /// The counter of the root group up to the last change, in billionths of a core times milliseconds.
  private var used: Int64
  private var settledAt: Time = 0

  /// How long a machine has been running when the story begins.
  public static let uptime: Time = 3_600_000
  /// What a machine uses that runs nothing but what every node runs.
  public static let system = Work(cpu: 60_000_000, memory: 400 * 1024 * 1024)

  public init(cpus: String, system: Work = Cgroups.system) {
    capacity = max(1, Work.nanocores(cpus) ?? 0)
    self.system = system
    used = system.cpu * Cgroups.uptime
  }

  public var all: [Cgroup] { groups.values }
  public subscript(id: String) -> Cgroup? { groups[id] }

  public mutating func add(_ group: Cgroup, at now: Time) {
    settle(now)
    groups[group.id] = group
    divide(now)
  }

  public mutating func remove(_ id: String, at now: Time) {
    settle(now)
    groups.removeValue(for: id)
    divide(now)
  }

  public mutating func removeAll(at now: Time) {
    settle(now)
    groups.removeAll()
  }

  /// Changes what a container may use, where that is not what it may use already.
  public mutating func set(limitsOf given: Cgroup, at now: Time) {
    guard var group = groups[given.id] else { return }
    let isSame =
      group.cpuLimit == given.cpuLimit && group.memoryLimit == given.memoryLimit && group.shares == given.shares
    if isSame { return }
    settle(now)
    group.cpuLimit = given.cpuLimit
    group.memoryLimit = given.memoryLimit
    group.shares = given.shares
    groups[given.id] = group
    divide(now)
  }

  /// Changes what the processes of a container have to do.
  public mutating func set(load: Demand?, of id: String, at now: Time) {
    guard var group = groups[id], group.load != load else { return }
    settle(now)
    group.load = load
    groups[id] = group
    divide(now)
  }

  /// `usage_usec` of the root group.
  public func usage(at now: Time) -> Int64 { (used + rate * (now - settledAt)) / 1_000_000 }

  /// The memory that is in use on the whole machine.
  public var workingSet: Int64 {
    var sum = system.memory
    groups.forEach { _, group in sum += group.workingSet }
    return sum
  }

  private var rate: Int64 {
    var sum = system.cpu
    groups.forEach { _, group in sum += group.rate }
    return sum
  }

  /// The containers' counters go with them; the machine's stays.
  private mutating func settle(_ now: Time) {
    used += rate * (now - settledAt)
    settledAt = now
  }

  /// Whoever wants less than its share gets it; what is left is divided by shares among the others.
  private mutating func divide(_ now: Time) {
    var left = max(0, capacity - system.cpu)
    var open: [Cgroup] = []
    var shares: Int64 = 0
    for group in groups.values {
      open.append(group)
      shares += group.shares
    }
    var goesOn = true
    while goesOn {
      goesOn = false
      var rest: [Cgroup] = []
      let (had, all) = (left, shares)
      for group in open {
        let part = Cgroups.part(had, group.shares, all)
        if group.allowed > part {
          rest.append(group)
          continue
        }
        grant(group.allowed, to: group.id, now)
        left -= group.allowed
        shares -= group.shares
        goesOn = true
      }
      open = rest
    }
    for group in open { grant(Cgroups.part(left, group.shares, shares), to: group.id, now) }
  }

  private static func part(_ whole: Int64, _ shares: Int64, _ all: Int64) -> Int64 {
    // Thousandths first: a machine with many processors and large shares would overflow.
    all == 0 ? 0 : whole / 1000 * shares / all * 1000
  }

  private mutating func grant(_ rate: Int64, to id: String, _ now: Time) {
    guard var group = groups[id] else { return }
    group.grant(rate, at: now)
    groups[id] = group
  }
}
