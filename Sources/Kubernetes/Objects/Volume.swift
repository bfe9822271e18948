import Clockwork

/// A directory that containers of a Pod can mount; the kind of source stays plain data.
public struct Volume: Record, Sendable {
  public static var typeName: String { "Volume" }

  public var name: String = ""
  /// The source: one entry such as `secret` or `emptyDir` with its settings.
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String, source: String, _ settings: Value) {
    self.name = name
    unknown = [Value.Entry(source, settings)]
  }

  /// The settings of a source, such as `volume["secret"]`, or nil when the volume has another one.
  public subscript(source: String) -> Value? {
    get {
      for entry in unknown where entry.key == source { return entry.value }
      return nil
    }
    set {
      var all = Value.map(unknown)
      all[source] = newValue
      unknown = all.entries ?? []
    }
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("name", &name, .keep)
    field.rest(&unknown)
  }
}
