import Clockwork

/// What is known of a Pod at the moment, as its kubelet last reported it.
public struct PodStatus: Record, Sendable {
  public static var typeName: String { "PodStatus" }

  public var conditions: [PodCondition] = []
  public var containerStatuses: [ContainerStatus] = []
  public var hostIP: String = ""
  public var hostIPs: [PodIP] = []
  public var initContainerStatuses: [ContainerStatus] = []
  public var message: String = ""
  public var nominatedNodeName: String = ""
  public var observedGeneration: Int64 = 0
  public var phase: String = ""
  public var podIP: String = ""
  public var podIPs: [PodIP] = []
  public var qosClass: String = ""
  public var reason: String = ""
  public var startTime: Timestamp? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(phase: String) {
    self.phase = phase
  }

  /// The condition of a type, or nil; setting replaces it in its place or appends it.
  public subscript(condition type: String) -> PodCondition? {
    get {
      for condition in conditions where condition.type == type { return condition }
      return nil
    }
    set {
      for index in conditions.indices where conditions[index].type == type {
        if let newValue { conditions[index] = newValue } else { conditions.remove(at: index) }
        return
      }
      if let newValue { conditions.append(newValue) }
    }
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("conditions", &conditions)
    field("containerStatuses", &containerStatuses)
    field("hostIP", &hostIP)
    field("hostIPs", &hostIPs)
    field("initContainerStatuses", &initContainerStatuses)
    field("message", &message)
    field("nominatedNodeName", &nominatedNodeName)
    field("observedGeneration", &observedGeneration)
    field("phase", &phase)
    field("podIP", &podIP)
    field("podIPs", &podIPs)
    field("qosClass", &qosClass)
    field("reason", &reason)
    field("startTime", &startTime)
    field.rest(&unknown)
  }
}

/// One fact about a Pod that is true, false or unknown.
public struct PodCondition: Record, Sendable {
  public static var typeName: String { "PodCondition" }

  public var lastProbeTime: Timestamp? = nil
  public var lastTransitionTime: Timestamp? = nil
  public var message: String = ""
  public var observedGeneration: Int64 = 0
  public var reason: String = ""
  public var status: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(type: String, status: String, reason: String = "", message: String = "", since: Timestamp? = nil) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransitionTime = since
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("lastProbeTime", &lastProbeTime, .keep)
    field("lastTransitionTime", &lastTransitionTime, .keep)
    field("message", &message)
    field("observedGeneration", &observedGeneration)
    field("reason", &reason)
    field("status", &status, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}

/// One address of a Pod or of its host.
public struct PodIP: Record, Sendable {
  public static var typeName: String { "PodIP" }

  public var ip: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(_ ip: String) {
    self.ip = ip
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("ip", &ip)
    field.rest(&unknown)
  }
}
