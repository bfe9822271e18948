import Clockwork

/// What somebody sees who logs in to a node: containers, and files under `/var/log`.
enum NodeView {
  /// `crictl ps -a`, newest first; "then" it is what `docker ps -a` holds, in the same columns.
  static func containers(in world: KubeWorld, at address: Address) -> String {
    guard let store = store(in: world, at: address) else { return "" }
    var writer = TabWriter.table
    writer.line("CONTAINER\tIMAGE\tCREATED\tSTATE\tNAME\tATTEMPT\tPOD ID\tPOD")
    for id in store.order.reversed() {
      guard let record = store[id], !record.isSandbox else { continue }
      let age = TimeText.age(milliseconds: world.now - record.createdAt)
      let state = record.phase == .created ? "Created" : (record.phase == .running ? "Running" : "Exited")
      let cells = [
        ContainerStore.short(id), record.image, "\(age) ago", state, record.name, "\(record.attempt)",
        ContainerStore.short(record.sandbox), record.pod.name,
      ]
      writer.line(cells.joined(separator: "\t"))
    }
    return writer.formatted()
  }

  /// The file of a container's log by its real path; nothing where there is no such file.
  ///
  /// `/var/log/pods/NS_POD_UID/CONTAINER/RESTART.log`, in the CRI format or docker's JSON.
  static func file(_ path: String, in world: KubeWorld, at address: Address) -> String? {
    guard let store = store(in: world, at: address) else { return nil }
    let isDocker = world.name(of: address).hasPrefix("dockerd@")
    for id in store.order {
      guard let record = store[id], !record.isSandbox else { continue }
      let folder = "\(record.pod.namespace)_\(record.pod.name)_\(record.uid)"
      guard path == "/var/log/pods/\(folder)/\(record.name)/\(record.attempt).log" else { continue }
      var out = ""
      for line in store.log(id) {
        let time = MicroTime(line.time).text
        if isDocker {
          Value.map(("log", .string(line.text + "\n")), ("stream", "stdout"), ("time", .string(time)))
            .writeJSON(into: &out, indent: nil, depth: 0)
          out += "\n"
        } else {
          out += "\(time) stdout F \(line.text)\n"
        }
      }
      return out
    }
    return nil
  }

  private static func store(in world: KubeWorld, at address: Address) -> ContainerStore? {
    if let docker = world.component(address, as: Docker.self) { return docker.store }
    return world.component(address, as: Containerd.self)?.store
  }
}
