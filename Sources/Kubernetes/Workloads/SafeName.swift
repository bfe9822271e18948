import Clockwork

/// Names made of numbers: the hash behind a ReplicaSet's name (apimachinery: util/rand, FNV of 32 bits).
public enum SafeName {
  /// Letters and digits that no word can be made of.
  private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)

  /// Every byte of a text as one harmless character.
  public static func encode(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      let character = alphabet[Int(byte) % alphabet.count]
      out.unicodeScalars.append(Unicode.Scalar(character))
    }
    return out
  }

  public static func encode(_ hash: UInt32) -> String { encode("\(hash)") }

  /// FNV-1a: the hash of Pod templates.
  public static func fnv32a(_ text: String, then more: [UInt8] = []) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    for byte in more { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }

  /// FNV-1: the hash of ControllerRevisions.
  public static func fnv32(_ text: String) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 { hash = (hash &* 16_777_619) ^ UInt32(byte) }
    return hash
  }
}
