import Clockwork

extension Object {
  /// The whole object as `kubectl get -o yaml` orders it.
  public var value: Value {
    var entries: [Value.Entry] = [
      Value.Entry("apiVersion", .string(kind.apiVersion)),
      Value.Entry("kind", .string(kind.name)),
      Value.Entry("metadata", metadata.tree),
    ]
    entries.append(contentsOf: content.entries)
    return .map(entries.sorted { $0.key < $1.key })
  }

  /// The object that a manifest describes; nil when its kind is missing or not modelled.
  ///
  /// Fields of the wrong type are noted and left empty, so that one pass finds all of them.
  public init?(value: Value, problems: inout [FieldProblem]) {
    guard let top = value.entries else {
      let got = value.canonical
      problems.append(FieldProblem(.unknownKind, [], got: got, detail: "Object 'Kind' is missing in '\(got)'"))
      return nil
    }
    guard let name = value["kind"]?.text, !name.isEmpty else {
      let got = value.canonical
      problems.append(FieldProblem(.unknownKind, ["kind"], detail: "Object 'Kind' is missing in '\(got)'"))
      return nil
    }
    guard let apiVersion = value["apiVersion"]?.text, !apiVersion.isEmpty else {
      let got = value.canonical
      problems.append(FieldProblem(.unknownKind, ["apiVersion"], detail: "Object 'apiVersion' is missing in '\(got)'"))
      return nil
    }
    guard let kind = Kind.of(apiVersion: apiVersion, kind: name) else {
      let detail = "no matches for kind \"\(name)\" in version \"\(apiVersion)\""
      problems.append(FieldProblem(.unknownKind, ["kind"], got: name, detail: detail))
      return nil
    }
    var reading = Reading()
    var metadata = ObjectMeta()
    if let tree = value["metadata"], !tree.isNull {
      reading.path = ["metadata"]
      reading.names = ["metadata"]
      metadata = ObjectMeta.read(tree, &reading) ?? ObjectMeta()
      reading.path = []
      reading.names = []
    }
    var body: [Value.Entry] = []
    for entry in top where entry.key != "apiVersion" && entry.key != "kind" && entry.key != "metadata" {
      body.append(entry)
    }
    let content = Content.read(kind, .map(body), &reading)
    problems.append(contentsOf: reading.problems)
    self.init(kind: kind, metadata: metadata, content: content)
  }
}
