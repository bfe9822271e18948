import Clockwork

/// What is wrong with one field of an object, as the API server says it.
public struct FieldProblem: Equatable, Sendable {
  /// The kinds of the API server's field errors, and those of its decoder.
  public enum Reason: String, Equatable, Sendable {
    case required
    case invalid
    case unsupported
    case duplicate
    case forbidden
    case tooLong
    case tooMany
    case notFound
    case wrongType
    case unknownKind
  }

  public var reason: Reason
  /// Keys and list indices from the root of the object, as `Value.at` takes them.
  public var path: [String]
  /// The offending value as the message quotes it; empty when it quotes none.
  public var got: String
  public var detail: String

  public init(_ reason: Reason, _ path: [String], got: String = "", detail: String = "") {
    self.reason = reason
    self.path = path
    self.got = got
    self.detail = detail
  }

  /// The key of the sentence for learners.
  public var key: String { "field.\(reason.rawValue)" }
  public var arguments: [String] { [field, got, detail] }

  /// The path as the API server writes it: `spec.containers[0].image`, `metadata.labels[a/b]`.
  public var field: String {
    var out = ""
    let tables = ["limits", "requests", "labels", "annotations", "nodeSelector", "data", "binaryData"]
    for (index, part) in path.enumerated() {
      let isIndex = part.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } && !part.isEmpty
      if index > 0, isIndex || tables.contains(path[index - 1]) {
        out += "[\(part)]"
      } else {
        out += index == 0 ? part : ".\(part)"
      }
    }
    return out
  }

  /// The whole message: `spec.containers[0].image: Required value`.
  public var text: String {
    switch reason {
    case .required: joined("Required value")
    case .invalid: joined("Invalid value: \(got)")
    case .unsupported: joined("Unsupported value: \(got)")
    case .duplicate: joined("Duplicate value: \(got)")
    case .forbidden: joined("Forbidden")
    case .tooLong: joined("Too long")
    case .tooMany: joined("Too many: \(got)")
    case .notFound: joined("Not found: \(got)")
    case .wrongType, .unknownKind: detail
    }
  }

  private func joined(_ head: String) -> String {
    "\(field): \(head)\(detail.isEmpty ? "" : ": \(detail)")"
  }

  /// A tree of another shape than its field, in the words of the JSON decoder.
  static func wrongType(
    _ path: [String],
    _ names: [String],
    in typeName: String,
    got: Value,
    expected: String
  ) -> FieldProblem {
    let found =
      switch got {
      case .null: "null"
      case .bool: "bool"
      case .integer, .number: "number"
      case .string: "string"
      case .list: "array"
      case .map: "object"
      }
    let place = names.isEmpty ? "Go value" : "Go struct field \(typeName).\(names.joined(separator: "."))"
    let detail = "json: cannot unmarshal \(found) into \(place) of type \(expected)"
    return FieldProblem(.wrongType, path, got: found, detail: detail)
  }
}
