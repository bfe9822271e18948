import Clockwork

/// What a Pod asks for as a whole.
enum PodTotals {
  /// The sum over the containers, or one init container where that is more.
  static func total(_ pod: Pod) -> ResourceRequirements {
    ResourceRequirements(
      requests: sum(pod) { $0.requests },
      limits: sum(pod) { $0.limits }
    )
  }

  private static func sum(_ pod: Pod, _ list: (ResourceRequirements) -> ResourceList) -> ResourceList {
    var total = Amounts()
    for container in pod.spec.containers { total.add(Amounts(list(container.resources))) }
    for container in pod.spec.initContainers { total.raise(to: Amounts(list(container.resources))) }
    return total.list
  }
}

/// Amounts by name that can be added and compared.
struct Amounts: Sendable {
  private(set) var held: Table<String, Quantity> = [:]

  init() {}

  init(_ list: ResourceList) {
    list.amounts.forEach { name, text in if let amount = Quantity(text) { held[name] = amount } }
  }

  subscript(name: String) -> Quantity? {
    get { held[name] }
    set { held[name] = newValue }
  }

  var names: [String] { held.keys }
  var isEmpty: Bool { held.isEmpty }

  var list: ResourceList {
    var list = ResourceList()
    held.forEach { list[$0] = $1.text }
    return list
  }

  mutating func add(_ name: String, _ amount: Quantity) {
    if var sum = held[name] {
      sum.add(amount)
      held[name] = sum
    } else {
      held[name] = amount
    }
  }

  mutating func add(_ other: Amounts) { other.held.forEach { add($0, $1) } }

  mutating func subtract(_ other: Amounts) {
    other.held.forEach { name, amount in
      var rest = held[name] ?? .zero
      rest.subtract(amount)
      held[name] = rest
    }
  }

  mutating func raise(to other: Amounts) {
    other.held.forEach { name, amount in
      if let own = held[name], !(own < amount) { return }
      held[name] = amount
    }
  }

  /// Only what is named.
  func only(_ names: [String]) -> Amounts {
    var rest = Amounts()
    for name in names { if let amount = held[name] { rest[name] = amount } }
    return rest
  }

  /// `pods=3,requests.cpu=1`, by name.
  var text: String {
    var out = ""
    held.forEach { out += (out.isEmpty ? "" : ",") + "\($0)=\($1.text)" }
    return out
  }
}
