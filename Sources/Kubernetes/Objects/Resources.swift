import Clockwork

/// Amounts by resource name, as the texts that the API prints: `cpu: 500m`, `memory: 64Mi`.
public struct ResourceList: Equatable, Sendable {
  public var amounts: Table<String, String> = [:]

  public init() {}

  public init(_ amounts: Table<String, String>) {
    self.amounts = amounts
  }

  public var isEmpty: Bool { amounts.isEmpty }
  public var names: [String] { amounts.keys }

  public subscript(name: String) -> String? {
    get { amounts[name] }
    set { amounts[name] = newValue }
  }
}

extension ResourceList: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    for (name, amount) in elements { amounts[name] = amount }
  }
}

extension ResourceList: Field {
  public static var goType: String { "v1.ResourceList" }
  public static var vacant: ResourceList { ResourceList() }
  public var isVacant: Bool { isEmpty }
  public var tree: Clockwork.Value { amounts.tree }

  public static func read(_ value: Clockwork.Value, _ reading: inout Reading) -> ResourceList? {
    guard case .map(let entries) = value else {
      reading.wrongType(value, expected: goType)
      return nil
    }
    var list = ResourceList()
    for entry in entries {
      switch entry.value {
      case .string, .integer, .number:
        if let quantity = Quantity(entry.value.plain) {
          list[entry.key] = quantity.text
        } else {
          reading.badQuantity(under: entry.key, entry.value)
        }
      default:
        reading.path.append(entry.key)
        reading.wrongType(entry.value, expected: "resource.Quantity")
        reading.path.removeLast()
      }
    }
    return list
  }
}

/// What a container may use at most, and what is set aside for it.
public struct ResourceRequirements: Record, Sendable {
  public static var typeName: String { "ResourceRequirements" }

  public var limits: ResourceList = ResourceList()
  public var requests: ResourceList = ResourceList()
  public var unknown: [Value.Entry] = []

  public init() {}

  public init(requests: ResourceList, limits: ResourceList = ResourceList()) {
    self.requests = requests
    self.limits = limits
  }

  public mutating func fields<F: Fields>(_ field: inout F) {
    field("limits", &limits)
    field("requests", &requests)
    field.rest(&unknown)
  }
}
