import Clockwork

/// Reads what lines say about who acts, who may, and what goes with a deletion.
enum AccessReader {
  /// `--as USER --as-group GROUP`; nothing where kubectl acts for itself.
  static func identity(_ arguments: KubectlArguments) -> Identity? {
    guard let user = arguments.value("as")?.value else { return nil }
    var groups: [String] = []
    for given in arguments.all("as-group") { groups.append(given.value) }
    let parts = ScriptText.cut(user, at: ":")
    if parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" {
      return .account(parts[2], parts[3])
    }
    return Identity(user, groups: groups)
  }

  /// `auth can-i VERB RESOURCE [NAME]`.
  static func attempt(_ arguments: KubectlArguments, _ namespace: String) throws(Mistake) -> Attempt {
    let words = arguments.plain
    guard words.count >= 3, words[0].text == "can-i" else {
      throw Mistake("script.usage", arguments.verb, [("usage", "kubectl auth can-i VERB RESOURCE [NAME]")])
    }
    var text = words[2].text
    var name = words.count > 3 ? words[3].text : ""
    var subresource = arguments.value("subresource")?.value ?? ""
    if let pair = ScriptText.pair(text, at: "/") {
      // Behind the slash stands a name, as it does everywhere in kubectl.
      text = pair.0
      name = pair.1
    }
    guard text != "*" else {
      return Attempt(words[1].text, "*", group: "*", name: name, namespace: place(arguments, namespace))
    }
    let kind = try KindNames.read(text, words[2])
    if !subresource.isEmpty { subresource = "/\(subresource)" }
    return Attempt(
      words[1].text,
      kind.plural + subresource,
      group: kind.group,
      name: name,
      namespace: kind.isNamespaced ? place(arguments, namespace) : ""
    )
  }

  private static func place(_ arguments: KubectlArguments, _ namespace: String) -> String {
    arguments.isOn("all-namespaces") ? "" : namespace
  }

  /// `--cascade`; an old kubectl also knew it as a switch.
  static func propagation(
    _ given: KubectlArguments.Given,
    _ version: Version
  ) throws(Mistake) -> Deletion.Propagation {
    switch given.value {
    case "background": return .background
    case "foreground": return .foreground
    case "orphan": return .orphan
    case "true" where version == .then: return .background
    case "false" where version == .then: return .orphan
    default: throw Mistake("script.kubectl.cascade", given.word, [("text", given.value)])
    }
  }
}
