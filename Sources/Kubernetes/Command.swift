public import Clockwork

/// A kubectl command, read from the line a person typed.
public struct Command: Sendable {
  public enum Operation: Sendable {
    case run(Object)
    case create([Object])
    case apply([Object])
    case get(GetOptions)
    case describe(kind: Kind, names: [String])
    case delete([ObjectKey], graceSeconds: Int64?, wait: Bool)
    case exec(pod: String, container: String, command: [String])
    case patch(ObjectKey, Request.PatchKind, Value)
    case label(ObjectKey, set: Table<String, String>, remove: [String], overwrite: Bool)
  }

  /// How `kubectl get` selects and prints.
  public struct GetOptions: Sendable {
    public enum Output: Equatable, Sendable {
      case table
      case wide
      case yaml
      case json
      case name
    }

    public var kinds: [Kind]
    public var names: [String]
    public var output: Output
    public var labels: LabelSelector?
    public var fields: FieldSelector?
    public var allNamespaces: Bool
    public var showLabels: Bool
    public var noHeaders: Bool
    public var sortBy: String
  }

  /// The line as it was typed, without `kubectl`.
  public var line: String
  public var namespace: String
  public var operation: Operation

  public init(line: String, namespace: String, operation: Operation) {
    self.line = line
    self.namespace = namespace
    self.operation = operation
  }
}
