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

  /// The running container of a Pod, or its sandbox where no name is given.
  static func running(_ name: String, of pod: ObjectKey, in world: KubeWorld, at address: Address) -> String? {
    guard let store = store(in: world, at: address) else { return nil }
    for id in store.order.reversed() {
      guard let record = store[id], record.pod == pod, record.phase == .running else { continue }
      if record.name == name { return id }
    }
    return nil
  }

  /// What `cat` prints of a file under `/var/log`, through every link; nothing where there is no such file.
  static func file(_ path: String, in world: KubeWorld, at address: Address) -> String? {
    files(in: world, at: address)?.text(path)
  }

  /// What `ls -l` prints of a directory; nothing where there is none.
  static func listing(_ path: String, in world: KubeWorld, at address: Address) -> String? {
    files(in: world, at: address)?.listing(path)
  }

  /// `crictl logs`: what a container wrote, by its name, its id, or POD/NAME; the newest of several.
  static func log(_ name: String, in world: KubeWorld, at address: Address) -> String? {
    guard let store = store(in: world, at: address) else { return nil }
    for id in store.order.reversed() {
      guard let record = store[id], !record.isSandbox else { continue }
      let isMeant =
        name == record.name || name == "\(record.pod.name)/\(record.name)" || name.utf8.count >= 4 && id.hasPrefix(name)
      guard isMeant else { continue }
      let file = store.log(id)
      var reader = LogReader(LogQuery(), file, .now, now: world.now)
      return reader.read(file)
    }
    return nil
  }

  private static func files(in world: KubeWorld, at address: Address) -> NodeFiles? {
    store(in: world, at: address).map { NodeFiles($0, isDocker: world.name(of: address).hasPrefix("dockerd@")) }
  }

  private static func store(in world: KubeWorld, at address: Address) -> ContainerStore? {
    if let docker = world.component(address, as: Docker.self) { return docker.store }
    return world.component(address, as: Containerd.self)?.store
  }
}
