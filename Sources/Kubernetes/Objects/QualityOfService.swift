/// How well a Pod is protected when memory runs out, from what its containers ask for.
public enum QualityOfService: String, Equatable, Sendable {
  case bestEffort = "BestEffort"
  case burstable = "Burstable"
  case guaranteed = "Guaranteed"

  /// The amounts of one container that count here; nil where none is written.
  public struct Demand: Equatable, Sendable {
    public var requestCPU: Quantity?
    public var requestMemory: Quantity?
    public var limitCPU: Quantity?
    public var limitMemory: Quantity?

    public init(
      requestCPU: Quantity? = nil,
      requestMemory: Quantity? = nil,
      limitCPU: Quantity? = nil,
      limitMemory: Quantity? = nil
    ) {
      self.requestCPU = requestCPU
      self.requestMemory = requestMemory
      self.limitCPU = limitCPU
      self.limitMemory = limitMemory
    }
  }

  /// The class of a Pod with these containers, init containers included.
  public static func of(_ demands: [Demand]) -> QualityOfService {
    var requests = (cpu: Quantity.zero, memory: Quantity.zero)
    var limits = (cpu: Quantity.zero, memory: Quantity.zero)
    var isGuaranteed = true
    for demand in demands {
      // Zero is as good as nothing, also as a limit.
      func positive(_ quantity: Quantity?) -> Quantity? { (quantity?.sign ?? 0) > 0 ? quantity : nil }
      if let amount = positive(demand.requestCPU) { requests.cpu.add(amount) }
      if let amount = positive(demand.requestMemory) { requests.memory.add(amount) }
      if let amount = positive(demand.limitCPU) { limits.cpu.add(amount) }
      if let amount = positive(demand.limitMemory) { limits.memory.add(amount) }
      if positive(demand.limitCPU) == nil || positive(demand.limitMemory) == nil { isGuaranteed = false }
    }
    if requests.cpu.isZero, requests.memory.isZero, limits.cpu.isZero, limits.memory.isZero { return .bestEffort }
    if isGuaranteed, requests.cpu == limits.cpu, requests.memory == limits.memory { return .guaranteed }
    return .burstable
  }

  /// The number that the kernel adds when it looks for a process to kill: 1000 goes first, -997 nearly never.
  ///
  /// - Parameters:
  ///   - memoryRequest: bytes that the container asks for.
  ///   - capacity: bytes of memory of the node.
  /// - Returns: what the runtime writes to `oom_score_adj`.
  public func oomScoreAdjustment(memoryRequest: Int64, capacity: Int64) -> Int64 {
    switch self {
    case .guaranteed: return QualityOfService.guaranteedAdjustment
    case .bestEffort: return 1000
    case .burstable:
      let (product, overflow) = memoryRequest.multipliedReportingOverflow(by: 1000)
      if capacity <= 0 || overflow { return 1000 + QualityOfService.guaranteedAdjustment }
      let adjustment = 1000 - product / capacity
      let lowest = 1000 + QualityOfService.guaranteedAdjustment
      // A burstable container always goes before a guaranteed one and after a best-effort one.
      return max(lowest, min(adjustment, 999))
    }
  }

  private static let guaranteedAdjustment: Int64 = -997
}

extension QualityOfService: CustomStringConvertible {
  public var description: String { rawValue }
}
