/// Which Pods a kubelet gives up first when its node runs out of memory (pkg/kubelet/eviction: rankMemoryPressure).
///
/// Whoever uses more than it asked for comes first, then whoever is worth less, then whoever is further above its
/// request. The quality-of-service class is no part of it.
public enum EvictionOrder {
  /// What the order looks at of one Pod.
  public struct Candidate: Equatable, Sendable {
    public var name: String
    public var priority: Int64
    public var request: Int64
    public var usage: Int64

    public init(name: String, priority: Int64, request: Int64, usage: Int64) {
      self.name = name
      self.priority = priority
      self.request = request
      self.usage = usage
    }

    var excess: Int64 { usage - request }
  }

  /// The Pods, the one to be given up first in front; among equals the order stays.
  public static func byMemory(_ pods: [Candidate]) -> [Candidate] {
    var out: [Candidate] = []
    for pod in pods {
      var place = out.count
      while place > 0, comes(pod, before: out[place - 1]) { place -= 1 }
      out.insert(pod, at: place)
    }
    return out
  }

  private static func comes(_ one: Candidate, before other: Candidate) -> Bool {
    let (isAbove, isOtherAbove) = (one.excess > 0, other.excess > 0)
    if isAbove != isOtherAbove { return isAbove }
    if one.priority != other.priority { return one.priority < other.priority }
    return one.excess > other.excess
  }
}
