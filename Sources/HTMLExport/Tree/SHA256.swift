import Kubernetes

extension SHA256 {
  /// The hash in the letters of base 64, as a content security policy wants it.
  static func base64(_ message: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bytes = hash(message)
    var out = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let piece = Array(bytes[start..<min(start + 3, bytes.count)])
      let word = piece.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - piece.count))
      for place in 0..<4 {
        out.append(place <= piece.count ? letters[Int(word >> UInt32(18 - 6 * place) & 63)] : "=")
      }
    }
    return out
  }
}
