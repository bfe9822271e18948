import Clockwork

/// What a Pod uses, as metrics-server tells it; it is computed for every request and stored nowhere.
public struct PodMetrics: APIRecord {
  public static var typeName: String { "PodMetrics" }
  public static var goType: String { "v1beta1.PodMetrics" }
  public static var kind: Kind { .podMetrics }

  /// One container's part.
  public struct Usage: Record, Sendable {
    public static var typeName: String { "ContainerMetrics" }

    public var name: String = ""
    public var usage: ResourceList = ResourceList()
    public var unknown: [Value.Entry] = []

    public init() {}

    public init(name: String, usage: ResourceList) {
      self.name = name
      self.usage = usage
    }

    public mutating func fields<F: Fields>(_ field: inout F) {
      field("name", &name, .keep)
      field("usage", &usage, .keep)
      field.rest(&unknown)
    }
  }

  public var metadata: ObjectMeta = ObjectMeta()
  /// When the last reading was made that the numbers rest on.
  public var timestamp: Timestamp? = nil
  /// How long before that the first one was: `15s`.
  public var window: String = ""
  public var containers: [Usage] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containers", &containers, .keep)
    field("metadata", &metadata)
    field("timestamp", &timestamp)
    field("window", &window, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<PodMetrics>) -> Content { .podMetrics(shared) }
  public static func unwrap(_ content: Content) -> Shared<PodMetrics>? {
    if case .podMetrics(let shared) = content { return shared }
    return nil
  }

  /// The window in milliseconds.
  public var windowMilliseconds: Int64 { GoDuration.parse(window) ?? 0 }
}

/// What a node uses, as metrics-server tells it.
public struct NodeMetrics: APIRecord {
  public static var typeName: String { "NodeMetrics" }
  public static var goType: String { "v1beta1.NodeMetrics" }
  public static var kind: Kind { .nodeMetrics }

  public var metadata: ObjectMeta = ObjectMeta()
  public var timestamp: Timestamp? = nil
  public var window: String = ""
  public var usage: ResourceList = ResourceList()
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("metadata", &metadata)
    field("timestamp", &timestamp)
    field("usage", &usage, .keep)
    field("window", &window, .keep)
    field.rest(&unknown)
  }

  public static func wrap(_ shared: Shared<NodeMetrics>) -> Content { .nodeMetrics(shared) }
  public static func unwrap(_ content: Content) -> Shared<NodeMetrics>? {
    if case .nodeMetrics(let shared) = content { return shared }
    return nil
  }
}
