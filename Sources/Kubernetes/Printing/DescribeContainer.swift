import Clockwork

extension Describe {
  /// The containers of a Pod with what their kubelet reported of them.
  static func containers(
    _ title: String,
    _ containers: [Container],
    _ statuses: [ContainerStatus],
    _ pod: Pod,
    _ version: Version,
    _ writer: inout TabWriter
  ) {
    writer.line("\(title):" + (containers.isEmpty ? " <none>" : ""))
    for container in containers {
      let status = statuses.first { $0.name == container.name }
      writer.line("\(container.name):", level: 1)
      image(container, status, version, &writer)
      command("Command", container.command, &writer)
      command("Args", container.args, &writer)
      if let status {
        state("State", status.state, &writer)
        if status.lastState.terminated != nil { state("Last State", status.lastState, &writer) }
        writer.line("Ready:\t\(status.ready ? "True" : "False")", level: 2)
        writer.line("Restart Count:\t\(status.restartCount)", level: 2)
      }
      resources("Limits", container.resources.limits, level: 2, &writer)
      resources("Requests", container.resources.requests, level: 2, &writer)
      probe("Liveness", container.livenessProbe, &writer)
      probe("Readiness", container.readinessProbe, &writer)
      probe("Startup", container.startupProbe, &writer)
      environment(container, pod, &writer)
      mounts(container, &writer)
    }
  }

  private static func image(
    _ container: Container,
    _ status: ContainerStatus?,
    _ version: Version,
    _ writer: inout TabWriter
  ) {
    if let status { writer.line("Container ID:\t\(status.containerID)", level: 2) }
    writer.line("Image:\t\(container.image)", level: 2)
    if let status { writer.line("Image ID:\t\(status.imageID)", level: 2) }
    var ports = ""
    var hostPorts = ""
    for (index, port) in container.ports.enumerated() {
      let separator = index > 0 ? ", " : ""
      ports += "\(separator)\(port.containerPort)/\(port.protocol)"
      if version == .now, !port.name.isEmpty { ports += " (\(port.name))" }
      hostPorts += "\(separator)\(port.hostPort)/\(port.protocol)"
    }
    let plural = container.ports.count > 1 ? "s" : ""
    writer.line("Port\(plural):\t\(ports.isEmpty ? "<none>" : ports)", level: 2)
    writer.line("Host Port\(plural):\t\(hostPorts.isEmpty ? "<none>" : hostPorts)", level: 2)
    if version == .now, let profile = container.securityContext?["seccompProfile"]?["type"]?.text {
      writer.line("SeccompProfile:\t\(profile)", level: 2)
    }
  }

  private static func command(_ title: String, _ words: [String], _ writer: inout TabWriter) {
    if words.isEmpty { return }
    writer.line("\(title):", level: 2)
    for word in words {
      for line in word.split(separator: "\n", omittingEmptySubsequences: false) { writer.line(String(line), level: 3) }
    }
  }

  private static func state(_ title: String, _ state: ContainerState, _ writer: inout TabWriter) {
    if let running = state.running {
      writer.line("\(title):\tRunning", level: 2)
      writer.line("Started:\t\(TimeText.longText(running.startedAt))", level: 3)
    } else if let end = state.terminated {
      writer.line("\(title):\tTerminated", level: 2)
      if !end.reason.isEmpty { writer.line("Reason:\t\(end.reason)", level: 3) }
      if !end.message.isEmpty { writer.line("Message:\t\(end.message)", level: 3) }
      writer.line("Exit Code:\t\(end.exitCode)", level: 3)
      if end.signal > 0 { writer.line("Signal:\t\(end.signal)", level: 3) }
      writer.line("Started:\t\(TimeText.longText(end.startedAt))", level: 3)
      writer.line("Finished:\t\(TimeText.longText(end.finishedAt))", level: 3)
    } else {
      writer.line("\(title):\tWaiting", level: 2)
      if let reason = state.waiting?.reason, !reason.isEmpty { writer.line("Reason:\t\(reason)", level: 3) }
    }
  }

  private static func probe(_ title: String, _ probe: Probe?, _ writer: inout TabWriter) {
    guard let probe else { return }
    var what = "unknown"
    if let exec = probe.exec {
      var words = ""
      for word in exec["command"]?.elements ?? [] { words += (words.isEmpty ? "" : " ") + word.plain }
      what = "exec [\(words)]"
    } else if let get = probe.httpGet {
      let scheme = (get["scheme"]?.plain ?? "http").lowercased()
      var path = get["path"]?.plain ?? ""
      if !path.isEmpty, !path.hasPrefix("/") { path = "/" + path }
      what = "http-get \(scheme)://\(get["host"]?.plain ?? ""):\(get["port"]?.plain ?? "")\(path)"
    } else if let socket = probe.tcpSocket {
      what = "tcp-socket \(socket["host"]?.plain ?? ""):\(socket["port"]?.plain ?? "")"
    } else if let grpc = probe.grpc {
      what = "grpc <pod>:\(grpc["port"]?.plain ?? "") \(grpc["service"]?.plain ?? "")"
    }
    let times = "delay=\(probe.initialDelaySeconds)s timeout=\(probe.timeoutSeconds)s period=\(probe.periodSeconds)s"
    let counts = "#success=\(probe.successThreshold) #failure=\(probe.failureThreshold)"
    writer.line("\(title):\t\(what) \(times) \(counts)", level: 2)
  }

  private static func environment(_ container: Container, _ pod: Pod, _ writer: inout TabWriter) {
    if !container.envFrom.isEmpty { writer.line("Environment Variables from:", level: 2) }
    for source in container.envFrom {
      let isMap = source["configMapRef"] != nil
      let reference = source[isMap ? "configMapRef" : "secretRef"]
      var kind = isMap ? "ConfigMap" : "Secret"
      if let prefix = source["prefix"]?.text, !prefix.isEmpty { kind += " with prefix '\(prefix)'" }
      let isOptional = reference?["optional"] == true
      writer.line("\(reference?["name"]?.plain ?? "")\t\(kind)\tOptional: \(isOptional ? "true" : "false")", level: 3)
    }
    writer.line("Environment:" + (container.env.isEmpty ? "\t<none>" : ""), level: 2)
    for variable in container.env {
      guard let source = variable.valueFrom else {
        for (index, line) in variable.value.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
          writer.line((index == 0 ? "\(variable.name):" : "") + "\t\(line)", level: 3)
        }
        continue
      }
      if let text = text(of: source, pod) { writer.line("\(variable.name):\t\(text)", level: 3) }
    }
  }

  /// Where a variable gets its value from, and the value itself when the Pod's metadata has it.
  private static func text(of source: Value, _ pod: Pod) -> String? {
    if let reference = source["fieldRef"] {
      let path = reference["fieldPath"]?.plain ?? ""
      let value =
        switch path {
        case "metadata.name": pod.metadata.name
        case "metadata.namespace": pod.metadata.namespace
        case "metadata.uid": pod.metadata.uid
        default: ""
        }
      return "\(value) (\(reference["apiVersion"]?.plain ?? "v1"):\(path))"
    }
    if let reference = source["resourceFieldRef"] { return " (\(reference["resource"]?.plain ?? ""))" }
    for (kind, text) in [("secretKeyRef", "in secret"), ("configMapKeyRef", "of config map")] {
      guard let reference = source[kind] else { continue }
      let isOptional = reference["optional"] == true ? "true" : "false"
      let key = reference["key"]?.plain ?? ""
      return "<set to the key '\(key)' \(text) '\(reference["name"]?.plain ?? "")'>\tOptional: \(isOptional)"
    }
    return nil
  }

  private static func mounts(_ container: Container, _ writer: inout TabWriter) {
    writer.line("Mounts:" + (container.volumeMounts.isEmpty ? "\t<none>" : ""), level: 2)
    for mount in stable(container.volumeMounts, { $0.mountPath < $1.mountPath }) {
      var flags = mount.readOnly ? "ro" : "rw"
      if !mount.subPath.isEmpty { flags += ",path=" + LabelText.quoted(mount.subPath) }
      writer.line("\(mount.mountPath) from \(mount.name) (\(flags))", level: 3)
    }
  }
}
