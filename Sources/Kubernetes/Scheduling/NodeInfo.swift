import Clockwork

/// Amounts of the resources that scheduling counts.
public struct ResourceAmounts: Equatable, Sendable {
  public var milliCPU: Int64 = 0
  /// Bytes.
  public var memory: Int64 = 0
  /// Bytes.
  public var ephemeralStorage: Int64 = 0
  /// Everything else that a node offers by name, such as `nvidia.com/gpu`.
  public var others: Table<String, Int64> = [:]

  public init() {}

  public init(milliCPU: Int64, memory: Int64) {
    self.milliCPU = milliCPU
    self.memory = memory
  }

  /// The amounts of a list; what is no quantity counts as nothing, and `pods` is counted elsewhere.
  public init(_ list: ResourceList) {
    list.amounts.forEach { name, text in
      guard let quantity = Quantity(text) else { return }
      switch name {
      case "cpu": milliCPU = quantity.milliValue
      case "memory": memory = quantity.value
      case "ephemeral-storage": ephemeralStorage = quantity.value
      case "pods": break
      default: others[name] = quantity.value
      }
    }
  }

  public static func += (left: inout ResourceAmounts, right: ResourceAmounts) {
    left.combine(right) { $0 + $1 }
  }

  public static func -= (left: inout ResourceAmounts, right: ResourceAmounts) {
    left.combine(right) { $0 - $1 }
  }

  /// The larger of both, resource by resource.
  public mutating func formMaximum(_ other: ResourceAmounts) {
    combine(other) { max($0, $1) }
  }

  private mutating func combine(_ other: ResourceAmounts, _ operation: (Int64, Int64) -> Int64) {
    milliCPU = operation(milliCPU, other.milliCPU)
    memory = operation(memory, other.memory)
    ephemeralStorage = operation(ephemeralStorage, other.ephemeralStorage)
    for name in other.others.keys {
      others[name] = operation(others[name] ?? 0, other.others[name] ?? 0)
    }
  }
}

/// An image that lies on a node.
public struct ImageState: Equatable, Sendable {
  /// Bytes.
  public var size: Int64
  /// On how many nodes of the cluster the image lies.
  public var nodeCount: Int64

  public init(size: Int64, nodeCount: Int64) {
    self.size = size
    self.nodeCount = nodeCount
  }
}

/// What the scheduler knows of a node: the node itself, and the sum of the Pods on it.
public struct NodeInfo: Equatable, Sendable {
  public var name: String
  public var labels: Table<String, String> = [:]
  public var taints: [Taint] = []
  public var isUnschedulable: Bool = false
  public var allocatable: ResourceAmounts = ResourceAmounts()
  public var allowedPods: Int64 = 0
  public var requested: ResourceAmounts = ResourceAmounts()
  /// As `requested`, but a container that asks for nothing counts as 100m and 200Mi: see ``PodDemand``.
  public var nonZeroRequested: ResourceAmounts = ResourceAmounts()
  public var podCount: Int64 = 0
  /// The Pods here, in the order in which they came.
  public private(set) var pods: [PodInfo] = []
  /// How many of them have rules about other Pods.
  public private(set) var socialPods: Int64 = 0
  /// By full name, such as `demo/web:1.0`.
  public var images: Table<String, ImageState> = [:]

  public init(name: String) {
    self.name = name
  }

  /// A node without Pods.
  ///
  /// Its images count as lying on this node alone until ``spread(over:)`` has seen the others.
  public init(_ node: Node) {
    name = node.metadata.name
    labels = node.metadata.labels
    update(node)
  }

  /// Takes over what changed of the node; the Pods on it stay.
  public mutating func update(_ node: Node) {
    labels = node.metadata.labels
    taints = node.spec.taints
    isUnschedulable = node.spec.unschedulable
    allocatable = ResourceAmounts(node.status.allocatable)
    allowedPods = node.status.allocatable["pods"].flatMap { Quantity($0) }?.value ?? 0
    images = [:]
    for image in node.status.images {
      for name in image.names { images[name] = ImageState(size: image.sizeBytes, nodeCount: 1) }
    }
  }

  /// Counts a Pod that runs here or is about to.
  public mutating func add(_ pod: PodInfo) {
    add(pod.demand)
    pods.append(pod)
    if !pod.demand.affinity.isEmpty { socialPods += 1 }
  }

  /// Forgets a Pod that was counted; false where it was not.
  @discardableResult
  public mutating func remove(_ key: ObjectKey) -> Bool {
    guard let place = pods.firstIndex(where: { $0.key == key }) else { return false }
    let pod = pods.remove(at: place)
    if !pod.demand.affinity.isEmpty { socialPods -= 1 }
    remove(pod.demand)
    return true
  }

  /// Takes over what changed of a Pod that stays and asks for what it asked for.
  mutating func replace(_ pod: PodInfo) {
    if let place = pods.firstIndex(where: { $0.key == pod.key }) { pods[place] = pod }
  }

  /// Counts what a Pod asks for that has no name.
  public mutating func add(_ demand: PodDemand) {
    requested += demand.requests
    nonZeroRequested += demand.nonZeroRequests
    podCount += 1
  }

  /// Forgets a Pod that was counted.
  public mutating func remove(_ demand: PodDemand) {
    requested -= demand.requests
    nonZeroRequested -= demand.nonZeroRequests
    podCount -= 1
  }

  /// Counts for every image on how many of the nodes it lies.
  public static func spread(over nodes: inout [NodeInfo]) {
    var counts: Table<String, Int64> = [:]
    for node in nodes {
      for name in node.images.keys { counts.update(name, default: 0) { $0 += 1 } }
    }
    for index in nodes.indices {
      for name in nodes[index].images.keys {
        nodes[index].images.update(name, default: ImageState(size: 0, nodeCount: 1)) {
          $0.nodeCount = counts[name] ?? 1
        }
      }
    }
  }
}
