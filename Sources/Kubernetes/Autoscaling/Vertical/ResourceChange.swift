import Clockwork

/// What a recommendation makes of the containers of a Pod: requests, and limits in proportion to them.
struct ResourceChange: Equatable, Sendable {
  /// What one container asks for and may have from now on.
  struct Part: Equatable, Sendable {
    var index: Int
    var name: String
    var requests: ResourceList
    var limits: ResourceList
  }

  private(set) var parts: [Part] = []

  /// The order in which both resources are named.
  private static let names = ["cpu", "memory"]

  init(_ pod: Pod, _ autoscaler: VerticalPodAutoscaler) {
    guard let recommendation = autoscaler.status.recommendation else { return }
    for (index, container) in pod.spec.containers.enumerated() {
      let policy = autoscaler.policy(of: container.name)
      guard policy?.mode != "Off", let found = recommendation[container: container.name] else { continue }
      var limits = ResourceList()
      if policy?.controlledValues != "RequestsOnly" {
        for name in ResourceChange.names {
          limits[name] = ResourceChange.limit(name, container.resources, found.target)
        }
      }
      parts.append(Part(index: index, name: container.name, requests: found.target, limits: limits))
    }
  }

  /// The limit that stands to the new request as the old one stood to the old request.
  private static func limit(_ name: String, _ old: ResourceRequirements, _ target: ResourceList) -> String? {
    guard let limit = old.limits[name].flatMap({ Quantity($0) }), !limit.isZero,
      let wanted = target[name].flatMap({ Quantity($0) }), !wanted.isZero
    else { return nil }
    guard let request = old.requests[name].flatMap({ Quantity($0) }), !request.isZero, request.compare(limit) != 0
    else { return wanted.text }
    if name == "cpu" {
      return Quantity(milli: scaled(limit.milliValue, wanted.milliValue, request.milliValue), format: limit.format).text
    }
    return Quantity(scaled(limit.value, wanted.value, request.value), format: limit.format).text
  }

  /// `amount · wanted / base`, also where the product has more than 64 bits.
  private static func scaled(_ amount: Int64, _ wanted: Int64, _ base: Int64) -> Int64 {
    let product = amount.multipliedFullWidth(by: wanted)
    if product.high >= base { return Int64.max }
    return base.dividingFullWidth(product).quotient
  }

  var isEmpty: Bool { parts.isEmpty }

  /// What the annotation `vpaUpdates` says.
  func note(_ autoscaler: String) -> String {
    var texts: [String] = []
    for part in parts {
      var words: [String] = []
      for name in ResourceChange.names where part.requests[name] != nil { words.append("\(name) request") }
      for name in ResourceChange.names where part.limits[name] != nil { words.append("\(name) limit") }
      texts.append("container \(part.index): \(words.joined(separator: ", "))")
    }
    return "Pod resources updated by \(autoscaler): \(texts.joined(separator: "; "))"
  }

  /// The change as a JSON patch of the Pod.
  func patch(of pod: Pod, by autoscaler: String) -> Value {
    var operations: [Value] = []
    func add(_ path: String, _ value: Value) {
      operations.append(.map(("op", "add"), ("path", .string(path)), ("value", value)))
    }
    for part in parts {
      let old = pod.spec.containers[part.index].resources
      let place = "/spec/containers/\(part.index)/resources"
      if old.requests.isEmpty, old.limits.isEmpty { add(place, .emptyMap) }
      for (field, list, before) in [("requests", part.requests, old.requests), ("limits", part.limits, old.limits)] {
        if before.isEmpty, !list.isEmpty { add("\(place)/\(field)", .emptyMap) }
        for name in ResourceChange.names {
          if let amount = list[name] { add("\(place)/\(field)/\(name)", .string(amount)) }
        }
      }
    }
    if pod.metadata.annotations.isEmpty { add("/metadata/annotations", .emptyMap) }
    if !parts.isEmpty { add("/metadata/annotations/vpaUpdates", .string(note(autoscaler))) }
    let names = pod.spec.containers.map { $0.name }.joined(separator: ", ")
    add("/metadata/annotations/vpaObservedContainers", .string(names))
    return .list(operations)
  }

  /// The change as a patch of the subresource `resize`.
  var resize: Value {
    let containers = parts.map { part in
      var resources = Value.map(("requests", part.requests.tree))
      if !part.limits.isEmpty { resources["limits"] = part.limits.tree }
      return Value.map(("name", .string(part.name)), ("resources", resources))
    }
    return .map(("spec", .map(("containers", .list(containers)))))
  }
}
