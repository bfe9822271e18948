import Clockwork

/// What is known of a node at the moment, as its kubelet last reported it.
public struct NodeStatus: Record, Sendable {
  public static var typeName: String { "NodeStatus" }

  public var addresses: [NodeAddress] = []
  public var allocatable: ResourceList = ResourceList()
  public var capacity: ResourceList = ResourceList()
  public var conditions: [NodeCondition] = []
  public var daemonEndpoints: Value? = nil
  public var images: [ContainerImage] = []
  public var nodeInfo: NodeSystemInfo = NodeSystemInfo()
  public var unknown: [Value.Entry] = []

  public init() {}

  /// The condition of a type, or nil; setting replaces it in its place or appends it.
  public subscript(condition type: String) -> NodeCondition? {
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

  /// The address of a type such as `InternalIP`, or nil.
  public func address(_ type: String) -> String? {
    for address in addresses where address.type == type { return address.address }
    return nil
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("addresses", &addresses)
    field("allocatable", &allocatable)
    field("capacity", &capacity)
    field("conditions", &conditions)
    field("daemonEndpoints", &daemonEndpoints)
    field("images", &images)
    field("nodeInfo", &nodeInfo)
    field.rest(&unknown)
  }
}

/// One fact about a node that is true, false or unknown.
public struct NodeCondition: Record, Sendable {
  public static var typeName: String { "NodeCondition" }

  public var lastHeartbeatTime: Timestamp? = nil
  public var lastTransitionTime: Timestamp? = nil
  public var message: String = ""
  public var reason: String = ""
  public var status: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(type: String, status: String, reason: String = "", message: String = "") {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("lastHeartbeatTime", &lastHeartbeatTime, .keep)
    field("lastTransitionTime", &lastTransitionTime, .keep)
    field("message", &message)
    field("reason", &reason)
    field("status", &status, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}

/// A name or an address of a node.
public struct NodeAddress: Record, Sendable {
  public static var typeName: String { "NodeAddress" }

  public var address: String = ""
  public var type: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(type: String, address: String) {
    self.type = type
    self.address = address
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("address", &address, .keep)
    field("type", &type, .keep)
    field.rest(&unknown)
  }
}

/// An image that a node has pulled.
public struct ContainerImage: Record, Sendable {
  public static var typeName: String { "ContainerImage" }

  public var names: [String] = []
  public var sizeBytes: Int64 = 0
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(names: [String], sizeBytes: Int64) {
    self.names = names
    self.sizeBytes = sizeBytes
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("names", &names, .keep)
    field("sizeBytes", &sizeBytes)
    field.rest(&unknown)
  }
}

/// The versions of what runs on a node.
public struct NodeSystemInfo: Record, Sendable {
  public static var typeName: String { "NodeSystemInfo" }

  public var architecture: String = ""
  public var bootID: String = ""
  public var containerRuntimeVersion: String = ""
  public var kernelVersion: String = ""
  public var kubeProxyVersion: String = ""
  public var kubeletVersion: String = ""
  public var machineID: String = ""
  public var operatingSystem: String = ""
  public var osImage: String = ""
  public var systemUUID: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("architecture", &architecture, .keep)
    field("bootID", &bootID, .keep)
    field("containerRuntimeVersion", &containerRuntimeVersion, .keep)
    field("kernelVersion", &kernelVersion, .keep)
    field("kubeProxyVersion", &kubeProxyVersion, .keep)
    field("kubeletVersion", &kubeletVersion, .keep)
    field("machineID", &machineID, .keep)
    field("operatingSystem", &operatingSystem, .keep)
    field("osImage", &osImage, .keep)
    field("systemUUID", &systemUUID, .keep)
    field.rest(&unknown)
  }
}
