import Clockwork

/// The hash of a Pod template, which names its ReplicaSet and labels its Pods.
///
/// The real one is taken over a dump of the Go structs of the template (controller.ComputeHash), unset fields
/// included; so two releases with other fields give other letters for the same manifest.
public enum TemplateHash {
  public static func of(_ template: PodTemplateSpec, collisions: Int64?, _ version: Version) -> String {
    of(tree: template.tree, collisions: collisions, version)
  }

  public static func of(tree: Value, collisions: Int64?, _ version: Version) -> String {
    var dump = GoDump(version)
    dump.write(tree, type: "v1.PodTemplateSpec", showsType: true)
    var more: [UInt8] = []
    if let collisions {
      let count = UInt32(truncatingIfNeeded: collisions)
      for shift in [0, 8, 16, 24] as [UInt32] { more.append(UInt8(truncatingIfNeeded: count >> shift)) }
      more += [0, 0, 0, 0]
    }
    return SafeName.encode(SafeName.fnv32a(dump.text, then: more))
  }
}

/// A value as the Go library spew prints it with `%#v`: types in parentheses, every field by its name.
struct GoDump {
  private(set) var text = ""
  private let structs: Table<String, [GoTypes.Field]>

  init(_ version: Version) {
    structs = version == .then ? GoTypes.then : GoTypes.now
  }

  /// An unset pointer, list or map is `<nil>`; anything else unset is empty or zero.
  mutating func write(_ value: Value?, type: String, showsType: Bool) {
    let given = value.flatMap { $0.isNull ? nil : $0 }
    if showsType { text += "(\(type))" }
    if type.hasPrefix("*") {
      if given == nil { text += "<nil>" } else { write(given, type: String(type.dropFirst()), showsType: false) }
    } else if type.hasPrefix("[]") {
      list(given, String(type.dropFirst(2)))
    } else if type.hasPrefix("map[string]") {
      map(given, String(type.dropFirst(11)))
    } else if type == "v1.ResourceList" {
      map(given, "resource.Quantity")
    } else if type == "resource.Quantity" {
      quantity(given)
    } else if type == "v1.Time" {
      text += "{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"
    } else if type == "intstr.IntOrString" {
      let isText = given?.text != nil
      text += "{Type:(intstr.Type)\(isText ? 1 : 0) IntVal:(int32)\(given?.integer ?? 0) StrVal:(string)"
      text += "\(given?.text ?? "")}"
    } else if let fields = structs[type] {
      record(given, fields)
    } else if type == "bool" {
      text += given?.flag == true ? "true" : "false"
    } else if type.hasPrefix("int") {
      text += "\(given?.integer ?? 0)"
    } else {
      text += given?.plain ?? ""
    }
  }

  private mutating func list(_ value: Value?, _ type: String) {
    guard let elements = value?.elements else {
      text += "<nil>"
      return
    }
    text += "["
    for (index, element) in elements.enumerated() {
      if index > 0 { text += " " }
      write(element, type: type, showsType: false)
    }
    text += "]"
  }

  private mutating func map(_ value: Value?, _ type: String) {
    guard let entries = value?.entries else {
      text += "<nil>"
      return
    }
    text += "map["
    for (index, entry) in entries.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text += " " }
      text += "\(entry.key):"
      write(entry.value, type: type, showsType: false)
    }
    text += "]"
  }

  private mutating func record(_ value: Value?, _ fields: [GoTypes.Field]) {
    text += "{"
    for (index, field) in fields.enumerated() {
      if index > 0 { text += " " }
      text += "\(field.name):"
      // An embedded struct has no key of its own: its fields stand among those of its owner.
      write(field.key == "-" ? value : value?[field.key], type: field.type, showsType: true)
    }
    text += "}"
  }

  /// A quantity as its parser leaves it: a number and its scale, and how it was written.
  private mutating func quantity(_ value: Value?) {
    let written = value?.plain ?? ""
    let canonical = Quantity(written)?.text ?? "0"
    let (digits, scale, format) = GoDump.amount(canonical)
    text += "{i:(resource.int64Amount){value:(int64)\(digits) scale:(resource.Scale)\(scale)} "
    text += "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)\(written.isEmpty ? "" : canonical) "
    text += "Format:(resource.Format)\(written.isEmpty ? "" : format)}"
  }

  /// The number, its power of ten, and the family of its suffix.
  private static func amount(_ text: String) -> (Int64, Int64, String) {
    var number = ""
    var suffix = ""
    for character in text {
      if suffix.isEmpty, character.isNumber || character == "." || character == "-" {
        number.append(character)
      } else {
        suffix.append(character)
      }
    }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let digits = Int64((parts.first.map { String($0) } ?? "0") + fraction) ?? 0
    let places = Int64(fraction.utf8.count)
    switch suffix {
    case "n": return (digits, -9 - places, "DecimalSI")
    case "u": return (digits, -6 - places, "DecimalSI")
    case "m": return (digits, -3 - places, "DecimalSI")
    case "": return (digits, 0 - places, "DecimalSI")
    case "k": return (digits, 3 - places, "DecimalSI")
    case "M": return (digits, 6 - places, "DecimalSI")
    case "G": return (digits, 9 - places, "DecimalSI")
    case "T": return (digits, 12 - places, "DecimalSI")
    case "Ki": return (digits << 10, 0, "BinarySI")
    case "Mi": return (digits << 20, 0, "BinarySI")
    case "Gi": return (digits << 30, 0, "BinarySI")
    case "Ti": return (digits << 40, 0, "BinarySI")
    default: return (digits, (Int64(suffix.dropFirst()) ?? 0) - places, "DecimalExponent")
    }
  }
}
