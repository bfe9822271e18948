/// A log file on a node, as whoever opens it from now on finds it.
///
/// The runtime writes it, the kubelet and the agents of the node read it; nobody is called for that.
public struct NodeFile: Equatable, Sendable {
  /// The container that it is the log of.
  public var id: String
  public var path: String
  /// Nothing once it is removed.
  public var file: LogFile?

  public init(id: String, path: String, file: LogFile?) {
    self.id = id
    self.path = path
    self.file = file
  }

  var summary: String { file.map { "\(path) \($0.size) bytes" } ?? "\(path) removed" }
}
