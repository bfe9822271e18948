public import Clockwork

/// What one component says to another.
public enum Message: Letter, Sendable {
  /// A person types a line; only kubectl hears it.
  // The large ones lie in a box of their own: a message is copied from hand to hand.
  indirect case command(Command)
  indirect case request(Request)
  indirect case response(Response)
  case watch(WatchEvent)
  /// An open watch is told how far it is.
  case bookmark(WatchBookmark)
  /// The last item of a watch that cannot go on.
  case watchError(WatchError)
  case transaction(Transaction)
  case transacted(Transacted)
  case range(Range)
  case ranged(Ranged)
  case committed(Commit)
  case compaction(Compaction)
  case compacted(Compacted)
  /// etcd cannot answer request `id`, or goes on with no watch where there is no number.
  case unavailable(id: Int64, reason: String)
  /// Members of etcd among themselves.
  indirect case raft(RaftMessage)
  /// Nothing comes through from a component any more, or it does again.
  case link(isUp: Bool, by: Address)
  /// The node API of the kubelet (port 10250): the one thing the apiserver asks of a kubelet.
  indirect case exec(ExecCall)
  indirect case executed(ExecResult)
  /// Another call to the node API: logs for kube-apiserver, measurements for metrics-server.
  indirect case nodeCall(NodeCall)
  indirect case nodeReply(NodeReply)
  /// A webhook is asked about an object before it is stored.
  indirect case review(AdmissionReview)
  indirect case reviewed(AdmissionAnswer)
  /// The API of a made-up cloud.
  case cloud(CloudCall)
  case cloudReply(CloudReply)
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
  /// The clock of the receiver's machine is wrong by so much.
  case clock(skew: Time)

  public static func interrupted(by component: Address) -> Message? { .link(isUp: false, by: component) }
  public static func resumed(by component: Address) -> Message? { .link(isUp: true, by: component) }

  public var refusal: Message? {
    switch self {
    case .request(let request): .refused(id: request.id, by: -1)
    case .transaction(let transaction): .refused(id: transaction.id, by: -1)
    case .range(let range): .refused(id: range.id, by: -1)
    case .compaction(let asked): .refused(id: asked.id, by: -1)
    case .exec(let call): .refused(id: call.id, by: -1)
    case .nodeCall(let call): .refused(id: call.id, by: -1)
    case .review(let review): .refused(id: review.id, by: -1)
    case .cloud(let call): .refused(id: call.id, by: -1)
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
    case .bookmark: "bookmark"
    case .watchError: "watch-error"
    case .compaction: "compaction"
    case .compacted: "compacted"
    case .transaction: "transaction"
    case .transacted: "transacted"
    case .range: "range"
    case .ranged: "ranged"
    case .committed: "committed"
    case .unavailable: "unavailable"
    case .raft: "raft"
    case .link: "link"
    case .exec: "exec"
    case .executed: "executed"
    case .nodeCall: "node-call"
    case .nodeReply: "node-reply"
    case .review: "review"
    case .reviewed: "reviewed"
    case .cloud: "cloud"
    case .cloudReply: "cloud-reply"
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
    case .clock: "clock"
    }
  }

  /// What the message is about, in a few words: `POST pods/web`, `ADDED pod/web`, `201 pod/web`.
  public var summary: String {
    switch self {
    case .command(let command): command.line
    case .request(let request): request.summary
    case .response(let response): "\(response.code) \(response.about.text)"
    case .watch(let event): "\(event.type.rawValue) \(event.object.key.text)"
    case .bookmark(let mark): "BOOKMARK \(mark.kind.plural) \(mark.revision)"
    case .watchError(let error): "ERROR \(error.code) \(error.message)"
    case .compaction(let asked): asked.summary
    case .compacted(let answer):
      "\(Compaction.key) \(answer.succeeded ? "noted" : "noted by another") revision \(answer.revision)"
    case .transaction(let transaction): transaction.summary
    case .transacted(let reply): "\(reply.succeeded ? "ok" : "refused") \(reply.key.path) revision \(reply.revision)"
    case .range(let range): "range \(range.prefix)"
    case .ranged(let reply): "\(reply.objects.count) keys revision \(reply.revision)"
    case .unavailable(_, let reason): reason
    case .raft(let word): word.summary
    case .link(let isUp, _): isUp ? "connection back" : "connection silent"
    case .committed(let commit): "\(commit.isDelete ? "DELETE" : "PUT") \(commit.object.key.path)"
    case .exec(let call): "exec \(call.pod.text)"
    case .executed(let result): "exit \(result.exitCode)"
    case .nodeCall(let call): call.summary
    case .nodeReply(let reply): "\(reply.code) \(reply.about)"
    case .review(let review): "AdmissionReview \(review.subject.text)"
    case .reviewed(let answer): answer.summary
    case .cloud(let call): call.summary
    case .cloudReply(let reply): reply.summary
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
    case .clock(let skew): "clock \(skew < 0 ? "behind" : "ahead") by \(abs(skew) / 1000) s"
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
  /// The revision that a watch goes on from; 0 where it begins with a list.
  public var since: Int64 = 0
  /// Whom the client says it acts for (`--as`); nothing where it acts for itself.
  public var impersonated: Identity? = nil
  /// A path that is no resource's, such as `/readyz?verbose`; the key then means nothing.
  public var path: String = ""
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
    if !path.isEmpty { return "\(method) \(path)" }
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

/// A `BOOKMARK` of a watch: an object with a resourceVersion and nothing else.
public struct WatchBookmark: Sendable {
  public var kind: Kind
  public var revision: Int64
}

/// An `ERROR` of a watch: a Status, after which the stream is closed.
public struct WatchError: Sendable {
  /// The request that opened the watch.
  public var id: Int64
  public var kind: Kind
  public var code: Int64 = 410
  public var reason: String = "Expired"
  public var message: String

  init(id: Int64, kind: Kind, message: String) {
    self.id = id
    self.kind = kind
    self.message = message
  }
}
