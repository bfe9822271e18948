import Clockwork

/// The annotations by which a Deployment and its ReplicaSets remember versions and sizes.
public enum Revision {
  public static let annotation = "deployment.kubernetes.io/revision"
  public static let history = "deployment.kubernetes.io/revision-history"
  public static let desired = "deployment.kubernetes.io/desired-replicas"
  public static let most = "deployment.kubernetes.io/max-replicas"
  public static let cause = "kubernetes.io/change-cause"
  public static let hashLabel = "pod-template-hash"
  /// How long the list of earlier revisions may grow.
  private static let historyLimit = 2000

  /// Annotations of a Deployment that its ReplicaSets do not take over.
  static let kept = [
    "kubectl.kubernetes.io/last-applied-configuration", annotation, history, desired, most,
    "deprecated.deployment.rollback.to",
  ]

  /// The revision of a ReplicaSet; 0 for none.
  public static func of(_ set: ReplicaSet) -> Int64 { set.metadata.annotations[annotation].flatMap { Int64($0) } ?? 0 }

  public static func highest(_ sets: [ReplicaSet]) -> Int64 {
    var highest: Int64 = 0
    for set in sets { highest = max(highest, of(set)) }
    return highest
  }

  /// Brings the annotations of the new ReplicaSet up to date; true when something changed.
  static func annotate(_ set: inout ReplicaSet, for deployment: Deployment, revision: Int64, exists: Bool) -> Bool {
    var changed = false
    deployment.metadata.annotations.forEach { key, value in
      if kept.contains(key) || set.metadata.annotations[key] == value { return }
      set.metadata.annotations[key] = value
      changed = true
    }
    let text = set.metadata.annotations[annotation]
    if let text, !text.isEmpty, Int64(text) == nil { return false }
    let before = text.flatMap { Int64($0) } ?? 0
    if before < revision {
      set.metadata.annotations[annotation] = "\(revision)"
      changed = true
      // An older version is wanted again: its ReplicaSet gets a new number and remembers the old one.
      if let text { remember(text, in: &set) }
    }
    if !exists, setSizes(&set, for: deployment) { changed = true }
    return changed
  }

  private static func remember(_ revision: String, in set: inout ReplicaSet) {
    let held = set.metadata.annotations[history] ?? ""
    if held.isEmpty {
      set.metadata.annotations[history] = revision
      return
    }
    var all = held.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
    var length = held.utf8.count + revision.utf8.count + 1
    while length > historyLimit, let first = all.first {
      length -= first.utf8.count + 1
      all.removeFirst()
    }
    if length <= historyLimit { set.metadata.annotations[history] = (all + [revision]).joined(separator: ",") }
  }

  /// Writes down for which size of the Deployment a ReplicaSet has been sized; true when that is news.
  static func setSizes(_ set: inout ReplicaSet, for deployment: Deployment) -> Bool {
    let wanted = "\(deployment.size)"
    let limit = "\(deployment.size + deployment.maxSurge)"
    if set.metadata.annotations[desired] == wanted, set.metadata.annotations[most] == limit { return false }
    set.metadata.annotations[desired] = wanted
    set.metadata.annotations[most] = limit
    return true
  }
}

extension PodTemplateSpec {
  /// Whether two templates make the same Pods; the label that names the ReplicaSet does not count.
  public func isSame(as other: PodTemplateSpec) -> Bool {
    if spec != other.spec { return false }
    var one = metadata
    var two = other.metadata
    one.labels[Revision.hashLabel] = nil
    two.labels[Revision.hashLabel] = nil
    return one == two
  }
}
