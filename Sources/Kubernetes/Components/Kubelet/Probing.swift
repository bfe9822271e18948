import Clockwork

/// The probes of a Pod's containers: when they are asked, what they are asked, and what follows from the answers.
extension Kubelet {
  /// One prober for each container and probe, from the moment the Pod is admitted.
  mutating func addProbers(_ uid: String, _ now: Time) {
    guard let worker = workers[uid], worker.probers.isEmpty else { return }
    var probers: [Prober] = []
    let sidecars = worker.pod.spec.initContainers.filter { $0.restartPolicy == "Always" }
    for container in worker.pod.spec.containers + sidecars {
      let all: [(Prober.Kind, Probe?)] = [
        (.startup, container.startupProbe), (.readiness, container.readinessProbe),
        (.liveness, container.livenessProbe),
      ]
      for (kind, probe) in all {
        guard let probe else { continue }
        let ticks = ticks(max(1, probe.periodSeconds) * 1000, now)
        probers.append(Prober(container.name, kind, probe, ticks: ticks, isEager: version == .now))
      }
    }
    if !probers.isEmpty { change(uid) { $0.probers = probers } }
  }

  /// A prober waits for a random part of its period first; "now" only while the kubelet itself is young.
  private mutating func ticks(_ period: Time, _ now: Time) -> Grid {
    let isYoung = version == .then || startedAt.map { now - $0 < period } ?? false
    return isYoung ? Grid(period: period, &random, from: now) : Grid(period: period, phase: now)
  }

  func offerProbes(_ worker: inout PodWorker, _ offers: inout KubeOffers) {
    for prober in worker.probers {
      let subject = Kubelet.subject(worker, prober)
      if let due = prober.due {
        offers.add(.probe, subject, due: due, background: prober.isSteady)
      } else if offers.want == .all, !worker.isGone {
        let isStarted = worker.passes(.startup, prober.container, prober.id)
        offers.add(.probe, subject, when: false, else: isStarted ? .nothingToProbe : .startupFirst)
      }
    }
  }

  private static func subject(_ worker: PodWorker, _ prober: Prober) -> Kube.Subject {
    .named("\(Kube.Subject.container(worker.key, prober.container).description):\(prober.kind.rawValue)")
  }

  /// Asks a container, or gives up a question that has had no answer in time.
  ///
  /// False when the question is about another Pod.
  mutating func probe(_ subject: Kube.Subject, _ uid: String, _ out: inout KubeOutbox) -> Bool {
    guard let worker = workers[uid],
      let place = worker.probers.firstIndex(where: { Kubelet.subject(worker, $0) == subject })
    else { return false }
    let prober = worker.probers[place]
    if let call = prober.call {
      callers.removeValue(for: call)
      reaches[call] = nil
      out.note(Fact("fact.kubelet.probe-timeout", ("seconds", .integer(max(1, prober.probe.timeoutSeconds)))))
      conclude(uid, place, false, timeoutText(worker, prober), out.now)
      return true
    }
    let (operation, target) = question(worker, prober)
    let id = nextCall(for: uid)
    change(uid) { $0.probers[place].ask(id, out.now) }
    out.note(
      Fact("fact.kubelet.probe", ("kind", .string(prober.kind.rawValue)), ("target", .string(target)))
    )
    if case .connect(let visit) = operation { reach(worker, id, visit.port, &out) }
    out.send(.runtime(RuntimeCall(id: id, pod: worker.key, uid: uid, operation: operation)), to: runtime)
    return true
  }

  /// What the runtime is asked, and how a person would write it.
  private func question(_ worker: PodWorker, _ prober: Prober) -> (RuntimeCall.Operation, String) {
    let probe = prober.probe
    if let exec = probe.exec {
      let command = (exec["command"]?.elements ?? []).map { $0.plain }
      return (.exec(id: prober.id, command: command), command.joined(separator: " "))
    }
    let (port, isDeclared) = port(worker, prober)
    let path = probe.httpGet.map { $0["path"]?.text ?? "/" } ?? ""
    let visit = PortVisit(id: prober.id, port: port, path: path, isDeclared: isDeclared)
    return (.connect(visit), address(worker, prober))
  }

  /// The number of the port that a probe names, and whether the container says that it listens there.
  private func port(_ worker: PodWorker, _ prober: Prober) -> (Int64, Bool) {
    let probe = prober.probe
    let wanted = probe.httpGet?["port"] ?? probe.tcpSocket?["port"] ?? probe.grpc?["port"]
    let ports = worker.container(prober.container)?.ports ?? []
    if let name = wanted?.text {
      let found = ports.first { $0.name == name }?.containerPort
      return (found ?? 0, found != nil)
    }
    let number = wanted?.integer ?? 0
    return (number, ports.contains { $0.containerPort == number })
  }

  /// Where a probe goes: `http://10.9.1.2:8080/healthz`, or `10.9.1.2:5432`.
  private func address(_ worker: PodWorker, _ prober: Prober) -> String {
    let get = prober.probe.httpGet
    let named = (get ?? prober.probe.tcpSocket)?["host"]?.text ?? ""
    let host = named.isEmpty ? worker.report.status.podIP : named
    let place = "\(host):\(port(worker, prober).0)"
    guard let get else { return place }
    let scheme = get["scheme"]?.text == "HTTPS" ? "https" : "http"
    let path = get["path"]?.text ?? "/"
    return "\(scheme)://\(place)\(path.hasPrefix("/") ? "" : "/")\(path)"
  }

  // MARK: Answers

  /// Takes the answer to a probe.
  ///
  /// False when the call was none.
  mutating func settleProbe(_ reply: RuntimeReply, _ uid: String, _ now: Time) -> Bool {
    guard let worker = workers[uid], let place = worker.probers.firstIndex(where: { $0.call == reply.id }) else {
      return false
    }
    let prober = worker.probers[place]
    let (isKnown, failure) = weigh(reply, uid)
    guard isKnown else { return true }
    if let failure {
      conclude(uid, place, false, failureText(worker, prober, 0, failure), now)
      return true
    }
    switch reply.outcome {
    case .executed(let code, let output): conclude(uid, place, code == 0, Kubelet.trimmed(output), now)
    case .connected(let status):
      let isGood = status > 0 && (prober.probe.httpGet == nil || (200..<400).contains(status))
      conclude(uid, place, isGood, failureText(worker, prober, status), now)
    case .failed(let error):
      // The question could not be asked: that says nothing about the container.
      change(uid) { $0.probers[place].drop() }
      if prober.probe.exec != nil, worker.records(prober.container).first?.phase == .running {
        tell(
          uid,
          "Warning",
          "Unhealthy",
          text.probeErrored(prober.kind.title, error),
          container: prober.container,
          at: now
        )
      }
    default: change(uid) { $0.probers[place].drop() }
    }
    return true
  }

  private mutating func conclude(_ uid: String, _ place: Int, _ isGood: Bool, _ output: String, _ now: Time) {
    guard let worker = workers[uid] else { return }
    let prober = worker.probers[place]
    if !isGood {
      let message = text.probeFailed(prober.kind.title, output)
      tell(uid, "Warning", "Unhealthy", message, container: prober.container, at: now)
    }
    var hasChanged = false
    change(uid) { hasChanged = $0.probers[place].take(isGood) }
    guard hasChanged, let changed = workers[uid], changed.life == .running, !changed.isGone else { return }
    if !isGood, prober.kind != .readiness {
      // The next pass has the container killed.
      change(uid) { $0.isPending = true }
      return
    }
    let status = maker(changed, now).status()
    change(uid) { worker in
      worker.report.set(status)
      worker.showProbers(now)
    }
  }

  private func failureText(_ worker: PodWorker, _ prober: Prober, _ status: Int64, _ why: String? = nil) -> String {
    let place = address(worker, prober)
    if status > 0 { return text.probeStatus(status) }
    let host = "\(worker.report.status.podIP):\(port(worker, prober).0)"
    let failure = why.map { text.connectionFailed(host, $0) } ?? text.connectionRefused(host)
    if prober.probe.httpGet != nil { return "Get \"\(place)\": \(failure)" }
    if prober.probe.grpc != nil { return text.grpcUnreachable(host, seconds: max(1, prober.probe.timeoutSeconds)) }
    return failure
  }

  private func timeoutText(_ worker: PodWorker, _ prober: Prober) -> String {
    let (_, target) = question(worker, prober)
    return prober.probe.exec == nil ? text.probeTimeout(target) : text.commandTimeout(target)
  }

  private static func trimmed(_ output: String) -> String {
    var text = output[...]
    while let last = text.last, last == "\n" || last == " " { text.removeLast() }
    return String(text)
  }
}

extension Verb {
  static let probe: Verb = "probe"
}

extension Obstacle {
  fileprivate static var nothingToProbe: Obstacle { Obstacle("obstacle.kubelet.nothing-to-probe") }
  fileprivate static var startupFirst: Obstacle { Obstacle("obstacle.kubelet.startup-first") }
}
