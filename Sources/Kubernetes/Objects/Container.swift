import Clockwork

/// One container of a Pod: the image, and how to run it.
public struct Container: Record, Sendable {
  public static var typeName: String { "Container" }

  public var args: [String] = []
  public var command: [String] = []
  public var env: [EnvVar] = []
  public var envFrom: [Value] = []
  public var image: String = ""
  public var imagePullPolicy: String = ""
  public var lifecycle: Value? = nil
  public var livenessProbe: Probe? = nil
  public var name: String = ""
  public var ports: [ContainerPort] = []
  public var readinessProbe: Probe? = nil
  public var resources: ResourceRequirements = ResourceRequirements()
  /// `Always` makes an init container a sidecar; empty otherwise.
  public var restartPolicy: String = ""
  public var securityContext: Value? = nil
  public var startupProbe: Probe? = nil
  public var terminationMessagePath: String = ""
  public var terminationMessagePolicy: String = ""
  public var volumeMounts: [VolumeMount] = []
  public var workingDir: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String, image: String) {
    self.name = name
    self.image = image
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("args", &args)
    field("command", &command)
    field("env", &env)
    field("envFrom", &envFrom)
    field("image", &image)
    field("imagePullPolicy", &imagePullPolicy)
    field("lifecycle", &lifecycle)
    field("livenessProbe", &livenessProbe)
    field("name", &name, .keep)
    field("ports", &ports)
    field("readinessProbe", &readinessProbe)
    field("resources", &resources, .keep)
    field("restartPolicy", &restartPolicy)
    field("securityContext", &securityContext)
    field("startupProbe", &startupProbe)
    field("terminationMessagePath", &terminationMessagePath)
    field("terminationMessagePolicy", &terminationMessagePolicy)
    field("volumeMounts", &volumeMounts)
    field("workingDir", &workingDir)
    field.rest(&unknown)
  }
}

/// A port that a container says it listens on.
public struct ContainerPort: Record, Sendable {
  public static var typeName: String { "ContainerPort" }

  public var containerPort: Int64 = 0
  public var hostIP: String = ""
  public var hostPort: Int64 = 0
  public var name: String = ""
  public var `protocol`: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(containerPort: Int64, name: String = "", protocol: String = "") {
    self.containerPort = containerPort
    self.name = name
    self.protocol = `protocol`
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("containerPort", &containerPort, .keep)
    field("hostIP", &hostIP)
    field("hostPort", &hostPort)
    field("name", &name)
    field("protocol", &`protocol`)
    field.rest(&unknown)
  }
}

/// One environment variable: a text, or a place where to find it.
public struct EnvVar: Record, Sendable {
  public static var typeName: String { "EnvVar" }

  public var name: String = ""
  public var value: String = ""
  public var valueFrom: Value? = nil
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("name", &name, .keep)
    field("value", &value)
    field("valueFrom", &valueFrom)
    field.rest(&unknown)
  }
}

/// Where a volume of the Pod appears in the file system of a container.
public struct VolumeMount: Record, Sendable {
  public static var typeName: String { "VolumeMount" }

  public var mountPath: String = ""
  public var name: String = ""
  public var readOnly: Bool = false
  public var subPath: String = ""
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(name: String, mountPath: String, readOnly: Bool = false) {
    self.name = name
    self.mountPath = mountPath
    self.readOnly = readOnly
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("mountPath", &mountPath, .keep)
    field("name", &name, .keep)
    field("readOnly", &readOnly)
    field("subPath", &subPath)
    field.rest(&unknown)
  }
}
