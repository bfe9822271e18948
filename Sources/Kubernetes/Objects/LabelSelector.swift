import Clockwork

/// A question to the labels of an object: `app=web,tier in (db,api),!old`.
///
/// No requirements match everything. A selector that is absent where one is needed matches nothing; that is
/// ``nothing``.
public struct LabelSelector: Equatable, Sendable {
  /// How a requirement compares.
  public enum Operator: Equatable, Sendable {
    case equals
    case doubleEquals
    case notEquals
    case `in`
    case notIn
    case exists
    case doesNotExist
    case greaterThan
    case lessThan
  }

  /// One comparison; all of a selector's requirements must hold.
  public struct Requirement: Equatable, Sendable {
    public let key: String
    public let `operator`: Operator
    /// Sorted and without doubles.
    public let values: [String]
  }

  /// Why a text is no selector, with the text of the real error.
  public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// Sorted by key.
  public private(set) var requirements: [Requirement]
  private let matchesNothing: Bool

  public static let everything = LabelSelector([])
  public static let nothing = LabelSelector([], matchesNothing: true)

  init(_ requirements: [Requirement], matchesNothing: Bool = false) {
    self.requirements = requirements
    self.matchesNothing = matchesNothing
    // Requirements on one key keep the order in which they were written.
    for index in self.requirements.indices.dropFirst() {
      var place = index
      while place > 0, self.requirements[place].key < self.requirements[place - 1].key {
        self.requirements.swapAt(place, place - 1)
        place -= 1
      }
    }
  }

  /// A selector for exactly these labels, as Services and old controllers have it.
  public init(matchLabels: Table<String, String>) {
    var requirements: [Requirement] = []
    matchLabels.forEach { requirements.append(Requirement(key: $0, operator: .equals, values: [$1])) }
    self.init(requirements)
  }

  /// Reads the text form that `kubectl -l` and watches use.
  public static func parse(_ text: String) -> Result<LabelSelector, Failure> {
    do throws(Failure) {
      var parser = LabelSelectorParser(text)
      return .success(LabelSelector(try parser.parse()))
    } catch {
      return .failure(error)
    }
  }

  /// Reads the `matchLabels` and `matchExpressions` of an object; none at all matches nothing.
  public static func read(_ value: Value?) -> Result<LabelSelector, Failure> {
    guard let value, !value.isNull else { return .success(.nothing) }
    do throws(Failure) {
      var requirements: [Requirement] = []
      for entry in value["matchLabels"]?.entries ?? [] {
        requirements.append(try .make(entry.key, .in, [entry.value.plain]))
      }
      for expression in value["matchExpressions"]?.elements ?? [] {
        requirements.append(try expressionRequirement(expression))
      }
      return .success(LabelSelector(requirements))
    } catch {
      return .failure(error)
    }
  }

  private static func expressionRequirement(_ expression: Value) throws(Failure) -> Requirement {
    let name = expression["operator"]?.text ?? ""
    let comparison: Operator
    switch name {
    case "In": comparison = .in
    case "NotIn": comparison = .notIn
    case "Exists": comparison = .exists
    case "DoesNotExist": comparison = .doesNotExist
    case "Gt": comparison = .greaterThan
    case "Lt": comparison = .lessThan
    default: throw Failure("\(LabelText.quoted(name)) is not a valid pod selector operator")
    }
    var values: [String] = []
    for element in expression["values"]?.elements ?? [] { values.append(element.plain) }
    return try .make(expression["key"]?.text ?? "", comparison, values)
  }

  public var isEmpty: Bool { requirements.isEmpty && !matchesNothing }

  /// Whether an object with these labels is meant.
  public func matches(_ labels: Table<String, String>) -> Bool {
    if matchesNothing { return false }
    for requirement in requirements where !requirement.matches(labels) { return false }
    return true
  }

  /// The canonical text: requirements by key, values sorted.
  public var text: String {
    var out = ""
    for requirement in requirements {
      if !out.isEmpty { out += "," }
      out += requirement.text
    }
    return out
  }
}

extension LabelSelector.Requirement {
  /// Checks a requirement as upstream does before it is used.
  static func make(
    _ key: String,
    _ comparison: LabelSelector.Operator,
    _ values: [String]
  ) throws(LabelSelector.Failure) -> LabelSelector.Requirement {
    try LabelText.checkKey(key)
    switch comparison {
    case .in, .notIn:
      if values.isEmpty { throw .init("for 'in', 'notin' operators, values set can't be empty") }
    case .equals, .doubleEquals, .notEquals:
      if values.count != 1 { throw .init("exact-match compatibility requires one single value") }
    case .exists, .doesNotExist:
      if !values.isEmpty { throw .init("values set must be empty for exists and does not exist") }
    case .greaterThan, .lessThan:
      if values.count != 1 { throw .init("for 'Gt', 'Lt' operators, exactly one value is required") }
      for value in values where Int64(value) == nil {
        throw .init("for 'Gt', 'Lt' operators, the value must be an integer")
      }
    }
    for value in values { try LabelText.checkValue(value, key: key) }
    var sorted: [String] = []
    for value in values.sorted() where sorted.last != value { sorted.append(value) }
    return LabelSelector.Requirement(key: key, operator: comparison, values: sorted)
  }

  func matches(_ labels: Table<String, String>) -> Bool {
    let value = labels[key]
    switch `operator` {
    case .exists: return value != nil
    case .doesNotExist: return value == nil
    case .in, .equals, .doubleEquals:
      guard let value else { return false }
      return values.contains(value)
    case .notIn, .notEquals:
      guard let value else { return true }
      return !values.contains(value)
    case .greaterThan, .lessThan:
      guard let value, let number = Int64(value), let bound = values.first.flatMap({ Int64($0) }) else { return false }
      return `operator` == .greaterThan ? number > bound : number < bound
    }
  }

  var text: String {
    var list = ""
    for (index, value) in values.enumerated() { list += (index > 0 ? "," : "") + value }
    return switch `operator` {
    case .exists: key
    case .doesNotExist: "!" + key
    case .equals: key + "=" + list
    case .doubleEquals: key + "==" + list
    case .notEquals: key + "!=" + list
    case .in: key + " in (" + list + ")"
    case .notIn: key + " notin (" + list + ")"
    case .greaterThan: key + ">" + list
    case .lessThan: key + "<" + list
    }
  }
}

extension LabelSelector: CustomStringConvertible {
  public var description: String { text }
}
