public import Clockwork

/// What the kubelet asks of the container runtime (the CRI, or dockershim's calls to dockerd).
public struct RuntimeCall: Sendable {
  public enum Operation: Equatable, Sendable {
    /// Namespaces, network and pause: everything a Pod's containers share.
    case runSandbox
    case pullImage(image: String)
    case createContainer(ContainerOrder)
    case startContainer(id: String)
    /// SIGTERM, and SIGKILL once the grace is over.
    case stopContainer(id: String, graceSeconds: Int64)
    case removeContainer(id: String)
    case stopSandbox(id: String)
    case removeSandbox(id: String)
    case exec(id: String, command: [String])
    /// ReopenContainerLog: the file has been renamed; so many are kept.
    case rotateLog(id: String, stamp: String, keeping: Int64)
    /// A connection to a port, as a probe makes it: the model reaches a container through its runtime.
    case connect(PortVisit)
    /// UpdateContainerResources: the limits of a container that keeps running.
    case updateContainer(id: String, ResourceRequirements)
    /// Whether the runtime and its network plugin are ready (the CRI's Status).
    case status
    /// Everything there is: the first look of a kubelet that has just started.
    case list
  }

  public var id: Int64
  public var pod: ObjectKey
  public var uid: String
  public var operation: Operation
  /// The node's range of Pod addresses, where the runtime has not known it from its start.
  public var podCIDR: String = ""

  public init(id: Int64, pod: ObjectKey, uid: String, operation: Operation) {
    self.id = id
    self.pod = pod
    self.uid = uid
    self.operation = operation
  }

  /// Whether the call is about a sandbox, not a container.
  var isAboutSandbox: Bool {
    switch operation {
    case .runSandbox, .stopSandbox, .removeSandbox: true
    default: false
    }
  }

  public var summary: String {
    switch operation {
    case .runSandbox: "RunPodSandbox \(pod.text)"
    case .pullImage(let image): "PullImage \(image)"
    case .createContainer(let order): "CreateContainer \(pod.name)/\(order.name)"
    case .startContainer: "StartContainer \(pod.text)"
    case .stopContainer: "StopContainer \(pod.text)"
    case .removeContainer: "RemoveContainer \(pod.text)"
    case .stopSandbox: "StopPodSandbox \(pod.text)"
    case .removeSandbox: "RemovePodSandbox \(pod.text)"
    case .exec: "ExecSync \(pod.text)"
    case .rotateLog: "ReopenContainerLog \(pod.text)"
    case .connect(let visit): "connect \(pod.text):\(visit.port)\(visit.path)"
    case .updateContainer: "UpdateContainerResources \(pod.text)"
    case .status: "Status"
    case .list: "ListContainers"
    }
  }
}

/// A container to be created: what the kubelet works out from the Pod's spec.
public struct ContainerOrder: Equatable, Sendable {
  public var sandbox: String
  public var name: String
  public var image: String
  public var command: [String]
  public var arguments: [String]
  public var environment: Table<String, String>
  public var attempt: Int64
  /// What the container's cgroup allows.
  public var resources: ResourceRequirements = ResourceRequirements()
  /// The ports that the Pod's spec names.
  public var ports: [Int64] = []
  /// Files that are put into it, with their text.
  public var files: Table<String, String> = [:]
}

/// A connection to a port of a container.
public struct PortVisit: Equatable, Sendable {
  public var id: String
  public var port: Int64
  /// What is asked for there by HTTP; empty for a bare connection.
  public var path: String
  /// Whether the Pod's spec names the port.
  public var isDeclared: Bool

  public init(id: String, port: Int64, path: String = "", isDeclared: Bool = false) {
    self.id = id
    self.port = port
    self.path = path
    self.isDeclared = isDeclared
  }
}

/// The runtime's answer.
public struct RuntimeReply: Sendable {
  public enum Outcome: Equatable, Sendable {
    case sandbox(id: String, ip: String)
    case pulled(image: String, milliseconds: Int64, bytes: Int64)
    case container(id: String)
    case done
    case executed(exitCode: Int64, output: String)
    /// The HTTP status, or 0 when nobody listens.
    case connected(status: Int64)
    /// The runtime's own error text.
    case failed(String)
  }

  public var id: Int64
  public var outcome: Outcome

  public init(id: Int64, outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }

  public var summary: String {
    switch outcome {
    case .sandbox(_, let ip): "sandbox ready, \(ip)"
    case .pulled(let image, _, _): "pulled \(image)"
    case .container(let id): "container \(id)"
    case .done: "done"
    case .executed(let code, _): "exit \(code)"
    case .connected(let status): status == 0 ? "connection refused" : "\(status)"
    case .failed(let text): text
    }
  }
}

/// A container or sandbox as the runtime reports it.
public struct ContainerRecord: Equatable, Sendable {
  public enum Phase: String, Equatable, Sendable {
    case created
    case running
    case exited
  }

  public var id: String
  public var pod: ObjectKey
  public var uid: String
  /// The container's name; empty for a sandbox.
  public var name: String
  public var isSandbox: Bool { name.isEmpty }
  public var sandbox: String
  public var image: String
  public var attempt: Int64
  public var phase: Phase
  public var createdAt: Time
  public var startedAt: Time?
  public var finishedAt: Time?
  public var exitCode: Int64
  /// True when the kernel ended it because it needed more memory than it may have.
  public var isOutOfMemory: Bool = false
  /// What its cgroup allows; nothing for a sandbox.
  public var resources: ResourceRequirements = ResourceRequirements()
  /// The sandbox's address; empty for containers.
  public var ip: String

  public init(id: String, pod: ObjectKey, uid: String, name: String, sandbox: String, image: String) {
    self.id = id
    self.pod = pod
    self.uid = uid
    self.name = name
    self.sandbox = sandbox
    self.image = image
    attempt = 0
    phase = .created
    createdAt = 0
    startedAt = nil
    finishedAt = nil
    exitCode = 0
    ip = ""
  }
}

/// What a look at the runtime would show of one Pod from now on, and the images it has.
public struct RuntimeView: Equatable, Sendable {
  public var pod: ObjectKey
  /// Empty where the runtime has nothing but images.
  public var uid: String
  public var containers: [ContainerRecord]
  public var images: [String]

  public init(pod: ObjectKey, uid: String, containers: [ContainerRecord], images: [String]) {
    self.pod = pod
    self.uid = uid
    self.containers = containers
    self.images = images
  }
}

/// What the runtime asks of the network plugin (`CNI_COMMAND`).
public struct NetworkCall: Sendable {
  public enum Operation: String, Equatable, Sendable {
    case add = "ADD"
    case delete = "DEL"
    /// Whether there is a plugin to call: its file of configuration is looked for.
    case status = "STATUS"
  }

  public var id: Int64
  public var operation: Operation
  public var pod: ObjectKey
  public var sandbox: String
  public var namespacePath: String
  /// The range that the address is to be taken from; empty where the plugin has it in its configuration.
  public var podCIDR: String = ""

  public init(id: Int64, operation: Operation, pod: ObjectKey, sandbox: String, namespacePath: String) {
    self.id = id
    self.operation = operation
    self.pod = pod
    self.sandbox = sandbox
    self.namespacePath = namespacePath
  }

  public var summary: String { "CNI \(operation.rawValue) \(operation == .status ? "" : pod.text)" }

  /// The name under which tools find the namespace; of one that is not pinned, the sandbox's short id.
  public var namespace: String {
    let pinned = "/var/run/netns/"
    return namespacePath.hasPrefix(pinned)
      ? String(namespacePath.dropFirst(pinned.count)) : ContainerStore.short(sandbox)
  }
}

/// The plugin's result.
public struct NetworkReply: Sendable {
  public var id: Int64
  public var ip: String
  public var mac: String
  /// The plugin's error text; empty on success.
  public var failure: String

  public init(id: Int64, ip: String = "", mac: String = "", failure: String = "") {
    self.id = id
    self.ip = ip
    self.mac = mac
    self.failure = failure
  }

  public var summary: String { failure.isEmpty ? ip : failure }
}
