import Clockwork

/// The admission plugin that applies the limit ranges of a namespace: defaults first, bounds after validation.
enum LimitRanger {
  // MARK: Defaults

  /// Gives containers that name no amounts those of the limit ranges, and says so in an annotation.
  static func applyDefaults(to pod: inout Pod, _ ranges: [LimitRange]) {
    for range in ranges {
      var requests = ResourceList()
      var limits = ResourceList()
      for item in range.spec.limits where item.type == "Container" {
        for name in item.defaultRequest.names { requests[name] = item.defaultRequest[name] }
        for name in item.default.names { limits[name] = item.default[name] }
      }
      var notes: [String] = []
      for index in pod.spec.containers.indices {
        fill(&pod.spec.containers[index], requests, limits, "container", &notes)
      }
      for index in pod.spec.initContainers.indices {
        fill(&pod.spec.initContainers[index], requests, limits, "init container", &notes)
      }
      if notes.isEmpty { continue }
      let text = "LimitRanger plugin set: \(notes.joined(separator: "; "))"
      pod.metadata.annotations["kubernetes.io/limit-ranger"] = text
    }
  }

  private static func fill(
    _ container: inout Container,
    _ requests: ResourceList,
    _ limits: ResourceList,
    _ title: String,
    _ notes: inout [String]
  ) {
    var setRequests: [String] = []
    var setLimits: [String] = []
    for name in limits.names where container.resources.limits[name] == nil {
      container.resources.limits[name] = limits[name]
      setLimits.append(name)
    }
    for name in requests.names where container.resources.requests[name] == nil {
      container.resources.requests[name] = requests[name]
      setRequests.append(name)
    }
    if !setRequests.isEmpty {
      notes.append("\(setRequests.joined(separator: ", ")) request for \(title) \(container.name)")
    }
    if !setLimits.isEmpty { notes.append("\(setLimits.joined(separator: ", ")) limit for \(title) \(container.name)") }
  }

  // MARK: Bounds

  /// Why the limit ranges refuse a Pod; nothing where they do not.
  static func refusal(_ pod: Pod, _ ranges: [LimitRange]) -> Admission.Refusal? {
    for range in ranges {
      var problems: [String] = []
      for item in range.spec.limits {
        switch item.type {
        case "Container":
          for container in pod.spec.containers { check(container.resources, item, &problems) }
          for container in pod.spec.initContainers { check(container.resources, item, &problems) }
        case "Pod": check(PodTotals.total(pod), item, &problems)
        default: break
        }
      }
      var distinct: [String] = []
      for problem in problems where !distinct.contains(problem) { distinct.append(problem) }
      if let only = distinct.first {
        return .forbidden(pod, distinct.count == 1 ? only : "[\(distinct.joined(separator: ", "))]")
      }
    }
    return nil
  }

  private static func check(_ resources: ResourceRequirements, _ item: LimitRangeItem, _ problems: inout [String]) {
    for name in item.min.names {
      guard let bound = item.min[name].flatMap({ Quantity($0) }) else { continue }
      let head = "minimum \(name) usage per \(item.type) is \(bound.text)"
      guard let request = amount(resources.requests, name) else {
        problems.append("\(head).  No request is specified")
        continue
      }
      if request < bound {
        problems.append("\(head), but request is \(request.text)")
      } else if let limit = amount(resources.limits, name), limit < bound {
        problems.append("\(head), but limit is \(limit.text)")
      }
    }
    for name in item.max.names {
      guard let bound = item.max[name].flatMap({ Quantity($0) }) else { continue }
      let head = "maximum \(name) usage per \(item.type) is \(bound.text)"
      guard let limit = amount(resources.limits, name) else {
        problems.append("\(head).  No limit is specified")
        continue
      }
      if bound < limit {
        problems.append("\(head), but limit is \(limit.text)")
      } else if let request = amount(resources.requests, name), bound < request {
        problems.append("\(head), but request is \(request.text)")
      }
    }
    for name in item.maxLimitRequestRatio.names { ratio(name, resources, item, &problems) }
  }

  private static func amount(_ list: ResourceList, _ name: String) -> Quantity? { list[name].flatMap { Quantity($0) } }

  private static func ratio(
    _ name: String,
    _ resources: ResourceRequirements,
    _ item: LimitRangeItem,
    _ problems: inout [String]
  ) {
    guard let bound = item.maxLimitRequestRatio[name].flatMap({ Quantity($0) }) else { return }
    let head = "\(name) max limit to request ratio per \(item.type) is \(bound.text), but"
    guard let request = amount(resources.requests, name), request.milliValue > 0 else {
      problems.append("\(head) no request is specified or request is 0")
      return
    }
    guard let limit = amount(resources.limits, name), limit.milliValue > 0 else {
      problems.append("\(head) no limit is specified or limit is 0")
      return
    }
    let (one, other) = (limit.milliValue, request.milliValue)
    // The quotient in millionths, as it is printed.
    let whole = one / other
    let millionths = (one % other) * 1_000_000 / max(other, 1)
    if whole > bound.milliValue / 1000 || (whole * 1000 + millionths / 1000) > bound.milliValue {
      let digits = "\(1_000_000 + millionths)".dropFirst()
      problems.append("\(head) provided ratio is \(whole).\(digits)")
    }
  }
}
