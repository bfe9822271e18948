import Clockwork

/// How something is to be deleted (`DeleteOptions`).
public struct Deletion: Equatable, Sendable {
  /// What becomes of the objects that the deleted one owns.
  public enum Propagation: String, Equatable, Sendable {
    case orphan = "Orphan"
    case background = "Background"
    case foreground = "Foreground"
  }

  /// Nothing where the object's own grace applies.
  public var graceSeconds: Int64? = nil
  public var propagation: Propagation? = nil
  /// Only an object with this uid may go; empty for any.
  public var uid: String = ""
  /// Only an object of this revision may go; 0 for any.
  public var resourceVersion: Int64 = 0

  public init(graceSeconds: Int64? = nil, propagation: Propagation? = nil, uid: String = "") {
    self.graceSeconds = graceSeconds
    self.propagation = propagation
    self.uid = uid
  }
}

/// Which part of a container's log is wanted (`PodLogOptions`).
public struct LogQuery: Equatable, Sendable {
  public var container: String = ""
  public var previous: Bool = false
  public var follow: Bool = false
  public var timestamps: Bool = false
  public var tailLines: Int64? = nil
  public var limitBytes: Int64? = nil
  public var sinceSeconds: Int64? = nil
  public var sinceTime: Timestamp? = nil

  public init() {}
}
