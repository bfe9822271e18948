public import Clockwork

/// What one component says to another.
public enum Message: Letter, Sendable {
  /// A person types a line; only kubectl hears it.
  // The large ones lie in a box of their own: a message is copied from hand to hand.
  indirect case command(Command)
  indirect case request(Request)
  indirect case response(Response)
  case watch(WatchEvent)
  case transaction(Transaction)
  case transacted(Transacted)
  case range(Range)
  case ranged(Ranged)
  case committed(Commit)
  /// The node API of the kubelet (port 10250): the one thing the apiserver asks of a kubelet.
  indirect case exec(ExecCall)
  indirect case executed(ExecResult)
  /// Another call to the node API: logs for kube-apiserver, measurements for metrics-server.
  indirect case nodeCall(NodeCall)
  indirect case nodeReply(NodeReply)
  /// Whether the process that a control loop is part of holds its lease.
  case leading(Bool)
  indirect case runtime(RuntimeCall)
  case runtimeReply(RuntimeReply)
  /// What a look at the runtime (a PLEG relist) would show from now on.
  case containers(RuntimeView)
  /// What somebody who opens a log file of the node would find in it from now on.
  case file(NodeFile)
  case network(NetworkCall)
  case networkReply(NetworkReply)
  /// A system call, or a file of the kernel that is read.
  case kernel(KernelCall)
  case kernelReply(KernelReply)
  /// A frame on the cable between two machines.
  case frame(WireFrame)
  /// Somebody wants something from an address.
  case visit(VisitOrder)
  /// A datagram between a process and its kernel: what a socket got, or is to send.
  case datagram(SocketDatagram)
  /// What a process asked its kernel to try has ended.
  case visited(VisitEnd)
  /// A process of a container began or ended.
  case process(ProcessNews)
  /// Clients outside get something to do; only they hear it.
  case load(LoadOrder)
  /// The receiver of request `id` is not listening.
  case refused(id: Int64, by: Address)
  case closed(by: Address)

  public var refusal: Message? {
    switch self {
    case .request(let request): .refused(id: request.id, by: -1)
    case .transaction(let transaction): .refused(id: transaction.id, by: -1)
    case .range(let range): .refused(id: range.id, by: -1)
    case .exec(let call): .refused(id: call.id, by: -1)
    case .nodeCall(let call): .refused(id: call.id, by: -1)
    case .runtime(let call): .refused(id: call.id, by: -1)
    case .network(let call): .refused(id: call.id, by: -1)
    case .kernel(let call): .refused(id: call.id, by: -1)
    default: nil
    }
  }

  /// One word for the kind of message.
  public var name: String {
    switch self {
    case .command: "command"
    case .request: "request"
    case .response: "response"
    case .watch: "watch"
    case .transaction: "transaction"
    case .transacted: "transacted"
    case .range: "range"
    case .ranged: "ranged"
    case .committed: "committed"
    case .exec: "exec"
    case .executed: "executed"
    case .nodeCall: "node-call"
    case .nodeReply: "node-reply"
    case .leading: "leading"
    case .runtime: "runtime"
    case .runtimeReply: "runtime-reply"
    case .containers: "containers"
    case .file: "file"
    case .network: "network"
    case .networkReply: "network-reply"
    case .kernel: "kernel"
    case .kernelReply: "kernel-reply"
    case .frame: "frame"
    case .visit: "visit"
    case .datagram: "datagram"
    case .visited: "visited"
    case .process: "process"
    case .load: "load"
    case .refused: "refused"
    case .closed: "closed"
    }
  }

  /// What the message is about, in a few words: `POST pods/web`, `ADDED pod/web`, `201 pod/web`.
  public var summary: String {
    switch self {
    case .command(let command): command.line
    case .request(let request): request.summary
    case .response(let response): "\(response.code) \(response.about.text)"
    case .watch(let event): "\(event.type.rawValue) \(event.object.key.text)"
    case .transaction(let transaction): transaction.summary
    case .transacted(let reply): "\(reply.succeeded ? "ok" : "refused") \(reply.key.path) revision \(reply.revision)"
    case .range(let range): "range \(range.prefix)"
    case .ranged(let reply): "\(reply.objects.count) keys revision \(reply.revision)"
    case .committed(let commit): "\(commit.isDelete ? "DELETE" : "PUT") \(commit.object.key.path)"
    case .exec(let call): "exec \(call.pod.text)"
    case .executed(let result): "exit \(result.exitCode)"
    case .nodeCall(let call): call.summary
    case .nodeReply(let reply): "\(reply.code) \(reply.about)"
    case .leading(let leads): leads ? "holds the lease" : "lost the lease"
    case .runtime(let call): call.summary
    case .runtimeReply(let reply): reply.summary
    case .file(let file): file.summary
    case .containers(let view): "\(view.containers.count) containers"
    case .network(let call): call.summary
    case .networkReply(let reply): reply.summary
    case .kernel(let call): call.summary
    case .kernelReply(let reply): reply.summary
    case .frame(let frame): frame.packet.label
    case .visit(let order): order.text
    case .datagram(let datagram): DNSMessage(data: datagram.data)?.dump ?? datagram.data
    case .visited(let end): end.answer.map { DNSMessage(data: $0)?.dump ?? $0 } ?? "no answer"
    case .process(let news): "\(news.pod) \(news.isRunning ? "began" : "ended")"
    case .load(let order): order.summary
    case .refused: "connection refused"
    case .closed: "connection closed"
    }
  }

  public var value: Value { .map(("message", .string(name)), ("about", .string(summary))) }
}

// MARK: The API

/// A verb of the Kubernetes API, as the audit log writes it.
public enum APIVerb: String, Equatable, Sendable {
  case create
  case get
  case list
  case watch
  case update
  case patch
  case delete
}

/// What a client asks of kube-apiserver.
public struct Request: Sendable {
  /// What comes with the request.
  public enum Body: Sendable {
    case none
    case object(Object)
    /// pods/binding: the node the Pod goes to.
    case bind(node: String)
    /// pods/status, as the kubelet's and the scheduler's strategic merge patch would leave it.
    indirect case status(PodStatus)
    case patch(PatchKind, Value)
    case delete(Deletion)
    /// deployments/scale and its kin: how many replicas there should be.
    case scale(Int64)
    /// pods/log
    case logs(LogQuery)
    case exec(container: String, command: [String])
    /// serviceaccounts/token
    case token
    /// selfsubjectaccessreviews: may I?
    case access(Attempt)
  }

  /// The content type of a patch.
  public enum PatchKind: String, Equatable, Sendable {
    case strategic
    case merge
    case json
  }

  /// Numbered by the client; the answer carries it back.
  public var id: Int64
  /// Who asks, as the audit log names it: `kubectl`, `kube-scheduler`, `kubelet@node1`.
  public var user: String
  public var verb: APIVerb
  public var kind: Kind
  public var namespace: String
  public var name: String
  public var subresource: String = ""
  public var body: Body = .none
  public var selector: WatchSelector = .all
  /// Which of the listed objects are wanted; kube-apiserver leaves out the others.
  public var labels: LabelSelector? = nil
  public var fields: FieldSelector? = nil
  /// Whom the client says it acts for (`--as`); nothing where it acts for itself.
  public var impersonated: Identity? = nil
  /// Everything is checked and nothing is stored (`--dry-run=server`).
  public var isDryRun: Bool = false

  public init(id: Int64, user: String, verb: APIVerb, key: ObjectKey) {
    self.id = id
    self.user = user
    self.verb = verb
    kind = key.kind
    namespace = key.namespace
    name = key.name
  }

  public var key: ObjectKey { ObjectKey(kind, namespace, name) }

  public var isWrite: Bool {
    switch verb {
    case .get, .list, .watch: false
    case .create, .update, .patch, .delete: true
    }
  }

  public var summary: String {
    let method: String
    switch verb {
    case .create: method = "POST"
    case .get, .list: method = "GET"
    case .watch: method = "WATCH"
    case .update: method = "PUT"
    case .patch: method = "PATCH"
    case .delete: method = "DELETE"
    }
    let tail = subresource.isEmpty ? "" : "/\(subresource)"
    return "\(method) \(kind.plural)\(name.isEmpty ? "" : "/")\(name)\(tail)"
  }
}

/// The answer to a request.
public struct Response: Sendable {
  public var id: Int64
  public var code: Int64
  public var about: ObjectKey
  /// The object as stored, or as it was last.
  public var object: Object? = nil
  public var objects: [Object] = []
  /// The revision a list was read at.
  public var revision: Int64 = 0
  /// The reason of a failed Status, such as `NotFound`; empty on success.
  public var reason: String = ""
  /// The message of a failed Status; the output of exec, or a piece of a log.
  public var message: String = ""
  /// More comes on the same connection: a log that is followed.
  public var continues: Bool = false

  public init(id: Int64, code: Int64, about: ObjectKey) {
    self.id = id
    self.code = code
    self.about = about
  }

  public var isSuccess: Bool { code < 300 }
}

/// Which objects of a kind a watch wants.
public enum WatchSelector: Equatable, Sendable {
  case all
  /// `fieldSelector=spec.nodeName=…`
  case node(String)
  /// `fieldSelector=metadata.name=…` in one namespace.
  case name(namespace: String, name: String)

  public func matches(_ object: Object) -> Bool {
    switch self {
    case .all: true
    case .node(let node): object.pod?.spec.nodeName == node
    case .name(let namespace, let name): object.key.name == name && object.key.namespace == namespace
    }
  }
}

/// A line of a watch.
public struct WatchEvent: Sendable {
  /// The type as it stands in the stream.
  public enum Change: String, Equatable, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  public var type: Change
  public var object: Object
  public var revision: Int64

  public init(type: Change, object: Object, revision: Int64) {
    self.type = type
    self.object = object
    self.revision = revision
  }
}

// MARK: etcd

/// A compare-and-write of one key.
public struct Transaction: Sendable {
  public var id: Int64
  public var key: ObjectKey
  /// The modification revision the key must have; 0 means that it must not exist.
  public var expected: Int64
  /// What to put; nothing deletes the key.
  public var object: Object?

  public init(id: Int64, key: ObjectKey, expected: Int64, object: Object?) {
    self.id = id
    self.key = key
    self.expected = expected
    self.object = object
  }

  public var summary: String { "\(object == nil ? "delete" : "put") \(key.path) if revision \(expected)" }
}

/// etcd's answer to a transaction.
public struct Transacted: Sendable {
  public var id: Int64
  public var key: ObjectKey
  public var succeeded: Bool
  public var revision: Int64
  /// What stands there when the compare failed.
  public var current: Object?
}

/// A read of one key, of every key of a kind, or of everything.
public struct Range: Sendable {
  public var id: Int64
  public var kind: Kind
  /// Empty for all namespaces.
  public var namespace: String
  /// Empty for every key of the kind.
  public var name: String
  public var everything: Bool

  public init(id: Int64, kind: Kind, namespace: String = "", name: String = "") {
    self.id = id
    self.kind = kind
    self.namespace = namespace
    self.name = name
    everything = false
  }

  /// Reads the whole store, as a starting kube-apiserver does kind by kind.
  public init(everything id: Int64) {
    self.init(id: id, kind: .namespace)
    everything = true
  }

  public var prefix: String {
    if everything { return "/registry/" }
    if !name.isEmpty { return ObjectKey(kind, namespace, name).path }
    return namespace.isEmpty ? kind.prefix : "\(kind.prefix)\(namespace)/"
  }
}

/// What etcd holds there, and its revision.
public struct Ranged: Sendable {
  public var id: Int64
  public var objects: [Object]
  public var revision: Int64
}

/// One event of etcd's watch.
public struct Commit: Sendable {
  /// What is stored now, or what stood there before a delete.
  public var object: Object
  public var previous: Object?
  public var isDelete: Bool
  public var revision: Int64
}
