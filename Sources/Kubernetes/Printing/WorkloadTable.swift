import Clockwork

// The rows of Deployments and ReplicaSets.
extension ObjectTable {
  static func workloadHeader(_ kind: Kind, _ isWide: Bool) -> [String]? {
    let more = isWide ? ["CONTAINERS", "IMAGES", "SELECTOR"] : []
    switch kind {
    case .deployment: return ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"] + more
    case .replicaSet: return ["NAME", "DESIRED", "CURRENT", "READY", "AGE"] + more
    default: return nil
    }
  }

  static func workloadRow(_ object: Object, _ age: String, _ isWide: Bool) -> [String]? {
    if let deployment = object.as(Deployment.self) {
      let status = deployment.status
      let row = [
        object.name, "\(status.readyReplicas)/\(deployment.size)", "\(status.updatedReplicas)",
        "\(status.availableReplicas)", age,
      ]
      return row + (isWide ? more(deployment.spec.template, deployment.spec.selector) : [])
    }
    if let set = object.as(ReplicaSet.self) {
      let row = [object.name, "\(set.size)", "\(set.status.replicas)", "\(set.status.readyReplicas)", age]
      return row + (isWide ? more(set.spec.template, set.spec.selector) : [])
    }
    return nil
  }

  private static func more(_ template: PodTemplateSpec, _ selector: Value?) -> [String] {
    let containers = template.spec.containers
    let names = containers.map { $0.name }.joined(separator: ",")
    return [names, containers.map { $0.image }.joined(separator: ","), text(of: selector)]
  }

  /// A selector as kubectl writes it.
  static func text(of selector: Value?) -> String {
    guard case .success(let read) = LabelSelector.read(selector) else { return "<error>" }
    if read.isEmpty { return "<none>" }
    var parts: [String] = []
    for requirement in read.requirements {
      // A label of `matchLabels` is printed as an equation.
      let isPlain = requirement.operator == .in && requirement.values.count == 1
      parts.append(isPlain ? "\(requirement.key)=\(requirement.values[0])" : requirement.text)
    }
    return parts.joined(separator: ",")
  }
}
