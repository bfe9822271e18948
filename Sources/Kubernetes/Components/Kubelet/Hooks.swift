import Clockwork

// What a container wants done right after its start and right before its end (pkg/kubelet: lifecycle, kuberuntime).
extension Kubelet {
  /// A hook of a container: a command in it, a request to it, or a pause.
  enum Hook {
    case exec([String])
    case get(path: String, port: Int64, isDeclared: Bool)
    case sleep(Time)
    /// One that the release does not know.
    case none

    init(_ container: Container, _ name: String, _ version: Version) {
      guard let action = container.lifecycle?[name] else {
        self = .none
        return
      }
      if let exec = action["exec"] {
        self = .exec((exec["command"]?.elements ?? []).map { $0.plain })
      } else if let get = action["httpGet"] {
        let named = get["port"]?.text.flatMap { name in container.ports.first { $0.name == name }?.containerPort }
        let port = named ?? get["port"]?.integer ?? 80
        let isDeclared = container.ports.contains { $0.containerPort == port }
        self = .get(path: get["path"]?.text ?? "/", port: port, isDeclared: isDeclared)
      } else if version == .now, let seconds = action["sleep"]?["seconds"]?.integer {
        self = .sleep(seconds * 1000)
      } else {
        self = .none
      }
    }

    var isNone: Bool {
      if case .none = self { return true }
      return false
    }

    /// As a person would write it.
    var target: String {
      switch self {
      case .exec(let command): command.joined(separator: " ")
      case .get(let path, let port, _): "GET :\(port)\(path)"
      case .sleep(let time): "sleep \(time / 1000)"
      case .none: ""
      }
    }
  }

  /// Runs a hook; the work that waits for it is told when it is over.
  private mutating func run(_ hook: Hook, of id: String, for work: Work, _ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid] else { return }
    out.note(Fact("fact.kubelet.hook", ("target", .string(hook.target))))
    let number = nextCall(for: uid)
    change(uid) { $0.calls.append(PodWorker.Call(id: number, work: work, isRequest: false)) }
    let operation: RuntimeCall.Operation
    switch hook {
    case .exec(let command): operation = .exec(id: id, command: command)
    case .get(let path, let port, let isDeclared):
      operation = .connect(PortVisit(id: id, port: port, path: path, isDeclared: isDeclared))
    // Nobody is asked: its time is up by itself.
    case .sleep, .none: return
    }
    out.send(.runtime(RuntimeCall(id: number, pod: worker.key, uid: uid, operation: operation)), to: runtime)
  }

  // MARK: postStart

  /// The container runs; before the next one is started its hook has to be over.
  mutating func followStart(of name: String, _ uid: String) {
    guard let container = workers[uid]?.container(name), !Hook(container, "postStart", version).isNone else { return }
    change(uid) { $0.plan.insert(.postStart(name), at: 0) }
  }

  mutating func beginPostStart(_ name: String, _ uid: String, _ out: inout KubeOutbox) {
    guard let worker = workers[uid], let container = worker.container(name) else { return }
    let id = worker.running(name)?.id ?? ""
    let hook = Hook(container, "postStart", version)
    run(hook, of: id, for: .postStart(name), uid, &out)
    if case .sleep(let time) = hook { change(uid) { $0.hookEnds[name] = out.now + time } }
  }

  /// A container whose hook has failed is killed, and started again as any other that ends.
  mutating func finishPostStart(_ name: String, _ outcome: RuntimeReply.Outcome, _ uid: String, _ now: Time) {
    guard let worker = workers[uid], let container = worker.container(name),
      let message = failure(Hook(container, "postStart", version), outcome, container, worker)
    else { return }
    tell(uid, "Warning", "FailedPostStartHook", text.hookFailed("PostStartHook", message), container: name, at: now)
    change(uid) { $0.fail(name, "PostStartHookError", message) }
    guard let id = worker.running(name)?.id else { return }
    change(uid) { $0.plan.insert(.stop(id: id, name: name, message: "FailedPostStartHook"), at: 0) }
  }

  // MARK: preStop

  /// Runs the hook of a container that is to end; false where there is none, or no time for it.
  mutating func beginPreStop(_ id: String, _ name: String, _ uid: String, _ out: inout KubeOutbox) -> Bool {
    guard let worker = workers[uid], let container = worker.container(name) else { return false }
    let hook = Hook(container, "preStop", version)
    let seconds = givenGrace(worker)
    guard !hook.isNone, seconds > 0 else { return false }
    run(hook, of: id, for: .preStop(id: id, name: name, from: out.now), uid, &out)
    // What the hook takes counts as grace; when that is over nobody waits for it any longer.
    var wait = seconds * 1000
    if case .sleep(let time) = hook { wait = min(wait, time) }
    change(uid) { $0.hookEnds[name] = out.now + wait }
    return true
  }

  /// The hook is over: the process hears of its end, with the grace that is left.
  mutating func finishPreStop(
    _ id: String,
    _ name: String,
    from start: Time,
    _ outcome: RuntimeReply.Outcome?,
    _ uid: String,
    _ now: Time
  ) {
    guard let worker = workers[uid] else { return }
    if let outcome, let container = worker.container(name),
      let message = failure(Hook(container, "preStop", version), outcome, container, worker)
    {
      tell(uid, "Warning", "FailedPreStopHook", text.hookFailed("PreStopHook", message), container: name, at: now)
    }
    let left = max(givenGrace(worker) - (now - start) / 1000, version == .then ? 2 : 1)
    change(uid) { worker in
      worker.hookEnds[name] = nil
      worker.plan.insert(.terminate(id: id, name: name, seconds: left), at: 0)
    }
  }

  // MARK: Time

  /// Hooks whose time will be up.
  func offerHooks(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    for call in worker.calls {
      guard let name = call.work.hooked, let due = worker.hookEnds[name] else { continue }
      offers.add(.giveUpHook, .container(worker.key, name), due: due)
    }
  }

  /// The time of a hook is up; false when the action is about something else.
  mutating func endHook(_ action: KubeAction, _ uid: String, _ out: inout KubeOutbox) -> Bool {
    guard action.verb == .giveUpHook, let worker = workers[uid] else { return false }
    for call in worker.calls {
      guard let name = call.work.hooked, action.subject == .container(worker.key, name) else { continue }
      callers.removeValue(for: call.id)
      change(uid) { worker in
        worker.calls.removeAll { $0 == call }
        worker.hookEnds[name] = nil
      }
      if case .preStop(let id, _, let start) = call.work { finishPreStop(id, name, from: start, nil, uid, out.now) }
      advance(uid, out.now)
      return true
    }
    return false
  }

  /// Why a hook has failed; nothing where it has not.
  private func failure(
    _ hook: Hook,
    _ outcome: RuntimeReply.Outcome,
    _ container: Container,
    _ worker: PodWorker
  ) -> String? {
    switch (hook, outcome) {
    case (.exec(let command), .executed(let code, let output)):
      if code == 0 { return nil }
      let error = "command '\(command.joined(separator: " "))' exited with \(code): "
      return text.execHookFailed(command, container.name, worker.title, error, output)
    case (.exec(let command), .failed(let error)):
      return text.execHookFailed(command, container.name, worker.title, error, "")
    case (.get(let path, let port, _), .connected(let status)):
      if status > 0 { return nil }
      let place = "\(worker.report.status.podIP):\(port)"
      let error = "Get \"http://\(place)\(path)\": \(text.connectionRefused(place))"
      return text.getHookFailed(path, container.name, worker.title, error)
    case (.get(let path, _, _), .failed(let error)):
      return text.getHookFailed(path, container.name, worker.title, error)
    default: return nil
    }
  }
}

extension PodWorker {
  /// The container of a name that runs now.
  fileprivate func running(_ name: String) -> ContainerRecord? {
    actual.last { $0.name == name && !$0.isSandbox && $0.phase == .running }
  }
}

extension PodWorker.Work {
  /// The container whose hook this is.
  fileprivate var hooked: String? {
    switch self {
    case .postStart(let name), .preStop(_, let name, _): name
    default: nil
    }
  }
}

extension Verb {
  fileprivate static let giveUpHook: Verb = "end-hook"
}
