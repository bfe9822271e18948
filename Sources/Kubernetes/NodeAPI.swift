import Clockwork

// MARK: Exec

/// A command to be run in a container.
public struct ExecCall: Sendable {
  public var id: Int64
  public var pod: ObjectKey
  public var container: String
  public var command: [String]
}

/// How the command went.
public struct ExecResult: Sendable {
  public var id: Int64
  public var exitCode: Int64
  public var output: String
  /// Why nothing ran, where nothing did.
  public var failure: String = ""
}

// MARK: The rest of the node API

/// A request to a kubelet's port 10250.
public struct NodeCall: Sendable {
  public enum Operation: Equatable, Sendable {
    /// `/containerLogs/NAMESPACE/POD/CONTAINER`
    case logs(pod: ObjectKey, LogQuery)
    /// Whoever followed the log has gone.
    case hangUp
    /// `/metrics/resource`
    case resourceMetrics
    /// `/stats/summary`
    case summary
  }

  public var id: Int64
  public var operation: Operation

  public init(id: Int64, _ operation: Operation) {
    self.id = id
    self.operation = operation
  }

  public var summary: String {
    switch operation {
    case .logs(let pod, let query): "GET /containerLogs/\(pod.namespace)/\(pod.name)/\(query.container)"
    case .hangUp: "connection closed"
    case .resourceMetrics: "GET /metrics/resource"
    case .summary: "GET /stats/summary"
    }
  }
}

/// What the kubelet answers.
public struct NodeReply: Sendable {
  public var id: Int64
  public var code: Int64
  /// What was asked for, for people who look at messages.
  public var about: String
  public var text: String
  /// More comes on the same connection: a log that is followed.
  public var continues: Bool = false

  public init(id: Int64, code: Int64, about: String, text: String) {
    self.id = id
    self.code = code
    self.about = about
    self.text = text
  }
}
