import Clockwork

/// Fills in what a manifest left out, as the API server does before it admits an object.
public enum Defaulting {
  /// Fills in the defaults of an object of any kind.
  public static func apply(to object: inout Object, version: Version) {
    switch object.content {
    case .pod: object.updatePod { apply(to: &$0) }
    case .node: object.updateNode { apply(to: &$0) }
    case .namespace:
      guard var namespace = object.asNamespace else { return }
      apply(to: &namespace, version: version)
      object = Object(namespace: namespace)
    case .priorityClass:
      object.update(PriorityClass.self) { priority in
        if priority.preemptionPolicy.isEmpty { priority.preemptionPolicy = "PreemptLowerPriority" }
        if priority.metadata.generation == 0 { priority.metadata.generation = 1 }
      }
    case .deployment: object.update(Deployment.self) { apply(to: &$0) }
    case .replicaSet: object.update(ReplicaSet.self) { apply(to: &$0) }
    case .autoscaler: object.update(HorizontalPodAutoscaler.self) { $0.setDefaults() }
    case .opaque(var entries) where object.kind == .secret:
      for entry in entries where entry.key == "type" { return }
      entries.append(Value.Entry("type", "Opaque"))
      object.content = .opaque(entries)
    default: applyTyped(to: &object, version: version)
    }
  }

  /// Fills in the defaults of a Pod; the two versions agree on all of them.
  public static func apply(to pod: inout Pod) {
    for index in pod.spec.containers.indices { apply(to: &pod.spec.containers[index]) }
    for index in pod.spec.initContainers.indices { apply(to: &pod.spec.initContainers[index]) }
    if pod.spec.hostNetwork {
      for index in pod.spec.containers.indices { openHostPorts(&pod.spec.containers[index]) }
      for index in pod.spec.initContainers.indices { openHostPorts(&pod.spec.initContainers[index]) }
    }
    for index in pod.spec.volumes.indices { apply(to: &pod.spec.volumes[index]) }
    if pod.spec.enableServiceLinks == nil { pod.spec.enableServiceLinks = true }
    if pod.spec.dnsPolicy.isEmpty { pod.spec.dnsPolicy = "ClusterFirst" }
    if pod.spec.restartPolicy.isEmpty { pod.spec.restartPolicy = "Always" }
    if pod.spec.securityContext == nil { pod.spec.securityContext = .emptyMap }
    if pod.spec.terminationGracePeriodSeconds == nil { pod.spec.terminationGracePeriodSeconds = 30 }
    if pod.spec.schedulerName.isEmpty { pod.spec.schedulerName = "default-scheduler" }
    // Each of the two names is the other's default: the short one is the deprecated spelling.
    if pod.spec.serviceAccountName.isEmpty { pod.spec.serviceAccountName = pod.spec.serviceAccount }
    pod.spec.serviceAccount = pod.spec.serviceAccountName
  }

  static func apply(to container: inout Container) {
    if container.imagePullPolicy.isEmpty {
      let tag = container.image.isEmpty ? "" : ImageName(container.image).tag
      container.imagePullPolicy = tag == "latest" ? "Always" : "IfNotPresent"
    }
    if container.terminationMessagePath.isEmpty { container.terminationMessagePath = "/dev/termination-log" }
    if container.terminationMessagePolicy.isEmpty { container.terminationMessagePolicy = "File" }
    for index in container.ports.indices where container.ports[index].protocol.isEmpty {
      container.ports[index].protocol = "TCP"
    }
    let limits = container.resources.limits
    for name in limits.names where container.resources.requests[name] == nil {
      container.resources.requests[name] = limits[name]
    }
    for index in container.env.indices { fillFieldReference(&container.env[index].valueFrom) }
    apply(to: &container.livenessProbe)
    apply(to: &container.readinessProbe)
    apply(to: &container.startupProbe)
    for hook in ["postStart", "preStop"] where container.lifecycle?[hook]?["httpGet"] != nil {
      fillRequest(&container.lifecycle, under: hook)
    }
  }

  private static func apply(to probe: inout Probe?) {
    guard var filled = probe else { return }
    if filled.timeoutSeconds == 0 { filled.timeoutSeconds = 1 }
    if filled.periodSeconds == 0 { filled.periodSeconds = 10 }
    if filled.successThreshold == 0 { filled.successThreshold = 1 }
    if filled.failureThreshold == 0 { filled.failureThreshold = 3 }
    filled.httpGet = filled.httpGet.map { withRequestDefaults($0) }
    if let grpc = filled.grpc, grpc["service"] == nil { filled.grpc?["service"] = "" }
    probe = filled
  }

  private static func fillRequest(_ lifecycle: inout Value?, under hook: String) {
    guard let request = lifecycle?[hook]?["httpGet"] else { return }
    lifecycle?[hook]?["httpGet"] = withRequestDefaults(request)
  }

  private static func withRequestDefaults(_ request: Value) -> Value {
    var filled = request
    if (filled["path"]?.text ?? "").isEmpty { filled["path"] = "/" }
    if (filled["scheme"]?.text ?? "").isEmpty { filled["scheme"] = "HTTP" }
    return filled.sorted
  }

  /// With the network of its host a Pod occupies the ports of its host.
  private static func openHostPorts(_ container: inout Container) {
    for index in container.ports.indices where container.ports[index].hostPort == 0 {
      container.ports[index].hostPort = container.ports[index].containerPort
    }
  }

  static func fillFieldReference(_ holder: inout Value?) {
    guard let reference = holder?["fieldRef"], (reference["apiVersion"]?.text ?? "").isEmpty else { return }
    holder?["fieldRef"]?["apiVersion"] = "v1"
    holder = holder?.sorted
  }

  // MARK: Other kinds

  static func apply(to node: inout Node) {
    if node.status.allocatable.isEmpty { node.status.allocatable = node.status.capacity }
  }

  static func apply(to namespace: inout Namespace, version: Version) {
    if namespace.status.phase.isEmpty { namespace.status.phase = "Active" }
    if version == .now, !namespace.metadata.name.isEmpty {
      namespace.metadata.labels["kubernetes.io/metadata.name"] = namespace.metadata.name
    }
  }
}
