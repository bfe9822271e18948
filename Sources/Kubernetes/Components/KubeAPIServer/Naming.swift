import Clockwork

/// Names and sentences that kube-apiserver makes.
public enum Naming {
  /// Letters and digits that no generated word can be made of (apimachinery: util/rand).
  private static let alphabet: [Character] = [
    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "v", "w", "x", "z", "2", "4", "5",
    "6", "7", "8", "9",
  ]

  /// Five characters, as `generateName` appends them.
  public static func suffix(_ random: inout Random) -> String {
    var out = ""
    for _ in 0..<5 { out.append(alphabet[random.next(below: alphabet.count)]) }
    return out
  }

  /// A version 4 UUID.
  public static func uid(_ random: inout Random) -> String {
    let high = (random.next() & 0xffff_ffff_ffff_0fff) | 0x4000
    let low = (random.next() & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
    let digits = Digest.hexadecimal(high, digits: 16) + Digest.hexadecimal(low, digits: 16)
    return String(unsafeUninitializedCapacity: 36) { bytes in
      var place = 0
      for digit in digits.utf8 {
        if place == 8 || place == 13 || place == 18 || place == 23 {
          bytes[place] = UInt8(ascii: "-")
          place += 1
        }
        bytes[place] = digit
        place += 1
      }
      return place
    }
  }

  public static func notFound(_ key: ObjectKey) -> String {
    "\(key.kind.printedResource) \"\(key.name)\" not found"
  }

  /// The text of a lost race for an update that named a resourceVersion.
  public static func conflict(_ key: ObjectKey) -> String {
    let advice = "the object has been modified; please apply your changes to the latest version and try again"
    return "Operation cannot be fulfilled on \(key.kind.printedResource) \"\(key.name)\": \(advice)"
  }

  /// The text of a precondition that another object of the same name does not meet.
  public static func otherUID(_ key: ObjectKey, wanted: String, found: String) -> String {
    let detail = "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(found)"
    return "Operation cannot be fulfilled on \(key.kind.printedResource) \"\(key.name)\": \(detail)"
  }

  /// The reason that a Status carries for a code of HTTP.
  public static func reason(of code: Int64) -> String {
    switch code {
    case 400: "BadRequest"
    case 403: "Forbidden"
    case 404: "NotFound"
    case 409: "Conflict"
    case 422: "Invalid"
    case 503: "ServiceUnavailable"
    default: "InternalError"
    }
  }
}
