public import Clockwork

/// One row of a transcript: a step, an audited write, a container's event, a log line, or a mark.
public struct Row: Equatable, Sendable {
  public var number: Int
  public var time: Time
  public var record: Kube.Record

  public init(number: Int, time: Time, record: Kube.Record) {
    self.number = number
    self.time = time
    self.record = record
  }

  /// The row as the recordings have it; empty fields are left out.
  public var value: Value {
    var entries: [Value.Entry] = [
      Value.Entry("n", .integer(Int64(number))), Value.Entry("t_ms", .integer(time)),
      Value.Entry("actor", .string(record.actor)), Value.Entry("verb", .string(record.verb)),
    ]
    func add(_ key: String, _ text: String) {
      if !text.isEmpty { entries.append(Value.Entry(key, .string(text))) }
    }
    add("resource", record.resource)
    add("subresource", record.subresource)
    add("namespace", record.namespace)
    add("name", record.name)
    if let code = record.code { entries.append(Value.Entry("code", .integer(code))) }
    add("resourceVersion", record.resourceVersion)
    add("note", record.note)
    return .map(entries)
  }
}

extension KubeStep {
  /// The rows of a step: the step itself, unless one of its records is the step, and then its records.
  public func rows(in world: KubeWorld) -> [Kube.Record] {
    var rows: [Kube.Record] = []
    if !records.contains(where: { $0.isStep }) {
      var record = Kube.Record(actor: world.name(of: action.actor), verb: action.verb.text, resource: "")
      switch action.subject {
      case .object(let key):
        record.resource = key.kind.plural
        record.namespace = key.namespace
        record.name = key.name
      case .named(let name): record.name = name
      }
      rows.append(record)
    }
    return rows + records
  }
}
