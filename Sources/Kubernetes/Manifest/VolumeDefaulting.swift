import Clockwork

extension Defaulting {
  /// 0644: how the API prints the mode of files that come from objects.
  static let fileMode: Value = 420

  static func apply(to volume: inout Volume) {
    if volume.unknown.isEmpty { volume.unknown = [Value.Entry("emptyDir", .emptyMap)] }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
      guard var settings = volume[source] else { continue }
      if settings["defaultMode"] == nil { settings["defaultMode"] = fileMode }
      fillItems(&settings)
      if let sources = settings["sources"]?.elements { settings["sources"] = .list(sources.map { withDefaults($0) }) }
      volume[source] = settings.sorted
    }
    if var path = volume["hostPath"], path["type"] == nil {
      path["type"] = ""
      volume["hostPath"] = path.sorted
    }
  }

  private static func withDefaults(_ projection: Value) -> Value {
    var filled = projection
    if filled["serviceAccountToken"] != nil, filled["serviceAccountToken"]?["expirationSeconds"] == nil {
      filled["serviceAccountToken"]?["expirationSeconds"] = 3600
    }
    if var downward = filled["downwardAPI"] {
      fillItems(&downward)
      filled["downwardAPI"] = downward
    }
    return filled.sorted
  }

  private static func fillItems(_ settings: inout Value) {
    guard let items = settings["items"]?.elements else { return }
    var filled: [Value] = []
    for item in items {
      var holder: Value? = item
      fillFieldReference(&holder)
      filled.append(holder ?? item)
    }
    settings["items"] = .list(filled)
  }
}
