/// What is said of load balancers, word for word.
extension Text {
  public var ensuringBalancer: String { "Ensuring load balancer" }
  public var ensuredBalancer: String { "Ensured load balancer" }
  public var deletingBalancer: String { "Deleting load balancer" }
  public var deletedBalancer: String { "Deleted load balancer" }
}
