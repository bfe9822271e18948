/// The names that kube-proxy gives its chains: a prefix and sixteen letters of a hash.
///
/// A chain may have 28 letters, and a Service with its namespace and port has more.
public enum ChainName {
  /// Where a packet for a Service port chooses among all endpoints.
  public static func service(_ port: String, _ transport: String) -> String { "KUBE-SVC-" + hash(port, transport) }

  /// Where it chooses among the endpoints of its own node.
  public static func local(_ port: String, _ transport: String, _ version: Version) -> String {
    (version == .then ? "KUBE-XLB-" : "KUBE-SVL-") + hash(port, transport)
  }

  /// Where packets from outside of the cluster begin.
  public static func external(_ port: String, _ transport: String) -> String { "KUBE-EXT-" + hash(port, transport) }

  /// Where the clients of a load balancer are told apart.
  public static func firewall(_ port: String, _ transport: String) -> String { "KUBE-FW-" + hash(port, transport) }

  /// Where a packet is sent to one endpoint.
  public static func endpoint(_ port: String, _ transport: String, _ endpoint: String) -> String {
    "KUBE-SEP-" + hash(port, transport + endpoint)
  }

  /// What the names of chains that belong to one Service port begin with.
  public static func prefixes(_ version: Version) -> [String] {
    version == .then
      ? ["KUBE-SVC-", "KUBE-SEP-", "KUBE-FW-", "KUBE-XLB-"]
      : ["KUBE-SVC-", "KUBE-SVL-", "KUBE-SEP-", "KUBE-FW-", "KUBE-EXT-"]
  }

  /// The first sixteen letters, in base 32, of the hash of both texts.
  static func hash(_ port: String, _ rest: String) -> String {
    let bytes = SHA256.hash(port + rest)
    var out = ""
    for group in 0..<2 {
      var word: UInt64 = 0
      for byte in bytes[group * 5..<group * 5 + 5] { word = word << 8 | UInt64(byte) }
      for place in 0..<8 {
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(35 - 5 * place) & 31)
        out.unicodeScalars.append(Unicode.Scalar(digit < 26 ? 65 + digit : 24 + digit))
      }
    }
    return out
  }
}
