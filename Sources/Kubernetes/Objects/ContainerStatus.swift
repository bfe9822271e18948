import Clockwork

/// How one container of a Pod is, and how often it was started again.
public struct ContainerStatus: Record, Sendable {
  public static var typeName: String { "ContainerStatus" }

  public var containerID: String = ""
  public var image: String = ""
  public var imageID: String = ""
  public var lastState: ContainerState = ContainerState()
  public var name: String = ""
  public var ready: Bool = false
  public var resources: Value? = nil
  public var restartCount: Int64 = 0
  public var started: Bool? = nil
  public var state: ContainerState = ContainerState()
  public var volumeMounts: [Value] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerID", &containerID)
    field("image", &image, .keep)
    field("imageID", &imageID, .keep)
    field("lastState", &lastState, .keep)
    field("name", &name, .keep)
    field("ready", &ready, .keep)
    field("resources", &resources)
    field("restartCount", &restartCount, .keep)
    field("started", &started)
    field("state", &state, .keep)
    field("volumeMounts", &volumeMounts)
    field.rest(&unknown)
  }
}

/// Waiting, running or terminated: at most one of the three is there.
public struct ContainerState: Record, Sendable {
  public static var typeName: String { "ContainerState" }

  public var running: ContainerStateRunning? = nil
  public var terminated: ContainerStateTerminated? = nil
  public var waiting: ContainerStateWaiting? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  /// Not started yet, or waiting to be started again.
  public static func waiting(reason: String, message: String = "") -> ContainerState {
    var state = ContainerState()
    var waiting = ContainerStateWaiting()
    waiting.reason = reason
    waiting.message = message
    state.waiting = waiting
    return state
  }

  /// Its process runs.
  public static func running(since start: Timestamp) -> ContainerState {
    var state = ContainerState()
    var running = ContainerStateRunning()
    running.startedAt = start
    state.running = running
    return state
  }

  /// Its process has ended.
  public static func terminated(_ end: ContainerStateTerminated) -> ContainerState {
    var state = ContainerState()
    state.terminated = end
    return state
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("running", &running)
    field("terminated", &terminated)
    field("waiting", &waiting)
    field.rest(&unknown)
  }
}

/// A container that has not started: why.
public struct ContainerStateWaiting: Record, Sendable {
  public static var typeName: String { "ContainerStateWaiting" }

  public var message: String = ""
  public var reason: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("message", &message)
    field("reason", &reason)
    field.rest(&unknown)
  }
}

/// A container that runs: since when.
public struct ContainerStateRunning: Record, Sendable {
  public static var typeName: String { "ContainerStateRunning" }

  public var startedAt: Timestamp? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("startedAt", &startedAt, .keep)
    field.rest(&unknown)
  }
}

/// A container that has ended: how and when.
public struct ContainerStateTerminated: Record, Sendable {
  public static var typeName: String { "ContainerStateTerminated" }

  public var containerID: String = ""
  public var exitCode: Int64 = 0
  public var finishedAt: Timestamp? = nil
  public var message: String = ""
  public var reason: String = ""
  public var signal: Int64 = 0
  public var startedAt: Timestamp? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerID", &containerID)
    field("exitCode", &exitCode, .keep)
    field("finishedAt", &finishedAt, .keep)
    field("message", &message)
    field("reason", &reason)
    field("signal", &signal)
    field("startedAt", &startedAt, .keep)
    field.rest(&unknown)
  }
}
