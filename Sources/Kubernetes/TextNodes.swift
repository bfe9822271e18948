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

  // MARK: Node pressure

  public var reclaimingMemory: String { "Attempting to reclaim memory" }

  /// How the message about an evicted Pod begins; a blank stands at the end of each sentence, also of the last.
  public func lowOnMemory(threshold: String, available: String) -> String {
    let head = "The node was low on resource: memory. "
    return version == .then ? head : head + "Threshold quantity: \(threshold), available: \(available). "
  }

  public func usingMore(_ container: String, _ usage: String, _ request: String) -> String {
    version == .then
      ? "Container \(container) was using \(usage), which exceeds its request of \(request). "
      : "Container \(container) was using \(usage), request is \(request), has larger consumption of memory. "
  }

  /// Why a node that is short of memory takes no Pod that asks for none.
  public var underPressure: String { "The node had condition: [MemoryPressure]. " }

  /// What a runtime says of a network plugin that is not there.
  public func networkNotReady(_ plugin: String, docker: Bool) -> String {
    let head = "NetworkReady=false reason:NetworkPluginNotReady message:"
    if !docker { return head + "Network plugin returns error: cni plugin not initialized" }
    let why =
      plugin == "kubenet"
      ? "kubenet does not have netConfig. This is most likely due to lack of PodCIDR" : "cni config uninitialized"
    return head + "docker: network plugin is not ready: \(why)"
  }

  /// The same as the condition Ready of the node has it.
  public func networkDown(_ error: String) -> String {
    "\(version == .then ? "runtime" : "container runtime") network not ready: \(error)"
  }

  /// The Event about a Pod that has to wait for the network of its node.
  public func networkAwaited(_ error: String) -> String { "network is not ready: \(networkDown(error))" }

  /// What a kubelet says of its node before it has looked at the runtime.
  public var notLookedYet: String {
    "[container runtime status check may not have completed yet, "
      + "PLEG is not healthy: pleg has yet to be successful]"
  }
}
