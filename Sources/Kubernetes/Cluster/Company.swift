import Clockwork

/// Who stands in front; the others follow as they are added.
///
/// The order is the one in which a canonical run asks them: what is stored and told comes first, then who acts on it.
enum Places {
  static let etcd: Address = 0
  static let apiserver: Address = 1
  static let first: Address = 2
}

/// Everybody behind kube-apiserver: whoever joins is introduced to it.
struct Company {
  var cast = Cast<Kube>()
  var apiserver: KubeAPIServer
  private let objects: [Object]
  /// The same by their kind: thousands of kubelets ask for Pods alone.
  private let byKind: Table<Kind, [Object]>

  init(apiserver: KubeAPIServer, objects: [Object]) {
    self.apiserver = apiserver
    self.objects = objects
    var byKind: Table<Kind, [Object]> = [:]
    for object in objects { byKind.update(object.kind, default: []) { $0.append(object) } }
    self.byKind = byKind
  }

  /// Where the next to join will stand.
  var next: Address { Places.first + cast.count }

  func everybody(_ etcd: Etcd) -> Cast<Kube> {
    var all = Cast<Kube>()
    all.add(etcd)
    all.add(apiserver)
    all.add(cast)
    return all
  }

  @discardableResult
  mutating func add<C: Component>(_ component: C) -> Address where C.Model == Kube {
    Places.first + cast.add(component)
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
