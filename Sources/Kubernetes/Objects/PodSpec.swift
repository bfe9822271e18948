import Clockwork

/// What a Pod should be: its containers, and the rules for placing and restarting them.
public struct PodSpec: Record, Sendable {
  public static var typeName: String { "PodSpec" }

  public var activeDeadlineSeconds: Int64? = nil
  public var affinity: Affinity? = nil
  public var automountServiceAccountToken: Bool? = nil
  public var containers: [Container] = []
  public var dnsPolicy: String = ""
  public var enableServiceLinks: Bool? = nil
  public var hostIPC: Bool = false
  public var hostNetwork: Bool = false
  public var hostPID: Bool = false
  public var hostname: String = ""
  public var imagePullSecrets: [LocalObjectReference] = []
  public var initContainers: [Container] = []
  public var nodeName: String = ""
  public var nodeSelector: Table<String, String> = [:]
  public var overhead: ResourceList = ResourceList()
  public var preemptionPolicy: String = ""
  public var priority: Int64? = nil
  public var priorityClassName: String = ""
  public var readinessGates: [PodReadinessGate] = []
  public var restartPolicy: String = ""
  public var schedulerName: String = ""
  public var schedulingGates: [LocalObjectReference] = []
  public var securityContext: Value? = nil
  /// The old name of `serviceAccountName`, which the API server still writes beside it.
  public var serviceAccount: String = ""
  public var serviceAccountName: String = ""
  public var subdomain: String = ""
  public var terminationGracePeriodSeconds: Int64? = nil
  public var tolerations: [Toleration] = []
  public var topologySpreadConstraints: [TopologySpreadConstraint] = []
  public var volumes: [Volume] = []
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("activeDeadlineSeconds", &activeDeadlineSeconds)
    field("affinity", &affinity)
    field("automountServiceAccountToken", &automountServiceAccountToken)
    field("containers", &containers, .keep)
    field("dnsPolicy", &dnsPolicy)
    field("enableServiceLinks", &enableServiceLinks)
    field("hostIPC", &hostIPC)
    field("hostNetwork", &hostNetwork)
    field("hostPID", &hostPID)
    field("hostname", &hostname)
    field("imagePullSecrets", &imagePullSecrets)
    field("initContainers", &initContainers)
    field("nodeName", &nodeName)
    field("nodeSelector", &nodeSelector)
    field("overhead", &overhead)
    field("preemptionPolicy", &preemptionPolicy)
    field("priority", &priority)
    field("priorityClassName", &priorityClassName)
    field("readinessGates", &readinessGates)
    field("restartPolicy", &restartPolicy)
    field("schedulerName", &schedulerName)
    field("schedulingGates", &schedulingGates)
    field("securityContext", &securityContext)
    field("serviceAccount", &serviceAccount)
    field("serviceAccountName", &serviceAccountName)
    field("subdomain", &subdomain)
    field("terminationGracePeriodSeconds", &terminationGracePeriodSeconds)
    field("tolerations", &tolerations)
    field("topologySpreadConstraints", &topologySpreadConstraints)
    field("volumes", &volumes)
    field.rest(&unknown)
  }
}

/// The name of an object in the same namespace.
public struct LocalObjectReference: Record, Sendable {
  public static var typeName: String { "LocalObjectReference" }

  public var name: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String) {
    self.name = name
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("name", &name)
    field.rest(&unknown)
  }
}

/// A condition that must hold too before the Pod is ready.
public struct PodReadinessGate: Record, Sendable {
  public static var typeName: String { "PodReadinessGate" }

  public var conditionType: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("conditionType", &conditionType, .keep)
    field.rest(&unknown)
  }
}
