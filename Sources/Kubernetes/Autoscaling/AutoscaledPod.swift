/// What the autoscaler's arithmetic needs to know of one Pod behind its target.
public struct AutoscaledPod: Equatable, Sendable {
  /// What one container has asked for, in thousandths; nil where it asks for nothing.
  public struct Request: Equatable, Sendable {
    public var container: String
    public var milli: Int64?

    public init(container: String, milli: Int64?) {
      self.container = container
      self.milli = milli
    }
  }

  public var name: String
  public var phase: String
  public var isDeleted: Bool
  public var startTime: Timestamp?
  /// The condition `Ready`.
  public var ready: PodCondition?
  public var requests: [Request]

  /// What a Pod says about one resource, or about the share of one container in it.
  public init(_ pod: Pod, resource: String, container: String = "") {
    name = pod.metadata.name
    phase = pod.status.phase
    isDeleted = pod.metadata.deletionTimestamp != nil
    startTime = pod.status.startTime
    ready = pod.status[condition: "Ready"]
    var requests: [Request] = []
    for part in pod.spec.containers where container.isEmpty || container == part.name {
      let amount = part.resources.requests[resource].flatMap { Quantity($0) }
      requests.append(Request(container: part.name, milli: amount.map { $0.milliValue }))
    }
    self.requests = requests
  }
}

/// One Pod's usage as the metrics API told it.
public struct PodUsage: Equatable, Sendable {
  /// Thousandths of a core or of a byte, all containers together.
  public var milli: Int64
  /// The end of the window.
  public var timestamp: Int64
  /// How long was measured, in milliseconds.
  public var window: Int64

  public init(milli: Int64, timestamp: Int64 = 0, window: Int64 = 0) {
    self.milli = milli
    self.timestamp = timestamp
    self.window = window
  }
}
