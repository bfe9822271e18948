import Clockwork

/// Which Pods stand behind a Service, and in what state: rules that both endpoint controllers share.
enum EndpointRules {
  /// Whether a change of a Pod can change endpoints: its address, its readiness, its node, and any change on its way out.
  static func matters(_ old: Pod, _ new: Pod) -> Bool {
    // Upstream compares pointers here, so whatever happens to a marked Pod counts.
    if old.metadata.deletionTimestamp != nil || new.metadata.deletionTimestamp != nil { return true }
    return isReady(old) != isReady(new) || old.status.podIP != new.status.podIP
      || old.spec.nodeName != new.spec.nodeName
  }

  static func movesBetweenServices(_ old: Pod, _ new: Pod) -> Bool { old.metadata.labels != new.metadata.labels }

  static func isReady(_ pod: Pod) -> Bool { pod.status[condition: "Ready"]?.status == "True" }

  /// Whether a Pod has an address that should be listed at all.
  static func isListed(_ pod: Pod, includesTerminating: Bool, _ version: Version) -> Bool {
    if pod.status.podIP.isEmpty { return false }
    if !includesTerminating, pod.metadata.deletionTimestamp != nil { return false }
    let phase = pod.status.phase
    if version == .now { return phase != "Failed" && phase != "Succeeded" }
    switch pod.spec.restartPolicy {
    case "Never": return phase != "Failed" && phase != "Succeeded"
    case "OnFailure": return phase != "Succeeded"
    default: return true
    }
  }

  /// The number of the container port that a Service's port leads to in one Pod.
  static func target(_ port: ServicePort, in pod: Pod) -> Int64? {
    if port.targetPort.name.isEmpty { return port.targetPort.number }
    for container in pod.spec.containers {
      for open in container.ports where open.name == port.targetPort.name && open.protocol == port.protocol {
        return open.containerPort
      }
    }
    return nil
  }

  /// The ports that a Pod serves for a Service.
  static func ports(_ service: Service, _ pod: Pod) -> [EndpointSlicePort] {
    var ports: [EndpointSlicePort] = []
    for port in service.spec.ports {
      guard let number = target(port, in: pod) else { continue }
      var open = EndpointSlicePort(number, name: port.name, protocol: port.protocol)
      open.appProtocol = port.appProtocol
      ports.append(open)
    }
    return ports
  }

  /// A Pod of a headless Service that it names as its subdomain has a name of its own.
  static func hostname(_ pod: Pod, _ service: Service) -> String {
    pod.spec.subdomain == service.metadata.name ? pod.spec.hostname : ""
  }

  static func reference(_ pod: Pod, _ version: Version) -> ObjectReference {
    var reference = ObjectReference()
    reference.kind = "Pod"
    reference.name = pod.metadata.name
    reference.namespace = pod.metadata.namespace
    reference.uid = pod.metadata.uid
    if version == .then { reference.resourceVersion = pod.metadata.resourceVersion }
    return reference
  }

  /// A Pod as an endpoint of a slice.
  static func endpoint(_ pod: Pod, _ service: Service, _ version: Version) -> Endpoint {
    var endpoint = Endpoint()
    endpoint.addresses = [pod.status.podIP]
    endpoint.hostname = hostname(pod, service)
    endpoint.targetRef = reference(pod, version)
    let serving = isReady(pod)
    let terminating = pod.metadata.deletionTimestamp != nil
    let published = service.spec.publishNotReadyAddresses
    switch version {
    case .then:
      endpoint.conditions.ready = published || serving
      if !pod.spec.nodeName.isEmpty { endpoint.topology["kubernetes.io/hostname"] = pod.spec.nodeName }
    case .now:
      endpoint.conditions.ready = published || (serving && !terminating)
      endpoint.conditions.serving = serving
      endpoint.conditions.terminating = terminating
      endpoint.nodeName = pod.spec.nodeName
    }
    return endpoint
  }

  /// The subsets of an Endpoints object: Pods that serve the same ports stand together.
  static func subsets(_ service: Service, _ pods: [Pod], _ version: Version) -> [EndpointSubset] {
    var subsets: [EndpointSubset] = []
    let published = service.spec.publishNotReadyAddresses
    for pod in pods {
      if pod.status.podIP.isEmpty || (!published && pod.metadata.deletionTimestamp != nil) { continue }
      let isReady = published || EndpointRules.isReady(pod)
      // In 1.20 a Pod that is ready is listed whatever its phase.
      let isFree = version == .then && isReady
      if !isFree, !isListed(pod, includesTerminating: published, version) { continue }
      var ports: [EndpointPort] = []
      for port in self.ports(service, pod) {
        var open = EndpointPort(port.port, name: port.name, protocol: port.protocol)
        open.appProtocol = port.appProtocol
        ports.append(open)
      }
      if ports.isEmpty, !service.spec.ports.isEmpty || !service.spec.isHeadless { continue }
      let place = subsets.firstIndex { $0.ports == ports } ?? subsets.count
      if place == subsets.count {
        subsets.append(EndpointSubset())
        subsets[place].ports = ports
      }
      let address = address(pod, service, version)
      if isReady { subsets[place].addresses.append(address) } else { subsets[place].notReadyAddresses.append(address) }
    }
    for index in subsets.indices {
      subsets[index].addresses.sort { $0.ip < $1.ip }
      subsets[index].notReadyAddresses.sort { $0.ip < $1.ip }
    }
    return subsets
  }

  private static func address(_ pod: Pod, _ service: Service, _ version: Version) -> EndpointAddress {
    var address = EndpointAddress()
    address.ip = pod.status.podIP
    address.hostname = hostname(pod, service)
    address.nodeName = pod.spec.nodeName
    address.targetRef = reference(pod, version)
    return address
  }

  /// What both kinds of objects take over from their Service.
  static func labels(_ service: Service) -> Table<String, String> {
    var labels = service.metadata.labels
    if service.spec.isHeadless { labels["service.kubernetes.io/headless"] = "" }
    return labels
  }

  static let triggerTime = "endpoints.kubernetes.io/last-change-trigger-time"
}

/// Remembers since when each Service's endpoints are what they are, so that a delay can be measured.
struct TriggerTimes: Equatable, Sendable {
  private struct Known: Equatable, Sendable {
    var service: Time
    var pods: Table<String, Time>
  }

  private var known: Table<ObjectKey, Known> = [:]

  /// The first moment that has changed since the last look; nothing when none has.
  mutating func next(_ service: Service, _ pods: [Pod], _ key: ObjectKey) -> Timestamp? {
    let last = known[key]
    var first: Time?
    var times: Table<String, Time> = [:]
    for pod in pods {
      guard let moment = pod.status[condition: "Ready"]?.lastTransitionTime?.milliseconds else { continue }
      times[pod.metadata.name] = moment
      if moment > last?.pods[pod.metadata.name] ?? Time.min { first = min(first ?? moment, moment) }
    }
    let created = service.metadata.creationTimestamp?.milliseconds ?? 0
    if created > last?.service ?? Time.min { first = min(first ?? created, created) }
    known[key] = Known(service: created, pods: times)
    return last == nil ? Timestamp(created) : first.map { Timestamp($0) }
  }

  mutating func forget(_ key: ObjectKey) { known.removeValue(for: key) }
  mutating func removeAll() { known = [:] }
}
