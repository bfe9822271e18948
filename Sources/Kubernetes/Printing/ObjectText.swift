import Clockwork

/// Objects as `kubectl get -o yaml` and `-o json` print them.
public enum ObjectText {
  /// One object, or a list of several, in YAML.
  public static func yaml(_ objects: [Object], isList: Bool, _ version: Version) -> String {
    YAMLText.of(tree(objects, isList: isList, version))
  }

  /// One object, or a list of several, in JSON with four blanks a level.
  public static func json(_ objects: [Object], isList: Bool, _ version: Version) -> String {
    json(tree(objects, isList: isList, version))
  }

  /// A tree in JSON as kubectl prints it: sorted keys, four blanks a level, `<`, `>` and `&` escaped.
  public static func json(_ value: Value) -> String {
    var text = ""
    value.sorted.writeJSON(into: &text, indent: 4, depth: 0)
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      // These three stand in strings only.
      case "<": out += "\\u003c"
      case ">": out += "\\u003e"
      case "&": out += "\\u0026"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\n"
  }

  /// An object in the version that kubectl asks for, which is not always the newest.
  private static func tree(_ object: Object, _ version: Version) -> Value {
    if version == .then, let autoscaler = object.as(HorizontalPodAutoscaler.self) { return autoscaler.firstVersion }
    return object.value
  }

  private static func tree(_ objects: [Object], isList: Bool, _ version: Version) -> Value {
    if !isList, let only = objects.first, objects.count == 1 { return tree(only, version) }
    var items: [Value] = []
    for object in objects { items.append(tree(object, version)) }
    var metadata = Value.map(("resourceVersion", .string("")))
    // Lists lost their link to themselves with 1.20, but its kubectl still prints the empty field.
    if version == .then { metadata["selfLink"] = .string("") }
    return .map(
      ("apiVersion", .string("v1")),
      ("items", .list(items)),
      ("kind", .string("List")),
      ("metadata", metadata)
    )
  }
}
