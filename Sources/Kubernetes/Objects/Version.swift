/// Which Kubernetes the model plays: the one of the notes, or the one of today.
public enum Version: String, Equatable, Sendable {
  /// 1.20.2 with Docker.
  case then
  /// 1.35 with containerd.
  case now

  /// The number that `kubectl version` and a node's `kubeletVersion` show.
  public var number: String {
    switch self {
    case .then: "v1.20.2"
    case .now: "v1.35.0"
    }
  }
}
