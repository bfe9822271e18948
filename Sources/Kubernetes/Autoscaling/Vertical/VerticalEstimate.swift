import Clockwork

/// From samples to amounts: percentiles, a margin, and bounds that are wide as long as little is known.
///
/// Follows `estimator.go` of the vertical Pod autoscaler's recommender; each step is cut off to whole units, which are
/// thousandths of a core and bytes.
public struct VerticalEstimate: Equatable, Sendable {
  /// An amount of both resources.
  public struct Amounts: Equatable, Sendable {
    /// Thousandths of a core.
    public var cpu: Int64
    /// Bytes.
    public var memory: Int64

    public init(cpu: Int64, memory: Int64) {
      self.cpu = cpu
      self.memory = memory
    }

    func list(_ version: Version) -> ResourceList {
      // Newer releases write memory in powers of two, where it is a whole number of them.
      let bytes = Quantity(memory, format: version == .then ? .decimalSI : .binarySI)
      return ["cpu": Quantity(milli: cpu).text, "memory": bytes.text]
    }
  }

  public var target: Amounts
  public var lowerBound: Amounts
  public var upperBound: Amounts

  static let margin = 0.15
  /// For a whole Pod: its containers divide them.
  static let leastCPU: Int64 = 25
  static let leastMemory: Int64 = 250 * 1024 * 1024
  private static let most = 1e14

  /// What the containers with these samples should ask for, in a Pod with so many containers that have samples.
  public init(_ usage: UsageAggregate, containers: Int = 1) {
    let confidence = usage.confidence
    let least = Amounts(
      cpu: VerticalEstimate.whole(Double(VerticalEstimate.leastCPU) / Double(containers)),
      memory: VerticalEstimate.whole(Double(VerticalEstimate.leastMemory) / Double(containers))
    )
    func amounts(_ share: Double, _ factor: Double) -> Amounts {
      let cpu = VerticalEstimate.withMargin(usage.cpu.percentile(share) * 1000)
      let memory = VerticalEstimate.withMargin(usage.memory.percentile(share))
      return Amounts(
        cpu: max(VerticalEstimate.whole(Double(cpu) * factor), least.cpu),
        memory: max(VerticalEstimate.whole(Double(memory) * factor), least.memory)
      )
    }
    let narrowing = 1 + 0.001 / confidence
    target = amounts(0.9, 1)
    lowerBound = amounts(0.5, confidence == 0 ? 0 : 1 / (narrowing * narrowing))
    upperBound = amounts(0.95, confidence == 0 ? .infinity : 1 + 1 / confidence)
  }

  private static func withMargin(_ amount: Double) -> Int64 {
    let base = whole(amount)
    return base + whole(Double(base) * margin)
  }

  /// Cut off, between nothing and a hundred million million.
  private static func whole(_ amount: Double) -> Int64 {
    if amount.isNaN || amount < 0 { return 0 }
    return amount > most ? Int64(most) : Int64(amount)
  }

  // MARK: Recommendations

  /// The recommendation for a container, within what the policy allows.
  func recommendation(for name: String, _ policy: ContainerPolicy?, _ version: Version) -> ContainerRecommendation {
    var out = ContainerRecommendation()
    out.containerName = name
    out.uncappedTarget = VerticalEstimate.controlled(target.list(version), policy)
    out.target = VerticalEstimate.capped(out.uncappedTarget, policy)
    out.lowerBound = VerticalEstimate.capped(VerticalEstimate.controlled(lowerBound.list(version), policy), policy)
    out.upperBound = VerticalEstimate.capped(VerticalEstimate.controlled(upperBound.list(version), policy), policy)
    return out
  }

  private static func controlled(_ list: ResourceList, _ policy: ContainerPolicy?) -> ResourceList {
    guard let wanted = policy?.controlledResources, !wanted.isEmpty else { return list }
    var out = ResourceList()
    for name in list.names where wanted.contains(name) { out[name] = list[name] }
    return out
  }

  private static func capped(_ list: ResourceList, _ policy: ContainerPolicy?) -> ResourceList {
    var out = list
    for name in list.names {
      guard let amount = list[name].flatMap({ Quantity($0) }) else { continue }
      if let least = policy?.minAllowed[name].flatMap({ Quantity($0) }), amount.compare(least) < 0 {
        out[name] = least.text
      }
      if let most = policy?.maxAllowed[name].flatMap({ Quantity($0) }), amount.compare(most) > 0 {
        out[name] = most.text
      }
    }
    return out
  }
}
