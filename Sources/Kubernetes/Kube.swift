public import Clockwork

/// The vocabulary of a Kubernetes cluster: its roles, messages, subjects, rows and iron rules.
public enum Kube: Domain {
  public typealias Message = Kubernetes.Message

  /// What part a component plays; the iron rules are about roles.
  public enum Role: Equatable, Sendable {
    case kubectl
    case apiserver
    case etcd
    case scheduler
    case controller
    case kubelet
    case runtime
    case network
    case proxy
    /// metrics-server: a Pod's process that serves an API of its own behind kube-apiserver.
    case metrics
    /// A server that kube-apiserver asks about objects before it stores them.
    case webhook
    /// A made-up cloud: its own API, and machines that it switches on and off.
    case cloud
    /// The kernel of a node, which counts and limits what processes use.
    case kernel
    /// CoreDNS: the process of a Pod that knows the names of the cluster.
    case dns
    /// Clients of the Pods, outside of the cluster.
    case outside
  }

  /// What an action acts on: an API object, or something that is none, such as a container or an etcd key.
  public enum Subject: ActionSubject, Sendable {
    case object(ObjectKey)
    case named(String)

    public var description: String {
      switch self {
      case .object(let key):
        key.namespace.isEmpty || key.namespace == "default"
          ? key.text : "\(key.kind.printedName)/\(key.namespace)/\(key.name)"
      case .named(let name): name
      }
    }

    public func add(to digest: inout Digest) {
      switch self {
      case .object(let key):
        digest.add(key.kind.plural)
        digest.add(key.namespace)
        digest.add(key.name)
      case .named(let name): digest.add(name)
      }
    }

    /// The API object, where the subject is one.
    public var key: ObjectKey? {
      if case .object(let key) = self { return key }
      return nil
    }
  }

  /// A row of the transcript: an API write as the audit log has it, a container's event, a log line.
  public struct Record: Equatable, Sendable {
    public var actor: String
    public var verb: String
    public var resource: String
    public var subresource: String = ""
    public var namespace: String = ""
    public var name: String = ""
    public var code: Int64? = nil
    public var resourceVersion: String = ""
    public var note: String = ""
    /// When the request arrived: audited rows are ordered by it.
    public var time: Time? = nil
    /// True when the row is the step itself, so that the step needs no row of its own.
    public var isStep: Bool = false

    public init(actor: String, verb: String, resource: String) {
      self.actor = actor
      self.verb = verb
      self.resource = resource
    }
  }

  public static func objection(to message: Message, from sender: Role, to receiver: Role) -> Obstacle? {
    let allowed: Bool
    switch message {
    case .transaction, .range, .compaction: allowed = sender == .apiserver && receiver == .etcd
    case .transacted, .ranged, .committed, .compacted, .unavailable: allowed = sender == .etcd && receiver == .apiserver
    case .raft: allowed = sender == .etcd && receiver == .etcd
    case .request:
      let isNoClient =
        sender == .etcd || sender == .runtime || sender == .network || sender == .kernel || sender == .cloud
      let isClient = !isNoClient && sender != .apiserver
      allowed = (receiver == .apiserver && isClient) || (sender == .apiserver && receiver == .metrics)
    case .response: allowed = sender == .apiserver || (sender == .metrics && receiver == .apiserver)
    case .watch, .bookmark, .watchError: allowed = sender == .apiserver
    case .exec: allowed = sender == .apiserver && receiver == .kubelet
    case .executed: allowed = sender == .kubelet && receiver == .apiserver
    case .nodeCall: allowed = (sender == .apiserver || sender == .metrics) && receiver == .kubelet
    case .nodeReply: allowed = sender == .kubelet && (receiver == .apiserver || receiver == .metrics)
    case .review: allowed = sender == .apiserver && receiver == .webhook
    case .reviewed: allowed = sender == .webhook && receiver == .apiserver
    case .cloud: allowed = sender == .controller && receiver == .cloud
    case .cloudReply: allowed = sender == .cloud && receiver == .controller
    case .leading: allowed = sender == .controller && receiver == .controller
    case .runtime: allowed = sender == .kubelet && receiver == .runtime
    case .runtimeReply, .containers, .file: allowed = sender == .runtime && receiver == .kubelet
    case .network: allowed = sender == .runtime && receiver == .network
    case .networkReply: allowed = sender == .network && receiver == .runtime
    case .kernel(let call): allowed = receiver == .kernel && mayCall(call, sender)
    case .kernelReply: allowed = sender == .kernel
    case .frame: allowed = sender == .kernel && receiver == .kernel
    case .visit: allowed = receiver == .kernel
    case .datagram: allowed = sender == .kernel && receiver == .dns || sender == .dns && receiver == .kernel
    case .visited: allowed = sender == .kernel && receiver == .dns
    case .process: allowed = sender == .runtime && receiver == .dns
    case .load: allowed = receiver == .outside
    case .command, .refused, .closed, .link, .clock: allowed = true
    }
    return allowed ? nil : Obstacle("rule.\(message.name)")
  }

  /// Processes of the node may ask its kernel; its tables are for those who have the right to change networks.
  private static func mayCall(_ call: KernelCall, _ sender: Role) -> Bool {
    if case .network = call.operation {
      return sender == .network || sender == .proxy || sender == .kubelet || sender == .runtime || sender == .controller
    }
    return sender == .runtime || sender == .kubelet || sender == .outside
  }
}

public typealias KubeWorld = World<Kube>
public typealias KubeAction = Action<Kube>
public typealias KubeOffers = Offers<Kube>
public typealias KubeOutbox = Outbox<Kube>
public typealias KubeStep = Step<Kube>
