/// What a cluster must have because a script speaks of it.
enum ScriptNeeds {
  /// Clients outside exist where a script speaks of them.
  static func load(_ script: [NumberedLine]) -> Bool {
    for numbered in script {
      switch numbered.line {
      case .load: return true
      case .deferred(let text) where text.hasPrefix("load "): return true
      default: break
      }
    }
    return false
  }

  /// Bookmarks and compaction are steps where a script keeps somebody from kube-apiserver.
  static func history(_ script: [NumberedLine]) -> Bool {
    for numbered in script {
      if case .cut(let one, let other) = numbered.line, one == "kube-apiserver" || other == "kube-apiserver" {
        return true
      }
    }
    return false
  }

  /// Kernels move packets where a script sends some, or looks at tables.
  static func packets(_ script: [NumberedLine]) -> Bool {
    for numbered in script {
      switch numbered.line {
      case .send, .link, .view(.network), .view(.hops): return true
      case .deferred(let text):
        for verb in ["send", "dig", "nslookup", "ip", "bridge", "iptables-save", "conntrack", "ss", "tcpdump", "hops"]
        where text.hasPrefix("\(verb) ") {
          return true
        }
      default: break
      }
    }
    return false
  }
}
