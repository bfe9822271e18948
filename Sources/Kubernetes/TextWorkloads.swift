/// Sentences of the Deployment and ReplicaSet controllers, word for word as each version writes them.
extension Text {
  // MARK: Events

  /// `Scaled up replica set X to 2`; newer releases say from how many.
  public func scaled(_ set: String, from old: Int64, to new: Int64) -> String {
    let way = new > old ? "up" : "down"
    return version == .then
      ? "Scaled \(way) replica set \(set) to \(new)" : "Scaled \(way) replica set \(set) from \(old) to \(new)"
  }

  public func createdPod(_ name: String) -> String { "Created pod: \(name)" }
  public func deletedPod(_ name: String) -> String { "Deleted pod: \(name)" }
  public func creatingFailed(_ error: String) -> String { "Error creating: \(error)" }
  public func deletingFailed(_ error: String) -> String { "Error deleting: \(error)" }
  public var selectingAll: String {
    "This deployment is selecting all pods. A non-empty selector is required."
  }

  // MARK: Conditions

  public var isAvailable: String { "Deployment has minimum availability." }
  public var isUnavailable: String { "Deployment does not have minimum availability." }
  public var isPaused: String { "Deployment is paused" }
  public var isResumed: String { "Deployment is resumed" }
  public func setCreated(_ set: String) -> String { "Created new replica set \"\(set)\"" }
  public func setFound(_ set: String) -> String { "Found new replica set \"\(set)\"" }
  public func setFailed(_ set: String, _ error: String) -> String {
    "Failed to create new replica set \"\(set)\": \(error)"
  }

  /// What the condition Progressing says of the ReplicaSet, or of the Deployment while it has none.
  public func progress(_ deployment: String, _ set: String?, _ what: String) -> String {
    set.map { "ReplicaSet \"\($0)\" \(what)" } ?? "Deployment \"\(deployment)\" \(what)"
  }

  // MARK: The log of kube-controller-manager

  public func tooFew(_ set: ObjectKey, need: Int64, creating: Int64) -> String {
    "\"Too few replicas\" replicaSet=\"\(set.qualifiedName)\" need=\(need) creating=\(creating)"
  }

  public func tooMany(_ set: ObjectKey, need: Int64, deleting: Int64) -> String {
    "\"Too many replicas\" replicaSet=\"\(set.qualifiedName)\" need=\(need) deleting=\(deleting)"
  }

  public func deletingPod(_ pod: ObjectKey, of set: String) -> String {
    "\"Deleting pod\" controller=\"\(set)\" pod=\"\(pod.qualifiedName)\""
  }

  /// How many Pods the slow start did not even try.
  public func slowStart(_ skipped: Int64, _ set: ObjectKey) -> String {
    version == .then
      ? "Slow-start failure. Skipping creation of \(skipped) pods, decrementing expectations for ReplicaSet "
        + set.qualifiedName
      : "\"Slow-start failure. Skipping creation of pods, decrementing expectations\" podsSkipped=\(skipped) "
        + "kind=\"ReplicaSet\" replicaSet=\"\(set.qualifiedName)\""
  }
}
