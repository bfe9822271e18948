import Clockwork

/// How the lists of the API are merged: by a key of their elements, as sets of scalars, or not at all.
enum PatchSchema {
  enum Strategy: Equatable {
    /// The list is replaced as a whole.
    case replace
    /// Elements with the same value under this key are the same element.
    case byKey(String)
    /// The list is a set of scalars.
    case scalars
  }

  /// How a list is merged; `elements` tells lists of one name apart, as ports of containers and of Services.
  static func strategy(of field: String, _ elements: [Value]) -> Strategy {
    if field == "ports", elements.contains(where: { $0["port"] != nil && $0["containerPort"] == nil }) {
      return .byKey("port")
    }
    return strategy(of: field)
  }

  private static func strategy(of field: String) -> Strategy {
    switch field {
    case "containers", "initContainers", "ephemeralContainers", "volumes", "imagePullSecrets", "env", "secrets",
      "resourceClaims", "schedulingGates":
      .byKey("name")
    case "ports": .byKey("containerPort")
    case "volumeMounts": .byKey("mountPath")
    case "volumeDevices": .byKey("devicePath")
    case "conditions", "addresses": .byKey("type")
    case "podIPs", "hostIPs", "hostAliases": .byKey("ip")
    case "ownerReferences": .byKey("uid")
    case "topologySpreadConstraints": .byKey("topologyKey")
    case "volumesAttached": .replace
    case "finalizers", "podCIDRs": .scalars
    default: .replace
    }
  }

  /// Lists of unions: a patch names every key that may stay, so that the old member of the union goes.
  static func retainsKeys(_ field: String) -> Bool { field == "volumes" || field == "resourceClaims" }
}

/// The words with a dollar sign by which a strategic merge patch says more than a value can.
enum Directive {
  static let marker = "$patch"
  static let retainKeys = "$retainKeys"
  static let order = "$setElementOrder/"
  static let deletion = "$deleteFromPrimitiveList/"

  static func isDirective(_ key: String) -> Bool {
    key == marker || key == retainKeys || key.hasPrefix(order) || key.hasPrefix(deletion)
  }
}
