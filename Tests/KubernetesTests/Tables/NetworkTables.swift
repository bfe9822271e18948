import Clockwork
import Kubernetes
import Testing

enum NetworkTables {
  /// The names of kube-proxy's chains.
  @Sendable static func chains(_ group: String, _ row: Value) throws -> TableOutcome {
    let port = row["service_port_name"]?.plain ?? ""
    let transport = row["protocol"]?.plain ?? ""
    let got = Value.map(
      ("fw", .string(ChainName.firewall(port, transport))),
      ("sep", .string(ChainName.endpoint(port, transport, row["endpoint"]?.plain ?? ""))),
      ("svc", .string(ChainName.service(port, transport))),
      ("xlb", .string(ChainName.local(port, transport, .then)))
    )
    return .compare(got, row["expected"])
  }

  /// The ranges of Pod addresses that nodes get, one after the other.
  @Sendable static func ranges(_ group: String, _ row: Value) throws -> TableOutcome {
    let whole = try #require(CIDR(row["cluster_cidr"]?.plain ?? ""))
    var set = RangeSet(whole, prefix: UInt32(row["node_mask"]?.integer ?? 0))
    func next() -> Value {
      let exhausted =
        "ERROR CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range"
      return .string(set.allocate()?.text ?? exhausted)
    }
    let expected = row["expected_sequence"]?.elements ?? []
    let got = expected.map { _ in next() }
    if got != expected { return .compare(.list(got), .list(expected)) }
    guard let after = row["after_release_of_first"]?.elements else { return .agrees }
    set.release(try #require(CIDR(expected[0].plain)))
    return .compare(.list(after.map { _ in next() }), .list(after))
  }
}
