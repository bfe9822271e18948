import Clockwork

/// What is asked of the made-up cloud's own API, which is not Kubernetes'.
public struct CloudCall: Sendable {
  public enum Operation: Equatable, Sendable {
    /// How large the groups are and which machines they have.
    case describe
    case setSize(group: String, Int64)
    case terminate(machine: String)
    case exists(machine: String)
  }

  public var id: Int64
  public var operation: Operation

  public init(id: Int64, _ operation: Operation) {
    self.id = id
    self.operation = operation
  }

  public var summary: String {
    switch operation {
    case .describe: "describe node groups"
    case .setSize(let group, let size): "set size of \(group) to \(size)"
    case .terminate(let machine): "terminate \(machine)"
    case .exists(let machine): "is there a machine \(machine)"
    }
  }
}

/// A group as the cloud has it.
public struct CloudGroup: Equatable, Sendable {
  public var name: String
  public var target: Int64
  /// Machines that exist, those that are still starting among them.
  public var machines: [String]
}

/// What the cloud answers.
public struct CloudReply: Sendable {
  public enum Outcome: Equatable, Sendable {
    case groups([CloudGroup])
    case done
    case exists(Bool)
    case failed(String)
  }

  public var id: Int64
  public var outcome: Outcome

  public init(id: Int64, _ outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }

  public var summary: String {
    switch outcome {
    case .groups(let groups): groups.map { "\($0.name): \($0.target)" }.joined(separator: ", ")
    case .done: "done"
    case .exists(let exists): exists ? "it exists" : "it does not exist"
    case .failed(let why): why
    }
  }
}
