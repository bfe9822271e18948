import Clockwork

/// Something that a component noticed or did, told about an object.
public struct Event: Record, Sendable {
  public static var typeName: String { "Event" }

  public var action: String = ""
  public var count: Int64 = 0
  public var eventTime: MicroTime? = nil
  public var firstTimestamp: Timestamp? = nil
  public var involvedObject: ObjectReference = ObjectReference()
  public var lastTimestamp: Timestamp? = nil
  public var message: String = ""
  public var metadata: ObjectMeta = ObjectMeta()
  public var reason: String = ""
  public var related: ObjectReference? = nil
  public var reportingComponent: String = ""
  public var reportingInstance: String = ""
  public var series: EventSeries? = nil
  public var source: EventSource = EventSource()
  /// `Normal` or `Warning`.
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("action", &action)
    field("count", &count)
    field("eventTime", &eventTime, .keep)
    field("firstTimestamp", &firstTimestamp, .keep)
    field("involvedObject", &involvedObject, .keep)
    field("lastTimestamp", &lastTimestamp, .keep)
    field("message", &message)
    field("metadata", &metadata)
    field("reason", &reason)
    field("related", &related)
    field("reportingComponent", &reportingComponent, .keep)
    field("reportingInstance", &reportingInstance, .keep)
    field("series", &series)
    field("source", &source, .keep)
    field("type", &type)
    field.rest(&unknown)
  }
}

/// Who told an Event.
public struct EventSource: Record, Sendable {
  public static var typeName: String { "EventSource" }

  public var component: String = ""
  public var host: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(component: String, host: String = "") {
    self.component = component
    self.host = host
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("component", &component)
    field("host", &host)
    field.rest(&unknown)
  }
}

/// How often an Event happened again.
public struct EventSeries: Record, Sendable {
  public static var typeName: String { "EventSeries" }

  public var count: Int64 = 0
  public var lastObservedTime: MicroTime? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("count", &count)
    field("lastObservedTime", &lastObservedTime, .keep)
    field.rest(&unknown)
  }
}
