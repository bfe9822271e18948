/// A component that keeps caches by watching kube-apiserver.
///
/// The roster opens its watches and fills its caches with what the cluster holds before the story begins.
public protocol Watching {
  var client: Client { get set }
  mutating func seed(_ objects: [Object], revision: Int64)
}

extension Watching {
  public mutating func seed(_ objects: [Object], revision: Int64) {
    client.seed(objects, revision: revision)
  }
}
