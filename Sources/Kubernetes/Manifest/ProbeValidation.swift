import Clockwork

extension Check {
  mutating func probe(_ path: [String], _ probe: Probe?, onlyOneSuccess: Bool) {
    guard let probe else { return }
    var action = Value.emptyMap
    for (name, part) in [
      ("exec", probe.exec), ("httpGet", probe.httpGet), ("tcpSocket", probe.tcpSocket), ("grpc", probe.grpc),
    ] {
      if let part { action[name] = part }
    }
    handler(path, action)
    notNegative(path + ["initialDelaySeconds"], probe.initialDelaySeconds)
    notNegative(path + ["timeoutSeconds"], probe.timeoutSeconds)
    notNegative(path + ["periodSeconds"], probe.periodSeconds)
    notNegative(path + ["successThreshold"], probe.successThreshold)
    notNegative(path + ["failureThreshold"], probe.failureThreshold)
    if onlyOneSuccess, probe.successThreshold != 1 {
      invalid(path + ["successThreshold"], probe.successThreshold, "must be 1")
    }
  }

  /// What a probe or a hook does: exactly one kind of action.
  mutating func handler(_ path: [String], _ action: Value) {
    var count = 0
    for name in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
      guard let part = action[name] else { continue }
      count += 1
      if count > 1 {
        forbidden(path + [name], "may not specify more than 1 handler type")
        continue
      }
      switch name {
      case "exec":
        if (part["command"]?.elements ?? []).isEmpty { required(path + ["exec", "command"]) }
      case "httpGet":
        if (part["path"]?.text ?? "").isEmpty { required(path + ["httpGet", "path"]) }
        target(path + ["httpGet", "port"], part["port"])
        let scheme = part["scheme"]?.text ?? ""
        if scheme != "HTTP", scheme != "HTTPS" {
          unsupported(path + ["httpGet", "scheme"], scheme, ["HTTP", "HTTPS"])
        }
      case "tcpSocket": target(path + ["tcpSocket", "port"], part["port"])
      default: break
      }
    }
    if count == 0 { required(path, "must specify a handler type") }
  }

  /// A port by its number or by its name.
  private mutating func target(_ path: [String], _ port: Value?) {
    if let name = port?.text {
      invalid(path, name, NameRules.port(name, version))
    } else {
      portNumber(path, port?.integer ?? 0)
    }
  }

  // MARK: Resources

  mutating func resources(_ path: [String], _ resources: ResourceRequirements) {
    for (name, list) in [("limits", resources.limits), ("requests", resources.requests)] {
      for resource in list.names {
        let here = path + [name, resource]
        resourceName(here, resource)
        if let quantity = list[resource].flatMap({ Quantity($0) }), quantity.sign < 0 {
          invalid(here, quantity.text, "must be greater than or equal to 0")
        }
      }
    }
    for resource in resources.requests.names {
      guard let request = resources.requests[resource].flatMap({ Quantity($0) }) else { continue }
      let place = path + ["requests"]
      guard let limit = resources.limits[resource].flatMap({ Quantity($0) }) else {
        // What cannot be overcommitted must be limited.
        if isExtended(resource) { required(path + ["limits"], "Limit must be set for non overcommitable resources") }
        continue
      }
      let amount = version == .then ? "" : " of \(limit.text)"
      if isExtended(resource), request != limit {
        invalid(place, request.text, "must be equal to \(resource) limit\(amount)")
      } else if request > limit {
        invalid(place, request.text, "must be less than or equal to \(resource) limit\(amount)")
      }
    }
  }

  private func isExtended(_ resource: String) -> Bool {
    resource.hasPrefix("hugepages-") || (resource.contains("/") && !resource.hasPrefix("kubernetes.io/"))
  }

  private mutating func resourceName(_ path: [String], _ name: String) {
    let problems = LabelText.keyProblems(name)
    invalid(path, name, problems)
    guard problems.isEmpty, !name.contains("/"), !name.hasPrefix("hugepages-") else { return }
    if ["cpu", "memory", "ephemeral-storage"].contains(name) { return }
    if !["storage", "pods"].contains(name) {
      invalid(path, name, "must be a standard resource type or fully qualified")
    }
    invalid(path, name, "must be a standard resource for containers")
  }
}
