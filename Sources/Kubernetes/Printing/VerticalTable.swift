import Clockwork

/// The rows of `kubectl get vpa`, and of the kinds that come with it.
enum VerticalTable {
  static func header(_ kind: Kind) -> [String]? {
    switch kind {
    case .verticalPodAutoscaler: ["NAME", "MODE", "CPU", "MEM", "PROVIDED", "AGE"]
    case .customResourceDefinition: ["NAME", "CREATED AT"]
    case .mutatingWebhookConfiguration: ["NAME", "WEBHOOKS", "AGE"]
    default: nil
    }
  }

  static func row(_ object: Object, _ age: String) -> [String]? {
    if let autoscaler = object.as(VerticalPodAutoscaler.self) {
      let first = autoscaler.status.recommendation?.containerRecommendations.first?.target
      return [
        object.name, autoscaler.spec.updatePolicy?.updateMode ?? "", first?["cpu"] ?? "", first?["memory"] ?? "",
        autoscaler.status[condition: "RecommendationProvided"]?.status ?? "", age,
      ]
    }
    switch object.kind {
    case .customResourceDefinition: return [object.name, object.metadata.creationTimestamp?.text ?? "<unknown>"]
    case .mutatingWebhookConfiguration:
      return [object.name, "\(object.value["webhooks"]?.elements?.count ?? 0)", age]
    default: return nil
    }
  }
}
