import Clockwork

/// Who stands in front; the others follow as they are added.
///
/// The order is the one in which a canonical run asks them: what is stored and told comes first, then who acts on it.
enum Places {
  static let etcd: Address = 0
  /// Where the members of etcd stand, however many there are.
  static func members(_ count: Int) -> [Address] { [etcd] + (1..<max(count, 1)).map { $0 + 1 } }
  static let apiserver: Address = 1
  /// The first of the others where etcd is alone; its further members stand before them.
  static let first: Address = 2
}

/// Everybody behind kube-apiserver: whoever joins is introduced to it.
struct Company {
  var cast = Cast<Kube>()
  var apiserver: KubeAPIServer
  private let objects: [Object]
  /// The same by their kind: thousands of kubelets ask for Pods alone.
  private let byKind: Table<Kind, [Object]>

  /// Where the first of the company stands.
  private let first: Address

  init(apiserver: KubeAPIServer, objects: [Object], members: Int = 1) {
    first = Places.first + members - 1
    self.apiserver = apiserver
    self.objects = objects
    var byKind: Table<Kind, [Object]> = [:]
    for object in objects { byKind.update(object.kind, default: []) { $0.append(object) } }
    self.byKind = byKind
  }

  /// Where the next to join will stand.
  var next: Address { first + cast.count }

  func everybody(_ etcd: [Etcd]) -> Cast<Kube> {
    var all = Cast<Kube>()
    all.add(etcd[0])
    all.add(apiserver)
    for member in etcd.dropFirst() { all.add(member) }
    all.add(cast)
    return all
  }

  @discardableResult
  mutating func add<C: Component>(_ component: C) -> Address where C.Model == Kube {
    first + cast.add(component)
  }

  /// Makes a control loop a part of kube-controller-manager.
  mutating func join(_ loop: Address) {
    guard let place = cast.address(of: "kube-controller-manager"),
      var manager = cast.component(place, as: KubeControllerManager.self)
    else { return }
    manager.loops.append(loop)
    cast.replace(place, with: manager)
  }

  /// Adds a component whose watches have been open for a while.
  @discardableResult
  mutating func add<C: Component & Watching>(watching component: C) -> Address where C.Model == Kube {
    var component = component
    let informers = component.client.informers
    let wanted = informers.count == 1 ? byKind[informers[0].kind] ?? [] : objects
    component.seed(wanted, revision: Inventory.revision)
    for informer in component.client.informers {
      apiserver.seed(watcher: next, informer.kind, informer.selector)
    }
    return add(component)
  }
}
