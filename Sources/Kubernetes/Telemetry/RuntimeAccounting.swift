import Clockwork

/// What a runtime has to do with the kernel's accounts: it makes a cgroup for each container, and that is all.
extension ContainerStore {
  /// The processes of a Pod have changed.
  func account(_ uid: String, _ out: inout KubeOutbox) {
    guard let kernel else { return }
    var groups: [Cgroup] = []
    for id in order {
      guard let record = self[id], record.uid == uid, record.phase == .running else { continue }
      groups.append(cgroup(record))
    }
    out.send(.kernel(KernelCall(.running(uid: uid, groups))), to: kernel)
  }

  private func cgroup(_ record: ContainerRecord) -> Cgroup {
    let image = catalog[record.image]
    // pause does nothing and needs little to do it in.
    let idle = record.isSandbox ? Work(cpu: 0, memory: 512 * 1024) : Work(cpu: image.cpu, memory: image.memory)
    var group = Cgroup(
      id: record.id,
      pod: record.pod,
      uid: record.uid,
      container: record.title,
      idle: idle,
      startedAt: record.startedAt ?? 0
    )
    if let order = orders[record.id] { group.limit(order.resources) }
    return group
  }

  /// The kernel has chosen a container that needs more memory than it may have: its processes are gone.
  mutating func obey(_ reply: KernelReply, now: Time) {
    guard case .outOfMemory(let id) = reply.outcome, self[id]?.phase == .running else { return }
    markOutOfMemory(id)
    kill(id, now: now)
  }
}
