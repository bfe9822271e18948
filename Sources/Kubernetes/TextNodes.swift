/// What is said of nodes that fall silent, word for word.
extension Text {
  /// What stands in every condition of a node whose kubelet is not heard of any more.
  public var stoppedPosting: String { "Kubelet stopped posting node status." }
  public var neverPosted: String { "Kubelet never posted node status." }

  /// The Events about a node that kubelets and controllers record.
  public func nodeStatus(_ node: String, _ reason: String) -> String { "Node \(node) status is now: \(reason)" }

  public func registeredNode(_ node: String) -> String { "Node \(node) event: Registered Node \(node) in Controller" }

  public func removingNode(_ node: String) -> String { "Node \(node) event: Removing Node \(node) from Controller" }

  public var nodeNotReady: String { "Node is not ready" }

  public func markingForDeletion(_ pod: ObjectKey) -> String { "Marking for deletion Pod \(pod.qualifiedName)" }

  public func cancellingDeletion(_ pod: ObjectKey) -> String { "Cancelling deletion of Pod \(pod.qualifiedName)" }

  /// The condition `DisruptionTarget` of a Pod that a taint drives out.
  public var drivenOut: String { "Taint manager: deleting due to NoExecute taint" }

  public var nodeIsGone: String { "PodGC: node no longer exists" }

  // MARK: The kubelet about its own node

  public var startingKubelet: String { "Starting kubelet." }
  public var allocatableEnforced: String { "Updated Node Allocatable limit across pods" }
  public var postingReady: String { "kubelet is posting ready status" }
  public var containerRuntimeDown: String { "container runtime is down" }

  /// What a kubelet says of a node whose network plugin has no range of addresses yet.
  public var networkNotReady: String {
    let condition = "NetworkReady=false reason:NetworkPluginNotReady message:"
    switch version {
    case .then:
      let why = "kubenet does not have netConfig. This is most likely due to lack of PodCIDR"
      return "runtime network not ready: \(condition)docker: network plugin is not ready: \(why)"
    case .now:
      return "container runtime network not ready: \(condition)Network plugin returns error: cni plugin not initialized"
    }
  }

  /// What a plugin says that is called all the same.
  public var noPodRange: String {
    version == .then ? "Kubenet needs a PodCIDR to set up pods" : "cni plugin not initialized"
  }

  /// What a kubelet says of its node before it has looked at the runtime.
  public var notLookedYet: String {
    "[container runtime status check may not have completed yet, "
      + "PLEG is not healthy: pleg has yet to be successful]"
  }
}
