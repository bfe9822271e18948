import Clockwork

/// What a Pod asks of a node, worked out once before the nodes are compared.
public struct PodDemand: Equatable, Sendable {
  public var requests: ResourceAmounts = ResourceAmounts()
  /// As `requests`, but a container that names no cpu or memory counts as 100m or 200Mi, so that Pods without
  /// requests spread too.
  public var nonZeroRequests: ResourceAmounts = ResourceAmounts()
  public var tolerations: [Toleration] = []
  /// The node that the Pod names itself; empty for nearly all.
  public var nodeName: String = ""
  public var nodeSelector: Table<String, String> = [:]
  public var nodeAffinity: NodeAffinity = NodeAffinity()
  public var affinity: PodAffinity = PodAffinity()
  public var spread: [SpreadRule] = []
  public var ports: [HostPort] = []
  /// Images as the containers name them.
  public var images: [String] = []
  public var initImages: [String] = []

  static let defaultMilliCPU: Int64 = 100
  static let defaultMemory: Int64 = 200 << 20

  public init() {}

  public init(_ pod: Pod, _ version: Version = .now) {
    let spec = pod.spec
    tolerations = spec.tolerations
    nodeName = spec.nodeName
    nodeSelector = spec.nodeSelector
    if let rules = spec.affinity {
      nodeAffinity = NodeAffinity(rules.nodeAffinity)
      affinity = PodAffinity(pod, version)
    }
    for rule in spec.topologySpreadConstraints { spread.append(SpreadRule(rule, of: pod.metadata, version)) }
    for container in spec.containers {
      images.append(container.image)
      for port in container.ports {
        if let port = HostPort(port) { ports.append(port) }
      }
      add(container.resources.requests)
    }
    addInitContainers(spec.initContainers)
    let overhead = ResourceAmounts(spec.overhead)
    requests += overhead
    nonZeroRequests += overhead
  }

  /// Counts one more container that runs with the others.
  public mutating func add(_ list: ResourceList) {
    let (asked, counted) = PodDemand.amounts(list)
    requests += asked
    nonZeroRequests += counted
  }

  /// Init containers run one after the other, so the largest counts; sidecars stay and count always.
  private mutating func addInitContainers(_ containers: [Container]) {
    var largest = ResourceAmounts()
    var largestNonZero = ResourceAmounts()
    var sidecars = ResourceAmounts()
    var sidecarsNonZero = ResourceAmounts()
    for container in containers {
      initImages.append(container.image)
      let (asked, counted) = PodDemand.amounts(container.resources.requests)
      var here = sidecars
      var hereNonZero = sidecarsNonZero
      here += asked
      hereNonZero += counted
      if container.restartPolicy == "Always" {
        sidecars = here
        sidecarsNonZero = hereNonZero
      }
      largest.formMaximum(here)
      largestNonZero.formMaximum(hereNonZero)
    }
    requests += sidecars
    nonZeroRequests += sidecarsNonZero
    requests.formMaximum(largest)
    nonZeroRequests.formMaximum(largestNonZero)
  }

  private static func amounts(_ list: ResourceList) -> (asked: ResourceAmounts, counted: ResourceAmounts) {
    let asked = ResourceAmounts(list)
    var counted = asked
    // A written 0 stays 0.
    if list["cpu"] == nil { counted.milliCPU = defaultMilliCPU }
    if list["memory"] == nil { counted.memory = defaultMemory }
    return (asked, counted)
  }

  /// Whether the Pod asks for neither cpu nor memory.
  var asksForNothing: Bool { requests.milliCPU == 0 && requests.memory == 0 }
}
