import Clockwork

/// All samples of the containers of one name in Pods with the same labels: what a recommendation rests on.
public struct UsageAggregate: Equatable, Sendable {
  public internal(set) var cpu = UsageHistogram(.cpu)
  /// One sample for each container and day: the most that it used.
  public internal(set) var memory = UsageHistogram(.memory)
  public internal(set) var first: Time?
  public internal(set) var last: Time?
  public internal(set) var count: Int64 = 0

  /// The least weight of a sample; "then" a sample weighed as much as its container asked for.
  static let weight = 0.1
  /// How long samples count at the longest.
  static let lifespan: Time = 8 * UsageHistogram.halfLife

  public init() {}

  /// Adds a sample of processor time, in thousandths of a core; `request` only where it gives the weight.
  public mutating func addCPU(_ milli: Int64, request: Int64 = 0, at time: Time) {
    let weight = max(UsageAggregate.weight, Double(request) / 1000)
    cpu.add(Double(milli) / 1000, weight: weight, at: time)
    last = max(last ?? time, time)
    first = min(first ?? time, time)
    count += 1
  }

  public mutating func merge(_ other: UsageAggregate) {
    cpu.merge(other.cpu)
    memory.merge(other.memory)
    if let time = other.first { first = min(first ?? time, time) }
    if let time = other.last { last = max(last ?? time, time) }
    count += other.count
  }

  /// How much the samples can be relied on, in days: a sample a minute for a day is 1.
  public var confidence: Double {
    guard let first, let last else { return 0 }
    let days = Double(last - first) / Double(UsageHistogram.halfLife)
    return min(days, Double(count) / 1440)
  }

  // MARK: Checkpoints

  static let checkpointVersion = "v3"

  func checkpoint(at now: Time) -> CheckpointStatus {
    var status = CheckpointStatus()
    status.cpuHistogram = cpu.checkpoint
    status.memoryHistogram = memory.checkpoint
    status.firstSampleStart = first.map { Timestamp($0) }
    status.lastSampleStart = last.map { Timestamp($0) }
    status.lastUpdateTime = Timestamp(now)
    status.totalSamplesCount = count
    status.version = UsageAggregate.checkpointVersion
    return status
  }

  init?(_ status: CheckpointStatus) {
    guard status.version == UsageAggregate.checkpointVersion else { return nil }
    cpu = UsageHistogram(.cpu, status.cpuHistogram)
    memory = UsageHistogram(.memory, status.memoryHistogram)
    first = status.firstSampleStart?.milliseconds
    last = status.lastSampleStart?.milliseconds
    count = status.totalSamplesCount
  }
}

/// One container of one Pod: which samples of it have been counted, and its peak of memory in the current day.
public struct ContainerWindow: Equatable, Sendable {
  private var lastCPU: Time?
  private var lastMemory: Time?
  private var peak: Int64 = 0
  /// The peak that an end for want of memory makes likely.
  private var killedPeak: Int64 = 0
  /// When the current day of this container ends.
  private var end: Time?

  static let bumpRatio = 1.2
  static let bumpBytes: Int64 = 100 * 1024 * 1024

  public init() {}

  /// Counts a reading of processor time unless it is the one that was counted before.
  public mutating func addCPU(_ milli: Int64, request: Int64, at time: Time, to aggregate: inout UsageAggregate) {
    if let lastCPU, time <= lastCPU { return }
    aggregate.addCPU(milli, request: request, at: time)
    lastCPU = time
  }

  /// Counts a reading of memory: a higher one takes the place of the day's peak.
  public mutating func addMemory(_ bytes: Int64, at time: Time, to aggregate: inout UsageAggregate) {
    add(bytes, at: time, isKill: false, to: &aggregate)
  }

  /// A container was killed because it needed more: a fifth more than it had, and at least 100 MiB, is taken for its use.
  public mutating func addKill(request: Int64, at time: Time, to aggregate: inout UsageAggregate) {
    if let lastMemory, time < lastMemory - UsageHistogram.halfLife { return }
    let used = max(request, peak)
    let needed = max(used + ContainerWindow.bumpBytes, Int64(Double(used) * ContainerWindow.bumpRatio))
    add(needed, at: time, isKill: true, to: &aggregate)
  }

  private mutating func add(_ bytes: Int64, at time: Time, isKill: Bool, to aggregate: inout UsageAggregate) {
    if !isKill, let lastMemory, time < lastMemory { return }
    lastMemory = time
    let end = end ?? time
    if time < end {
      let before = max(peak, killedPeak)
      guard before != 0, bytes > before else { return }
      aggregate.memory.remove(Double(before), weight: 1, at: end)
    } else {
      let days = (time - end) / UsageHistogram.halfLife + 1
      self.end = end + days * UsageHistogram.halfLife
      peak = 0
      killedPeak = 0
    }
    aggregate.memory.add(Double(bytes), weight: 1, at: self.end ?? end)
    if isKill { killedPeak = bytes } else { peak = bytes }
  }
}
