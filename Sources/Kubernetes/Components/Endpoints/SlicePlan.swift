import Clockwork

/// Fits the endpoints of a Service into slices with as few writes as possible.
struct SlicePlan: Sendable {
  /// Most endpoints that one slice holds (`--max-endpoints-per-slice`).
  static let capacity = 100

  var create: [EndpointSlice] = []
  var update: [EndpointSlice] = []
  var delete: [EndpointSlice] = []

  /// Endpoints that serve the same ports; each group has slices of its own.
  private struct Group {
    var ports: [EndpointSlicePort]
    var endpoints: [Endpoint] = []
  }

  init(_ service: Service, _ pods: [Pod], _ existing: [EndpointSlice], trigger: Timestamp?, _ version: Version) {
    var groups: [Group] = []
    let includesTerminating = service.spec.publishNotReadyAddresses || version == .now
    for pod in pods where EndpointRules.isListed(pod, includesTerminating: includesTerminating, version) {
      let ports = EndpointRules.ports(service, pod)
      let place = groups.firstIndex { $0.ports == ports } ?? groups.count
      if place == groups.count { groups.append(Group(ports: ports)) }
      groups[place].endpoints.append(EndpointRules.endpoint(pod, service, version))
    }
    var unused = existing
    for group in groups {
      let own = existing.filter { $0.ports == group.ports }
      unused.removeAll { slice in own.contains { $0.metadata.name == slice.metadata.name } }
      place(group, in: own, service)
    }
    delete += unused
    keepOne(service, existing, version)
    replaceDeleted()
    let labels = SlicePlan.labels(service)
    func finish(_ slice: inout EndpointSlice) {
      slice.metadata.labels = labels
      slice.metadata.annotations[EndpointRules.triggerTime] = trigger?.text
    }
    for index in create.indices { finish(&create[index]) }
    for index in update.indices { finish(&update[index]) }
    let written = update.map { $0.metadata.name } + delete.map { $0.metadata.name }
    for slice in existing where !written.contains(slice.metadata.name) && slice.metadata.labels != labels {
      var changed = slice
      finish(&changed)
      update.append(changed)
    }
  }

  var isEmpty: Bool { create.isEmpty && update.isEmpty && delete.isEmpty }

  /// What stays keeps its place; what is new fills up slices that are written anyway, then others, then new ones.
  private mutating func place(_ group: Group, in own: [EndpointSlice], _ service: Service) {
    var wanted: Table<String, Endpoint> = [:]
    for endpoint in group.endpoints { wanted[SlicePlan.identity(endpoint)] = endpoint }
    var kept: [EndpointSlice] = []
    var changed: [Bool] = []
    for slice in own {
      var next = slice
      next.endpoints = []
      for endpoint in slice.endpoints {
        if let new = wanted.removeValue(for: SlicePlan.identity(endpoint)) {
          next.endpoints.append(SlicePlan.isSame(endpoint, new) ? endpoint : new)
        }
      }
      kept.append(next)
      changed.append(next.endpoints != slice.endpoints)
    }
    var added = group.endpoints.filter { wanted[SlicePlan.identity($0)] != nil }
    for pass in [true, false] {
      for index in kept.indices where changed[index] == pass && !added.isEmpty {
        let room = SlicePlan.capacity - kept[index].endpoints.count
        // A slice that would not be written is only opened for all that is left, unless it is the only way.
        if room <= 0 || (!pass && room < added.count) { continue }
        kept[index].endpoints += added.prefix(room)
        added.removeFirst(min(room, added.count))
        changed[index] = true
      }
    }
    while !added.isEmpty {
      var slice = SlicePlan.empty(service)
      slice.ports = group.ports
      slice.endpoints = Array(added.prefix(SlicePlan.capacity))
      added.removeFirst(min(SlicePlan.capacity, added.count))
      create.append(slice)
    }
    for (index, slice) in kept.enumerated() {
      if slice.endpoints.isEmpty {
        delete.append(own[index])
      } else if changed[index] {
        update.append(slice)
      }
    }
  }

  /// A Service without endpoints still has one slice, which says that there are none.
  private mutating func keepOne(_ service: Service, _ existing: [EndpointSlice], _ version: Version) {
    guard delete.count == existing.count, create.isEmpty else { return }
    let isThere = delete.count == 1 && delete[0].endpoints.isEmpty && delete[0].ports.isEmpty
    // In 1.20 it is written again each time.
    if isThere, version == .now {
      delete = []
    } else {
      create.append(SlicePlan.empty(service))
    }
  }

  /// A slice that goes makes room for one that comes: one write instead of two.
  private mutating func replaceDeleted() {
    while !delete.isEmpty, !create.isEmpty {
      var slice = create.removeFirst()
      slice.metadata = delete.removeFirst().metadata
      update.append(slice)
    }
  }

  // MARK: Parts

  private static func identity(_ endpoint: Endpoint) -> String {
    "\(endpoint.addresses.first ?? "") \(endpoint.targetRef?.uid ?? "")"
  }

  /// Revisions of Pods alone are no reason to write.
  private static func isSame(_ one: Endpoint, _ other: Endpoint) -> Bool {
    var left = one
    var right = other
    left.targetRef?.resourceVersion = 0
    right.targetRef?.resourceVersion = 0
    return left == right
  }

  private static func labels(_ service: Service) -> Table<String, String> {
    var labels = EndpointRules.labels(service)
    labels["kubernetes.io/service-name"] = service.metadata.name
    labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io"
    return labels
  }

  private static func empty(_ service: Service) -> EndpointSlice {
    var slice = EndpointSlice()
    slice.addressType = "IPv4"
    slice.metadata.generateName = "\(service.metadata.name)-"
    slice.metadata.namespace = service.metadata.namespace
    var owner = OwnerReference()
    owner.apiVersion = Kind.service.apiVersion
    owner.kind = Kind.service.name
    owner.name = service.metadata.name
    owner.uid = service.metadata.uid
    owner.controller = true
    owner.blockOwnerDeletion = true
    slice.metadata.ownerReferences = [owner]
    return slice
  }
}
