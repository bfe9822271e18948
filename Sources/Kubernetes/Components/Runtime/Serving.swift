import Clockwork

// What a container answers on its ports.
extension ContainerStore {
  /// The HTTP status that a request gets, 200 for a bare connection, or 0 when nobody listens.
  func visit(_ visit: PortVisit, now: Time) -> Int64 {
    guard let record = self[visit.id], record.phase == .running else { return 0 }
    let age = now - (record.startedAt ?? now)
    let isKnown = catalog.describes(record.image)
    let image = catalog[record.image]
    // An image that nobody described listens on the ports that its Pod declares.
    guard isKnown ? image.listens.contains(visit.port) : visit.isDeclared, age >= image.opensAfter else { return 0 }
    guard !visit.path.isEmpty, let page = image.pages[visit.path] else { return 200 }
    if !page.file.isEmpty, !hasFile(visit.id, page.file) { return page.otherwise }
    return age >= page.after ? page.status : page.otherwise
  }
}
