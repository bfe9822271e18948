public import Clockwork

/// How members of etcd are called: `etcd` where there is one, `etcd@a`, `etcd@b` … where there are more.
public enum EtcdNames {
  /// All of them, whoever they are.
  public static let all = "etcd"
  private static let letters = ["a", "b", "c", "d", "e"]

  static func name(of index: Int, of count: Int) -> String { count == 1 ? all : "\(all)@\(letters[index])" }
}

extension World where D == Kube {
  /// Where the members of etcd stand.
  public var etcdMembers: [Address] {
    var found: [Address] = []
    // They stand in front.
    for address in cells.indices {
      if role(of: address) == .etcd { found.append(address) } else if role(of: address) != .apiserver { break }
    }
    return found
  }

  /// What is stored: the member that has followed furthest has all that a majority has written down.
  public var etcd: Etcd? {
    var best: Etcd?
    for address in etcdMembers {
      guard let member = component(address, as: Etcd.self) else { continue }
      if let known = best, known.revision >= member.revision { continue }
      best = member
    }
    return best
  }
}
