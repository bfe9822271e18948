import Clockwork

extension Check {
  mutating func containers(_ path: [String], _ containers: [Container], volumes: [String], others: [String]) {
    if containers.isEmpty {
      required(path)
      return
    }
    var names = others
    for (index, container) in containers.enumerated() {
      let here = path + ["\(index)"]
      if container.name.isEmpty {
        required(here + ["name"])
      } else {
        invalid(here + ["name"], container.name, NameRules.label(container.name))
      }
      if names.contains(container.name) {
        duplicate(here + ["name"], container.name)
      } else {
        names.append(container.name)
      }
      self.container(here, container, volumes: volumes)
      if path.last == "initContainers" { initContainer(here, container) }
    }
    hostPorts(path, containers)
  }

  private mutating func container(_ path: [String], _ container: Container, volumes: [String]) {
    image(path + ["image"], container.image)
    for hook in ["postStart", "preStop"] {
      if let action = container.lifecycle?[hook] { handler(path + ["lifecycle", hook], action) }
    }
    probe(path + ["livenessProbe"], container.livenessProbe, onlyOneSuccess: true)
    probe(path + ["readinessProbe"], container.readinessProbe, onlyOneSuccess: false)
    probe(path + ["startupProbe"], container.startupProbe, onlyOneSuccess: true)
    let policy = container.terminationMessagePolicy
    if policy != "File", policy != "FallbackToLogsOnError" {
      let detail = "must be 'File' or 'FallbackToLogsOnError'"
      let place = path + ["terminationMessagePolicy"]
      if policy.isEmpty { required(place, detail) } else { invalid(place, policy, detail) }
    }
    ports(path + ["ports"], container.ports)
    for (index, variable) in container.env.enumerated() { self.variable(path + ["env", "\(index)"], variable) }
    mounts(path + ["volumeMounts"], container.volumeMounts, volumes: volumes)
    choice(path + ["imagePullPolicy"], container.imagePullPolicy, ["Always", "IfNotPresent", "Never"])
    resources(path + ["resources"], container.resources)
  }

  mutating func image(_ path: [String], _ image: String) {
    if image.isEmpty { required(path) }
    let isSpace = { (character: Character?) in character == " " || character == "\t" || character == "\n" }
    if isSpace(image.first) || isSpace(image.last) {
      invalid(path, image, "must not have leading or trailing whitespace")
    }
  }

  private mutating func initContainer(_ path: [String], _ container: Container) {
    // A sidecar (restartPolicy Always) is an init container that may be probed.
    if version == .now, container.restartPolicy == "Always" { return }
    let detail =
      version == .then
      ? "must not be set for init containers"
      : "may not be set for init containers without"
        + " restartPolicy=Always"
    for (name, probe) in [
      ("livenessProbe", container.livenessProbe), ("readinessProbe", container.readinessProbe),
      ("startupProbe", container.startupProbe),
    ] {
      guard let probe else { continue }
      if version == .then {
        invalid(path + [name], value: probe.tree, detail)
      } else {
        forbidden(path + [name], detail)
      }
    }
  }

  private mutating func ports(_ path: [String], _ ports: [ContainerPort]) {
    var names: [String] = []
    for (index, port) in ports.enumerated() {
      let here = path + ["\(index)"]
      if !port.name.isEmpty {
        let problems = NameRules.port(port.name, version)
        invalid(here + ["name"], port.name, problems)
        if problems.isEmpty {
          if names.contains(port.name) { duplicate(here + ["name"], port.name) } else { names.append(port.name) }
        }
      }
      if port.containerPort == 0 {
        required(here + ["containerPort"])
      } else {
        portNumber(here + ["containerPort"], port.containerPort)
      }
      if port.hostPort != 0 { portNumber(here + ["hostPort"], port.hostPort) }
      choice(here + ["protocol"], port.protocol, ["SCTP", "TCP", "UDP"])
    }
  }

  mutating func portNumber(_ path: [String], _ number: Int64) {
    if number < 1 || number > 65_535 { invalid(path, number, NameRules.outside(1, 65_535)) }
  }

  private mutating func hostPorts(_ path: [String], _ containers: [Container]) {
    var taken: [String] = []
    for (index, container) in containers.enumerated() {
      for (place, port) in container.ports.enumerated() where port.hostPort != 0 {
        let text = "\(port.protocol)/\(port.hostIP)/\(port.hostPort)"
        if taken.contains(text) {
          duplicate(path + ["\(index)", "ports", "\(place)", "hostPort"], text)
        } else {
          taken.append(text)
        }
      }
    }
  }

  private mutating func variable(_ path: [String], _ variable: EnvVar) {
    if variable.name.isEmpty {
      required(path + ["name"])
    } else {
      invalid(path + ["name"], variable.name, NameRules.variable(variable.name, version))
    }
    guard let source = variable.valueFrom else { return }
    var count = 0
    for name in ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"]
    where source[name] != nil {
      count += 1
    }
    let here = path + ["valueFrom"]
    if count == 0 {
      invalid(here, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`")
    } else if !variable.value.isEmpty {
      invalid(here, "", "may not be specified when `value` is not empty")
    } else if count > 1 {
      invalid(here, "", "may not have more than one field specified at a time")
    }
  }

  private mutating func mounts(_ path: [String], _ mounts: [VolumeMount], volumes: [String]) {
    var places: [String] = []
    for (index, mount) in mounts.enumerated() {
      let here = path + ["\(index)"]
      if mount.name.isEmpty { required(here + ["name"]) }
      if !volumes.contains(mount.name) { notFound(here + ["name"], mount.name) }
      if mount.mountPath.isEmpty { required(here + ["mountPath"]) }
      if places.contains(mount.mountPath) { invalid(here + ["mountPath"], mount.mountPath, "must be unique") }
      places.append(mount.mountPath)
    }
  }
}
