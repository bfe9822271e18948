/// Sentences of the cluster autoscaler and of what a cloud adds to a cluster, word for word.
extension Text {
  // MARK: More nodes

  public func settingSize(_ group: String, _ size: Int64, from old: Int64, max: Int64) -> String {
    "Scale-up: setting group \(group) size to \(size) instead of \(old) (max: \(max))"
  }

  public func sizeSet(_ group: String, _ size: Int64, from old: Int64, max: Int64) -> String {
    "Scale-up: group \(group) size set to \(size) instead of \(old) (max: \(max))"
  }

  public func triggeredScaleUp(_ group: String, _ size: Int64, from old: Int64, max: Int64) -> String {
    "pod triggered scale-up: [{\(group) \(old)->\(size) (max: \(max))}]"
  }

  public func notTriggered(_ reasons: String) -> String { "pod didn't trigger scale-up: \(reasons)" }

  public func scaleUpFailed(_ group: String, _ why: String) -> String { "Scale-up failed for group \(group): \(why)" }

  public func scaleUpTimedOut(_ group: String, after milliseconds: Int64) -> String {
    "Nodes added to group \(group) failed to register within \(GoDuration.text(milliseconds))"
  }

  public func removingUnregistered(_ machine: String) -> String { "Removing unregistered node \(machine)" }

  // MARK: Fewer nodes

  public var markedForRemoval: String { "marked the node as toBeDeleted/unschedulable" }
  public var deletingForScaleDown: String { "deleting pod for node scale down" }
  public var removedByAutoscaler: String { "node removed by cluster autoscaler" }
  public var drainFailed: String { "failed to drain the node, aborting ScaleDown" }

  public func removedWithDrain(_ node: String) -> String { "Scale-down: node \(node) removed with drain" }
  public func removedEmpty(_ node: String) -> String { "Scale-down: empty node \(node) removed" }

  // MARK: Nodes of a cloud

  public func deletingNode(_ node: String) -> String {
    version == .then
      ? "Node \(node) event: DeletingNode"
      : "Deleting node \(node) because it does not exist in the cloud provider"
  }

  /// What a kubelet says of its node as long as it does not know the range of its Pods.
  public var networkNotReady: String {
    switch version {
    case .then:
      "runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not "
        + "ready: kubenet does not have netConfig. This is most likely due to lack of PodCIDR"
    case .now:
      "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
        + "returns error: cni plugin not initialized"
    }
  }
}
