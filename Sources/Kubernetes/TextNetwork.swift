/// What is said of routes and load balancers, word for word.
extension Text {
  public func noRoute(_ range: String, _ node: String, hint: String, after: String, _ why: String) -> String {
    "Could not create route \(hint) \(range) for node \(node) after \(after): \(why)"
  }

  public var ensuringBalancer: String { "Ensuring load balancer" }
  public var ensuredBalancer: String { "Ensured load balancer" }
  public var deletingBalancer: String { "Deleting load balancer" }
  public var deletedBalancer: String { "Deleted load balancer" }
}
