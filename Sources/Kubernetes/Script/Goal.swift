import Clockwork

/// What `until pod/web Ready` waits for, judged by what etcd holds.
public struct Goal: Equatable, Sendable {
  public enum Wanted: Equatable, Sendable {
    case gone
    case exists
    case phase(String)
    /// A condition with this status, or a container that waits or ended for a reason of this name.
    case condition(String, status: String)
  }

  /// Nothing for a kind that has a name in Kubernetes but no part in the model yet.
  public var kind: Kind?
  public var kindName: String
  public var namespace: String
  public var name: String
  public var wanted: Wanted

  /// Where the object stands in etcd; nothing for a kind that is not modelled.
  public var key: ObjectKey? {
    guard let kind else { return nil }
    return ObjectKey(kind, kind.isNamespaced ? namespace : "", name)
  }

  /// Whether the goal is reached in a cluster whose objects the function tells.
  public func isMet(_ object: (ObjectKey) -> Object?) -> Bool {
    guard let key else { return false }
    guard let found = object(key) else { return wanted == .gone }
    if let deployment = found.as(Deployment.self) { return deployment.isMet(wanted) }
    if let job = found.as(BatchJob.self), case .condition(let type, let expected) = wanted {
      return job.status.conditions.contains { $0.type == type && $0.status == expected }
    }
    if let isReady = found.isRolledOut, case .condition("Ready", let expected) = wanted {
      return isReady == (expected == "True")
    }
    switch wanted {
    case .gone: return false
    case .exists: return true
    case .phase(let phase):
      // Asked before every step: to write the whole object out for one field would cost more than the step.
      if let pod = found.pod { return pod.status.phase == phase }
      return found.value.at(["status", "phase"])?.text == phase
    case .condition(let type, let status):
      if Goal.has(found, type, status) { return true }
      return status == "True" && Goal.hasReason(found, type)
    }
  }

  private static func has(_ object: Object, _ type: String, _ status: String) -> Bool {
    if let pod = object.pod {
      for condition in pod.status.conditions where condition.type == type { return condition.status == status }
      return false
    }
    for condition in object.value.at(["status", "conditions"])?.elements ?? [] where condition["type"]?.text == type {
      return condition["status"]?.text == status
    }
    return false
  }

  /// `CrashLoopBackOff`, `ErrImagePull`, `Error`: what a container waits or ended for.
  private static func hasReason(_ object: Object, _ reason: String) -> Bool {
    guard let pod = object.pod else { return false }
    for status in pod.status.initContainerStatuses + pod.status.containerStatuses
    where status.state.waiting?.reason == reason || status.state.terminated?.reason == reason {
      return true
    }
    return false
  }
}

extension Object {
  /// Whether every Pod of a StatefulSet or DaemonSet is there, ready and of the new version; nothing for other kinds.
  fileprivate var isRolledOut: Bool? {
    if let set = self.as(StatefulSet.self) {
      let status = set.status
      let partition = set.spec.updateStrategy.rollingUpdate?.partition ?? 0
      let isNew = set.spec.updateStrategy.type == "OnDelete" || status.updatedReplicas >= set.size - partition
      return status.observedGeneration >= set.metadata.generation && status.replicas == set.size
        && status.readyReplicas == set.size && isNew
    }
    guard let set = self.as(DaemonSet.self) else { return nil }
    let status = set.status
    let wanted = status.desiredNumberScheduled
    let isNew = set.spec.updateStrategy.type == "OnDelete" || status.updatedNumberScheduled == wanted
    return status.observedGeneration >= set.metadata.generation && status.numberAvailable == wanted && isNew
  }
}

extension Deployment {
  /// A Deployment is ready when its rollout is over and every Pod is available: what `rollout status` waits for.
  fileprivate func isMet(_ wanted: Goal.Wanted) -> Bool {
    switch wanted {
    case .gone: return false
    case .exists: return true
    case .phase: return false
    case .condition("Ready", let expected):
      let isReady =
        status.observedGeneration >= metadata.generation && status.updatedReplicas == size
        && status.replicas == size && status.availableReplicas == size
      return isReady == (expected == "True")
    case .condition(let type, let expected):
      if let condition = status[condition: type] { return condition.status == expected }
      return expected == "True" && status.conditions.contains { $0.reason == type }
    }
  }
}

/// Reads the line `until KIND/NAME WHAT`.
enum GoalReader {
  static let usage = "until KIND/NAME Ready|Running|Complete|gone|CONDITION"

  static func read(_ given: [Word], _ verb: Word) throws(Mistake) -> Goal {
    var words: [Word] = []
    var namespace = "default"
    var place = 0
    while place < given.count {
      let word = given[place]
      if word.text == "-n" || word.text == "--namespace" {
        guard place + 1 < given.count else {
          throw Mistake("script.kubectl.flag-needs-value", word, [("flag", word.text)])
        }
        namespace = given[place + 1].text
        place += 1
      } else if word.text.hasPrefix("--namespace=") {
        namespace = String(word.text.dropFirst(12))
      } else {
        words.append(word)
      }
      place += 1
    }
    guard words.count >= 2, words.count <= 3 else {
      throw Mistake("script.usage", words.last ?? verb, [("usage", usage)])
    }
    let target = words[0]
    var parts = ScriptText.cut(target.text, at: "/")
    if words.count == 3 { parts.append(words[1].text) }
    if parts.count == 3 {
      namespace = parts[1]
      parts.remove(at: 1)
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, let last = words.last else {
      throw Mistake("script.usage", target, [("usage", usage)])
    }
    let (kind, kindName) = try kind(parts[0], target)
    return Goal(kind: kind, kindName: kindName, namespace: namespace, name: parts[1], wanted: wanted(last.text, kind))
  }

  private static func kind(_ text: String, _ word: Word) throws(Mistake) -> (Kind?, String) {
    if let kind = Kind.named(text) { return (kind, kind.singular) }
    if let name = KindNames.laterName(text) { return (nil, name) }
    throw KindNames.unknown(text, word)
  }

  private static func wanted(_ text: String, _ kind: Kind?) -> Goal.Wanted {
    switch text.lowercased() {
    case "gone", "deleted": return .gone
    case "exists", "created": return .exists
    case "ready": return .condition("Ready", status: "True")
    case "complete", "completed":
      return kind == .pod ? .phase("Succeeded") : .condition("Complete", status: "True")
    default: break
    }
    if kind == .pod || kind == .namespace {
      for phase in ["Pending", "Running", "Succeeded", "Failed", "Unknown", "Active", "Terminating"]
      where phase.lowercased() == text.lowercased() {
        return .phase(phase)
      }
    }
    if let (type, status) = ScriptText.pair(text, at: "=") { return .condition(type, status: status) }
    return .condition(text, status: "True")
  }
}
