import Clockwork

extension Describe {
  /// A Pod with its Events, as `kubectl describe pod` prints it.
  public static func pod(_ pod: Pod, events: [Event], _ version: Version, now: Int64) -> String {
    var writer = TabWriter.describe
    head(pod, version, now, &writer)
    state(pod, version, now, &writer)
    if !pod.spec.initContainers.isEmpty {
      containers("Init Containers", pod.spec.initContainers, pod.status.initContainerStatuses, pod, version, &writer)
    }
    containers("Containers", pod.spec.containers, pod.status.containerStatuses, pod, version, &writer)
    conditions(pod, &writer)
    volumes(pod.spec.volumes, version, &writer)
    let quality = pod.status.qosClass.isEmpty ? QualityOfService.of(pod.spec).rawValue : pod.status.qosClass
    writer.line("QoS Class:\t\(quality)")
    labels("Node-Selectors", pod.spec.nodeSelector, &writer)
    tolerations(pod.spec.tolerations, &writer)
    self.events(events, version, now: now, &writer)
    return writer.formatted()
  }

  private static func head(_ pod: Pod, _ version: Version, _ now: Int64, _ writer: inout TabWriter) {
    let spec = pod.spec
    writer.line("Name:\t\(pod.metadata.name)")
    writer.line("Namespace:\t\(pod.metadata.namespace)")
    if let priority = spec.priority { writer.line("Priority:\t\(priority)") }
    if !spec.priorityClassName.isEmpty { writer.line("Priority Class Name:\t\(spec.priorityClassName)") }
    if version == .now, !spec.serviceAccountName.isEmpty {
      writer.line("Service Account:\t\(spec.serviceAccountName)")
    }
    writer.line("Node:\t" + (spec.nodeName.isEmpty ? "<none>" : "\(spec.nodeName)/\(pod.status.hostIP)"))
    if pod.status.startTime != nil { writer.line("Start Time:\t\(TimeText.longText(pod.status.startTime))") }
    labels("Labels", pod.metadata.labels, &writer)
    annotations(pod.metadata.annotations, &writer)
  }

  private static func state(_ pod: Pod, _ version: Version, _ now: Int64, _ writer: inout TabWriter) {
    let status = pod.status
    let hasEnded = status.phase == "Succeeded" || status.phase == "Failed"
    if let deletion = pod.metadata.deletionTimestamp, version == .then || !hasEnded {
      writer.line("Status:\tTerminating (lasts \(TimeText.since(deletion, now: now)))")
      writer.line("Termination Grace Period:\t\(pod.metadata.deletionGracePeriodSeconds ?? 0)s")
    } else {
      writer.line("Status:\t\(status.phase)")
    }
    if !status.reason.isEmpty { writer.line("Reason:\t\(status.reason)") }
    if !status.message.isEmpty { writer.line("Message:\t\(status.message)") }
    if version == .now, let profile = pod.spec.securityContext?["seccompProfile"]?["type"]?.text {
      writer.line("SeccompProfile:\t\(profile)")
    }
    writer.line("IP:\t\(status.podIP)")
    writer.line(status.podIPs.isEmpty ? "IPs:\t<none>" : "IPs:")
    for address in status.podIPs { writer.line("IP:\t\(address.ip)", level: 1) }
    if let owner = pod.metadata.controller { writer.line("Controlled By:\t\(owner.kind)/\(owner.name)") }
    if !status.nominatedNodeName.isEmpty { writer.line("NominatedNodeName:\t\(status.nominatedNodeName)") }
  }

  private static func conditions(_ pod: Pod, _ writer: inout TabWriter) {
    if !pod.spec.readinessGates.isEmpty {
      writer.line("Readiness Gates:")
      writer.line("Type\tStatus", level: 1)
      for gate in pod.spec.readinessGates {
        let status = pod.status[condition: gate.conditionType]?.status ?? "<none>"
        writer.line("\(gate.conditionType) \t\(status) ", level: 1)
      }
    }
    if pod.status.conditions.isEmpty { return }
    writer.line("Conditions:")
    writer.line("Type\tStatus", level: 1)
    for condition in pod.status.conditions { writer.line("\(condition.type) \t\(condition.status) ", level: 1) }
  }

  // MARK: Volumes

  static func volumes(_ volumes: [Volume], _ version: Version, _ writer: inout TabWriter) {
    writer.line(volumes.isEmpty ? "Volumes:\t<none>" : "Volumes:")
    for volume in volumes {
      writer.line("\(volume.name):", level: 1)
      for line in lines(of: volume, version) { writer.line(line, level: 2) }
    }
  }

  private static func lines(of volume: Volume, _ version: Version) -> [String] {
    func flag(_ value: Value?) -> String { value == true ? "true" : "false" }
    if let source = volume["hostPath"] {
      return [
        "Type:\tHostPath (bare host directory volume)", "Path:\t\(source["path"]?.plain ?? "")",
        "HostPathType:\t\(source["type"]?.plain ?? "<none>")",
      ]
    }
    if let source = volume["emptyDir"] {
      let limit = source["sizeLimit"].flatMap { Quantity($0.plain) }
      return [
        "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
        "Medium:\t\(source["medium"]?.plain ?? "")",
        "SizeLimit:\t\((limit?.sign ?? 0) > 0 ? limit?.text ?? "" : "<unset>")",
      ]
    }
    if let source = volume["secret"] {
      return [
        "Type:\tSecret (a volume populated by a Secret)", "SecretName:\t\(source["secretName"]?.plain ?? "")",
        "Optional:\t\(flag(source["optional"]))",
      ]
    }
    if let source = volume["configMap"] {
      return [
        "Type:\tConfigMap (a volume populated by a ConfigMap)", "Name:\t\(source["name"]?.plain ?? "")",
        "Optional:\t\(flag(source["optional"]))",
      ]
    }
    if let source = volume["persistentVolumeClaim"] {
      return [
        "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
        "ClaimName:\t\(source["claimName"]?.plain ?? "")", "ReadOnly:\t\(flag(source["readOnly"]))",
      ]
    }
    if let source = volume["projected"] { return projected(source, version) }
    return ["<unknown>"]
  }

  private static func projected(_ projected: Value, _ version: Version) -> [String] {
    var lines = ["Type:\tProjected (a volume that contains injected data from multiple sources)"]
    for source in projected["sources"]?.elements ?? [] {
      func optional(_ source: Value, _ old: String) -> String {
        // Then an absent flag was printed as Go prints a nil pointer.
        if version == .then { return "\(old):\t\(source["optional"]?.plain ?? "<nil>")" }
        return "Optional:\t\(source["optional"] == true ? "true" : "false")"
      }
      if let secret = source["secret"] {
        lines.append("SecretName:\t\(secret["name"]?.plain ?? "")")
        lines.append(optional(secret, "SecretOptionalName"))
      } else if source["downwardAPI"] != nil {
        lines.append("DownwardAPI:\ttrue")
      } else if let map = source["configMap"] {
        lines.append("ConfigMapName:\t\(map["name"]?.plain ?? "")")
        lines.append(optional(map, "ConfigMapOptional"))
      } else if let token = source["serviceAccountToken"] {
        lines.append("TokenExpirationSeconds:\t\(token["expirationSeconds"]?.plain ?? "")")
      }
    }
    return lines
  }
}

extension QualityOfService {
  /// The class of a Pod.
  public static func of(_ spec: PodSpec) -> QualityOfService {
    var demands: [Demand] = []
    for container in spec.containers + spec.initContainers {
      func amount(_ list: ResourceList, _ name: String) -> Quantity? { list[name].flatMap { Quantity($0) } }
      let resources = container.resources
      demands.append(
        Demand(
          requestCPU: amount(resources.requests, "cpu"),
          requestMemory: amount(resources.requests, "memory"),
          limitCPU: amount(resources.limits, "cpu"),
          limitMemory: amount(resources.limits, "memory")
        )
      )
    }
    return of(demands)
  }
}
