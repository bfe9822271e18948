import Clockwork

/// One measure that an autoscaler follows.
public struct MetricSpec: Record, Sendable {
  public static var typeName: String { "MetricSpec" }

  public var containerResource: ResourceMetric? = nil
  public var external: Value? = nil
  public var object: Value? = nil
  public var pods: Value? = nil
  public var resource: ResourceMetric? = nil
  /// `Resource`, `ContainerResource`, `Pods`, `Object` or `External`.
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(resource name: String, _ target: MetricTarget) {
    type = "Resource"
    resource = ResourceMetric(name, target)
  }

  /// The usage of a resource that the metrics API knows, of whole Pods or of one container.
  public var usage: ResourceMetric? {
    switch type {
    case "Resource": resource
    case "ContainerResource": containerResource
    default: nil
    }
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerResource", &containerResource)
    field("external", &external)
    field("object", &object)
    field("pods", &pods)
    field("resource", &resource)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}

/// A resource and how much of it there should be.
public struct ResourceMetric: Record, Sendable {
  public static var typeName: String { "ResourceMetricSource" }

  /// Only where one container of each Pod is meant.
  public var container: String = ""
  public var name: String = ""
  public var target: MetricTarget = MetricTarget()
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ name: String, _ target: MetricTarget) {
    self.name = name
    self.target = target
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("container", &container)
    field("name", &name, .keep)
    field("target", &target, .keep)
    field.rest(&unknown)
  }

  public static func read(_ value: Value, _ reading: inout Reading) -> ResourceMetric? {
    guard case .map(let entries) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var reader = FieldReader(entries: entries, typeName: typeName, reading: reading)
    var metric = ResourceMetric()
    var share: Int64? = nil
    var amount: Value? = nil
    // How autoscaling/v2beta1 wrote the target.
    reader("targetAverageUtilization", &share)
    reader("targetAverageValue", &amount)
    metric.fields(&reader)
    reading = reader.reading
    if let share { metric.target = MetricTarget(utilization: share) }
    if let amount { metric.target = MetricTarget(amount: amount.plain) }
    return metric
  }
}

/// A share of the requests, or an amount.
public struct MetricTarget: Record, Sendable {
  public static var typeName: String { "MetricTarget" }

  public var averageUtilization: Int64? = nil
  public var averageValue: Value? = nil
  /// `Utilization`, `Value` or `AverageValue`.
  public var type: String = ""
  public var value: Value? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(utilization: Int64) {
    type = "Utilization"
    averageUtilization = utilization
  }

  public init(amount: String) {
    type = "AverageValue"
    averageValue = .string(amount)
  }

  /// The amount per Pod, where the target is one.
  public var average: Quantity? { averageValue.flatMap { Quantity($0.plain) } }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("averageUtilization", &averageUtilization)
    field("averageValue", &averageValue)
    field("type", &type, .keep)
    field("value", &value)
    field.rest(&unknown)
  }
}

/// What one measure was at the last look; all empty where it could not be had.
public struct MetricStatus: Record, Sendable {
  public static var typeName: String { "MetricStatus" }

  public var containerResource: ResourceReading? = nil
  public var resource: ResourceReading? = nil
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  /// The figures of a resource, of whole Pods or of one container.
  public var usage: ResourceReading? { resource ?? containerResource }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerResource", &containerResource)
    field("resource", &resource)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}

/// The figures of one resource.
public struct ResourceReading: Record, Sendable {
  public static var typeName: String { "ResourceMetricStatus" }

  public var container: String = ""
  public var current: MetricFigures = MetricFigures()
  public var name: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ name: String, _ current: MetricFigures, container: String = "") {
    self.name = name
    self.current = current
    self.container = container
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("container", &container)
    field("current", &current, .keep)
    field("name", &name, .keep)
    field.rest(&unknown)
  }
}

/// The mean over the Pods that were counted: as a share of their requests, and as an amount.
public struct MetricFigures: Record, Sendable {
  public static var typeName: String { "MetricValueStatus" }

  public var averageUtilization: Int64? = nil
  public var averageValue: String = ""
  public var value: Value? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(utilization: Int64?, milli: Int64) {
    averageUtilization = utilization
    averageValue = Quantity(milli: milli).text
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("averageUtilization", &averageUtilization)
    field("averageValue", &averageValue)
    field("value", &value)
    field.rest(&unknown)
  }
}
