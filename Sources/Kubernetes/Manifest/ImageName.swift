/// The parts of an image reference such as `registry.example/demo/web:1.0`.
public struct ImageName: Equatable, Sendable {
  public var repository: String
  /// `latest` when the reference has neither tag nor digest, empty when it has only a digest.
  public var tag: String
  public var digest: String

  public init(_ reference: String) {
    var rest = reference[...]
    digest = ""
    if let at = rest.firstIndex(of: "@") {
      digest = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    // A colon before the last slash belongs to the port of the registry.
    var colon: String.Index? = nil
    for index in rest.utf8.indices {
      let byte = rest.utf8[index]
      if byte == UInt8(ascii: ":") { colon = index } else if byte == UInt8(ascii: "/") { colon = nil }
    }
    if let colon {
      repository = String(rest[..<colon])
      tag = String(rest[rest.index(after: colon)...])
    } else {
      repository = String(rest)
      tag = digest.isEmpty ? "latest" : ""
    }
  }
}
