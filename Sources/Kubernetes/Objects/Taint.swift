import Clockwork

/// A mark on a node that keeps Pods away unless they tolerate it.
public struct Taint: Record, Sendable {
  public static var typeName: String { "Taint" }

  public var effect: String = ""
  public var key: String = ""
  public var timeAdded: Timestamp? = nil
  public var value: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(key: String, value: String = "", effect: String) {
    self.key = key
    self.value = value
    self.effect = effect
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("effect", &effect, .keep)
    field("key", &key, .keep)
    field("timeAdded", &timeAdded)
    field("value", &value)
    field.rest(&unknown)
  }
}

/// A taint that a Pod puts up with.
public struct Toleration: Record, Sendable {
  public static var typeName: String { "Toleration" }

  public var effect: String = ""
  public var key: String = ""
  public var `operator`: String = ""
  public var tolerationSeconds: Int64? = nil
  public var value: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(
    key: String,
    operator: String,
    value: String = "",
    effect: String = "",
    tolerationSeconds: Int64? = nil
  ) {
    self.key = key
    self.operator = `operator`
    self.value = value
    self.effect = effect
    self.tolerationSeconds = tolerationSeconds
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("effect", &effect)
    field("key", &key)
    field("operator", &`operator`)
    field("tolerationSeconds", &tolerationSeconds)
    field("value", &value)
    field.rest(&unknown)
  }
}
