/// Kinds as people type them, those included that the model does not have yet.
enum KindNames {
  /// Kinds that Kubernetes has and the model does not play yet, by the names that kubectl takes for them.
  private static let later: [[String]] = [["replicationcontroller", "replicationcontrollers", "rc"]]

  /// What `kubectl get all` lists, as far as it is modelled.
  static let all = [Kind.pod, .daemonSet, .deployment, .replicaSet, .statefulSet, .cronJob, .job]

  /// The name of a kind that comes later, or nothing.
  static func laterName(_ text: String) -> String? {
    let lower = text.lowercased()
    for names in later where names.contains(lower) { return names[0] }
    return nil
  }

  /// A kind of the model; the mistake says whether there is such a kind elsewhere.
  static func read(_ text: String, _ word: Word) throws(Mistake) -> Kind {
    if let kind = Kind.named(text) { return kind }
    if laterName(text) != nil { throw Mistake("script.kind-later", word, [("kind", text)]) }
    throw unknown(text, word)
  }

  static func unknown(_ text: String, _ word: Word) -> Mistake {
    var all: [String] = []
    for kind in Kind.all { all += [kind.singular, kind.plural] }
    for names in later { all += names }
    let guess = Suggestion.nearest(text.lowercased(), of: all)
    if guess.isEmpty { return Mistake("script.unknown-kind", word, [("kind", text)]) }
    return Mistake("script.unknown-kind.suggestion", word, [("kind", text), ("suggestion", guess)])
  }
}
