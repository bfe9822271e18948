import Clockwork

/// A ghost that does one thing of its own for every object that a message brings before it.
struct Meddler: Ghost {
  typealias Model = Kube

  private let verb: Verb
  /// The object that a message to its host brings, where the ghost has something to do about it.
  private var inward: (Message) -> Object? = { _ in nil }
  /// The same for what its host says.
  private var outward: (Message) -> Object? = { _ in nil }
  /// True for messages that the host must not hear.
  private var hides: (Message) -> Bool = { _ in false }
  /// True for messages that the host must not send.
  private var silences: (Message) -> Bool = { _ in false }
  private let act: (Object, inout KubeOutbox) -> Void
  /// True when the host has to wait until the ghost is done with an object.
  private var blocks: Verb?
  private var waiting: [Object] = []
  /// Each object is meddled with once.
  private var known: Table<String, Bool> = [:]

  init(_ verb: Verb, act: @escaping (Object, inout KubeOutbox) -> Void) {
    self.verb = verb
    self.act = act
  }

  mutating func hear(_ message: Message, from sender: Address, at now: Time) -> Message? {
    if let object = inward(message) { take(object) }
    return hides(message) ? nil : message
  }

  mutating func alter(_ message: Message, to receiver: Address) -> [(message: Message, receiver: Address)] {
    if let object = outward(message) { take(object) }
    return silences(message) ? [] : [(message, receiver)]
  }

  private mutating func take(_ object: Object) {
    let name = "\(object.key.path) \(object.uid)"
    guard known[name] == nil else { return }
    known[name] = true
    waiting.append(object)
  }

  func offers(_ offers: inout KubeOffers) {
    if let object = waiting.first { offers.add(verb, .object(object.key)) }
  }

  func forbids(_ verb: Verb, _ subject: Kube.Subject) -> Bool {
    guard let blocks, verb == blocks else { return false }
    return waiting.contains { subject == .object($0.key) }
  }

  mutating func perform(_ action: KubeAction, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == verb, let place = waiting.firstIndex(where: { action.subject == .object($0.key) }) else {
      return false
    }
    act(waiting.remove(at: place), &out)
    return true
  }
}

extension Meddler {
  /// A Pod that nobody has given a node yet.
  private static func unbound(_ object: Object) -> Object? {
    guard let pod = object.pod, pod.spec.nodeName.isEmpty, pod.metadata.deletionTimestamp == nil else { return nil }
    return object
  }

  private static func watched(_ message: Message) -> Object? {
    guard case .watch(let event) = message, event.type != .deleted else { return nil }
    return event.object
  }

  /// The Pod as if the scheduler had chosen a node for it.
  private static func bind(_ object: Object, to node: String) -> Object {
    var bound = object
    bound.updatePod { $0.spec.nodeName = node }
    return bound
  }

  private static func added(_ object: Object) -> Message {
    .watch(WatchEvent(type: .added, object: object, revision: object.resourceVersion))
  }

  /// etcd hands every new Pod to a node.
  static func dispatching(_ scene: Scene) -> Meddler {
    let (node, kubelet) = (scene.node, scene.kubelet)
    var ghost = Meddler("dispatch") { object, out in out.send(added(bind(object, to: node)), to: kubelet) }
    ghost.outward = { message in
      guard case .committed(let commit) = message, commit.previous == nil else { return nil }
      return unbound(commit.object)
    }
    return ghost
  }

  /// kube-apiserver tells a kubelet to run a Pod.
  static func ordering(_ scene: Scene) -> Meddler {
    let (node, kubelet) = (scene.node, scene.kubelet)
    var ghost = Meddler("order") { object, out in out.send(added(bind(object, to: node)), to: kubelet) }
    ghost.outward = { message in watched(message).flatMap { unbound($0) } }
    return ghost
  }

  /// kube-apiserver chooses the node itself.
  static func assigning(_ scene: Scene) -> Meddler {
    let (node, apiserver) = (scene.node, scene.apiserver)
    var ghost = Meddler("assign") { object, out in
      var request = Request(id: -1, user: "kube-apiserver", verb: .create, key: object.key)
      request.subresource = "binding"
      request.body = .bind(node: node)
      out.send(.request(request), to: apiserver)
    }
    ghost.outward = { message in watched(message).flatMap { unbound($0) } }
    return ghost
  }

  /// A kubelet takes Pods that have no node.
  static func claiming(_ scene: Scene) -> Meddler {
    let (node, apiserver) = (scene.node, scene.apiserver)
    var ghost = Meddler("claim") { object, out in
      var request = Request(id: -1, user: "kubelet@\(node)", verb: .create, key: object.key)
      request.subresource = "binding"
      request.body = .bind(node: node)
      out.send(.request(request), to: apiserver)
    }
    ghost.inward = { message in watched(message).flatMap { unbound($0) } }
    ghost.hides = { message in
      guard case .watch(let event) = message, let pod = event.object.pod else { return false }
      return pod.spec.nodeName != node
    }
    return ghost
  }

  /// The DaemonSet's controller puts its Pods on their nodes itself.
  static func placing(_ scene: Scene) -> Meddler {
    let apiserver = scene.apiserver
    var ghost = Meddler("bind") { object, out in
      guard let pod = object.pod else { return }
      let user = "kube-controller-manager/daemon-set-controller"
      var request = Request(id: -1, user: user, verb: .create, key: object.key)
      request.subresource = "binding"
      request.body = .bind(node: DaemonSet.node(of: pod))
      out.send(.request(request), to: apiserver)
    }
    ghost.inward = { message in
      guard let object = watched(message).flatMap({ unbound($0) }), let pod = object.pod else { return nil }
      return DaemonSet.node(of: pod).isEmpty ? nil : object
    }
    return ghost
  }

  /// A kubelet looks every new Pod up in etcd, to see whether it is for its node.
  static func peeking(_ scene: Scene) -> Meddler {
    let (node, etcd) = (scene.node, scene.etcd)
    var ghost = Meddler("peek") { object, out in
      let key = object.key
      out.send(.range(Range(id: -1, kind: key.kind, namespace: key.namespace, name: key.name)), to: etcd)
    }
    ghost.inward = { message in watched(message) }
    ghost.hides = { message in
      guard case .watch(let event) = message, let pod = event.object.pod else { return false }
      return pod.spec.nodeName != node
    }
    ghost.blocks = "observe"
    return ghost
  }

  /// kube-proxy connects a Pod to the network: it has been asked to, in the plugin's place.
  static func plugging(for runtime: Address) -> Meddler {
    var ghost = Meddler("plug") { object, out in
      out.note(Fact("fact.ghost.plugged", ("object", .string(object.key.text))))
      let reply = NetworkReply(id: Int64(object.uid) ?? 0, ip: "198.51.100.7")
      out.send(.networkReply(reply), to: runtime)
    }
    ghost.inward = { message in
      guard case .network(let call) = message else { return nil }
      // The number of the call is what tells one from the next.
      var pod = Pod(metadata: ObjectMeta(name: call.pod.name, namespace: call.pod.namespace))
      pod.metadata.uid = "\(call.id)"
      return Object(pod: pod)
    }
    ghost.hides = { message in
      if case .network = message { return true }
      return false
    }
    return ghost
  }

  /// The scheduler starts what it has placed, instead of writing down where it belongs.
  static func launching(_ scene: Scene) -> Meddler {
    let runtime = scene.runtime
    var ghost = Meddler("launch") { object, out in
      let call = RuntimeCall(id: -1, pod: object.key, uid: object.uid, operation: .runSandbox)
      out.send(.runtime(call), to: runtime)
    }
    func isBinding(_ message: Message) -> Bool {
      guard case .request(let request) = message, case .bind = request.body else { return false }
      return true
    }
    ghost.outward = { message in
      guard case .request(let request) = message, isBinding(message) else { return nil }
      return Object(pod: Pod(metadata: ObjectMeta(name: request.name, namespace: request.namespace)))
    }
    ghost.silences = { isBinding($0) }
    return ghost
  }

  /// A stored object makes what it describes.
  static func spawning(_ scene: Scene) -> Meddler {
    let apiserver = scene.apiserver
    var ghost = Meddler("spawn") { object, out in
      for request in pods(of: object) { out.send(.request(request), to: apiserver) }
    }
    ghost.outward = { message in
      guard let object = watched(message), object.kind == .deployment else { return nil }
      return object
    }
    return ghost
  }

  /// The Pods that a Deployment describes, as requests to create them.
  private static func pods(of object: Object) -> [Request] {
    let tree = object.value
    guard let template = tree.at(["spec", "template"]) else { return [] }
    var requests: [Request] = []
    for number in 0..<(tree.at(["spec", "replicas"])?.integer ?? 1) {
      var metadata = template["metadata"] ?? .emptyMap
      metadata["name"] = .string("\(object.name)-\(number)")
      var value: Value = .map(("apiVersion", .string("v1")), ("kind", .string("Pod")))
      value["metadata"] = metadata
      value["spec"] = template["spec"] ?? .emptyMap
      var problems: [FieldProblem] = []
      guard let pod = Object(value: value, problems: &problems) else { continue }
      let key = ObjectKey(.pod, object.namespace, pod.name)
      var request = Request(id: -1, user: "deployment/\(object.name)", verb: .create, key: key)
      request.body = .object(pod)
      requests.append(request)
    }
    return requests
  }
}
